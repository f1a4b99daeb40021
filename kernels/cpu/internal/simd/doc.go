// Package simd holds the innermost loops of the CPU device: element-wise
// functions, reductions, losses, random numbers, optimizer updates and distances,
// each over dense slices on one thread.
//
// # Dispatch
//
// Every loop exists for each instruction [Set]: plain Go, AVX2 with FMA, and
// AVX-512. A [Loops] value is the table of all loops of one set. A kernel holds a *Loops and
// calls a loop through its function pointer, so it never tests the processor:
//
//	set, err := simd.FromEnvironment()
//	loops := simd.For(set)
//	loops.Map[kernels.Exp](dst, x)
//
// # Files
//
// A family of loops has three files. The generator in kernels/cpu/_asm writes
// FAMILY_amd64.s, the assembly for both vector widths, and FAMILY_amd64.go, its
// declarations. FAMILY_plain.go is the same family in Go. Processors without AVX2 use it,
// and the tests compare the assembly with it.
//
// # Rounding
//
// AVX2 and AVX-512 give the same bits. A loop that sums a slice takes 16 elements at a time,
// in one register of AVX-512 or in two of AVX2. It keeps one partial sum for each of the 16
// lanes, and adds the partial sums in the same order in the end. Plain Go differs by
// rounding: it sums in the order of the elements, and it computes elementary functions in
// float64 and rounds the result once.
package simd
