//go:build !amd64 || purego

package simd

// tables holds the loops of each instruction set: plain Go is the only one here.
var tables = [...]*Loops{Plain: &loopsPlain}
