//go:build !amd64 || purego

package microkernel

import "github.com/topogen/topogen/kernels/cpu/internal/simd"

// tables holds the micro-kernels of each instruction set: plain Go is the only one
// here.
var tables = [...]*Kernels{simd.Plain: &plain}
