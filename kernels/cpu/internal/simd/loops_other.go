//go:build !amd64 || purego

package simd

// tables holds the loops of each instruction set. This build has plain Go only.
var tables = [...]*Loops{Plain: &loopsPlain}
