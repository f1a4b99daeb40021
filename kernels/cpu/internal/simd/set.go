package simd

import (
	"fmt"
	"os"
)

// A Set is an instruction set for which the loops exist. A processor that has a Set has all
// smaller ones.
type Set int

const (
	Plain  Set = iota // Go without assembly
	AVX2              // AVX2 and FMA
	AVX512            // AVX-512 F, BW, DQ and VL
	AMX               // AVX-512 with AVX512_BF16, and AMX-TILE and AMX-BF16 for products in half precision
)

// Environment is the name of the environment variable that selects an instruction set.
const Environment = "TOPOGEN_CPU"

// String returns the name by which [Environment] selects s.
func (s Set) String() string { return [...]string{"plain", "avx2", "avx512", "amx"}[s] }

// FromEnvironment returns the set that [Environment] names, or [Best] if the
// variable is empty. It returns Plain and an error if the name is unknown or if
// this processor or build lacks the set.
func FromEnvironment() (Set, error) {
	name := os.Getenv(Environment)
	if name == "" {
		return Best(), nil
	}
	for s := Plain; s <= AMX; s++ {
		if name != s.String() {
			continue
		}
		if s > Best() {
			return Plain, fmt.Errorf("cpu: %s=%s, but the best instruction set here is %v; unset %[1]s to use it", Environment, name, Best())
		}
		return s, nil
	}
	return Plain, fmt.Errorf("cpu: %s=%q is not an instruction set; want amx, avx512, avx2, plain, or empty for the best one", Environment, name)
}
