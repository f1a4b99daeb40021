package cpu

import (
	"fmt"
	"os"
)

// An instructionSet is what the inner loops are written in.
type instructionSet int

const (
	plainGo instructionSet = iota
	avx2                   // and FMA
	avx512                 // F, BW, DQ and VL
)

func (s instructionSet) String() string { return [...]string{"plain", "avx2", "avx512"}[s] }

// environment is the variable that forces an instruction set.
const environment = "TOPOGEN_CPU"

// instructions returns the instruction set that the environment asks for, or
// the best that this processor has.
func instructions() (instructionSet, error) {
	name := os.Getenv(environment)
	if name == "" {
		return available(), nil
	}
	for s := range avx512 + 1 {
		if name != s.String() {
			continue
		}
		if s > available() {
			return plainGo, fmt.Errorf("cpu: %s=%s, but this processor has %v at best; unset it to have that used", environment, name, available())
		}
		return s, nil
	}
	return plainGo, fmt.Errorf("cpu: %s=%q is no instruction set; want avx512, avx2, plain, or none to have the best one used", environment, name)
}
