// Package ptxsim is a simulated GPU: it reads PTX, the assembly language of
// NVIDIA's GPUs, and runs it in pure Go, checking and counting what a GPU would
// not.
package ptxsim
