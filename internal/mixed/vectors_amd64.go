//go:build !purego

package mixed

import (
	"os"
	"slices"

	"golang.org/x/sys/cpu"
)

// vectors reports whether the processor has AVX-512, and the environment variable TOPOGEN_CPU does
// not name an instruction set without it.
var vectors = cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL &&
	slices.Contains([]string{"", "avx512", "amx"}, os.Getenv("TOPOGEN_CPU"))
