//go:build !purego

package simd

import "golang.org/x/sys/cpu"

// Best returns the largest instruction set that this processor has.
func Best() Set {
	x := &cpu.X86
	switch {
	case !x.HasAVX2 || !x.HasFMA:
		return Plain
	case !x.HasAVX512F || !x.HasAVX512BW || !x.HasAVX512DQ || !x.HasAVX512VL:
		return AVX2
	case x.HasAVX512BF16 && hasTiles():
		return AMX
	}
	return AVX512
}
