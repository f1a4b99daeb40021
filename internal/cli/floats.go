package cli

import (
	"flag"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// FloatsVar defines a flag that holds as many finite numbers as values has,
// separated by commas; values holds the default.
func FloatsVar(flags *flag.FlagSet, values []float64, name, usage string) {
	flags.Var(floats(values), name, usage)
}

type floats []float64

// String returns the numbers as they are written on the command line.
func (f floats) String() string {
	words := make([]string, len(f))
	for i, v := range f {
		words[i] = strconv.FormatFloat(v, 'g', -1, 64)
	}
	return strings.Join(words, ",")
}

// Set parses the flag's value.
func (f floats) Set(s string) error {
	words := strings.Split(s, ",")
	if len(words) != len(f) {
		return fmt.Errorf("%d numbers, want %d separated by commas", len(words), len(f))
	}
	parsed := make([]float64, len(f))
	for i, w := range words {
		v, err := strconv.ParseFloat(strings.TrimSpace(w), 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%q is not a finite number", w)
		}
		parsed[i] = v
	}
	copy(f, parsed)
	return nil
}
