//go:build !amd64 || purego

package microkernel

import "github.com/topogen/topogen/kernels/cpu/internal/simd"

// tables holds the micro-kernels of each instruction set. This build has plain Go only.
var tables = [...]*Kernels{simd.Plain: &plain}

// ForPairs returns nil: this build has no micro-kernels for pairs of bfloat16 numbers.
func ForPairs(simd.Set) *Kernels { return nil }
