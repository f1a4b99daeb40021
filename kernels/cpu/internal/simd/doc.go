// Package simd holds the innermost loops of the CPU device: element-wise
// functions, reductions, losses, random numbers, optimizer updates and distances,
// each over dense slices on one thread.
//
// # Dispatch
//
// Every loop exists for each instruction [Set]: plain Go, AVX2 with FMA, and
// AVX-512. A [Loops] value is the table of all loops of one set, so a kernel that
// holds a *Loops calls through one function pointer and never tests the processor:
//
//	set, err := simd.FromEnvironment()
//	loops := simd.For(set)
//	loops.Map[kernels.Exp](dst, x)
//
// # Files
//
// FAMILY_amd64.s and FAMILY_amd64.go are written by the generator in
// kernels/cpu/_asm, once for both vector widths. FAMILY_plain.go is the same
// family in Go: the fallback on other processors, and the reference that the tests
// compare the assembly with.
//
// # Rounding
//
// The assembly steps by 16 elements, in one register of AVX-512 or in two of AVX2,
// and keeps one partial sum for each of the 16 lanes. AVX2 and AVX-512 therefore
// give the same bits. Plain Go computes in float64, rounds once, and so differs
// from them by rounding.
package simd
