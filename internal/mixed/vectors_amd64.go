//go:build !purego

package mixed

import (
	"os"

	"golang.org/x/sys/cpu"
)

// vectors reports whether the processor has AVX-512, and the environment variable TOPOGEN_CPU does
// not name another instruction set.
var vectors = cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL &&
	(os.Getenv("TOPOGEN_CPU") == "" || os.Getenv("TOPOGEN_CPU") == "avx512")
