//go:build !purego

package cpu

import "golang.org/x/sys/cpu"

// available returns the best instruction set of this processor.
func available() instructionSet {
	x := &cpu.X86
	switch {
	case !x.HasAVX2 || !x.HasFMA:
		return plainGo
	case x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL:
		return avx512
	}
	return avx2
}
