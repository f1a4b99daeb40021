package cli

import (
	"flag"
	"fmt"
	"strconv"
	"strings"
)

// IntsVar defines a flag that holds a list of whole numbers separated by commas, of
// any length; values holds the default. The word "none" stands for the empty list.
func IntsVar(flags *flag.FlagSet, values *[]int, name, usage string) {
	flags.Var((*ints)(values), name, usage)
}

type ints []int

// String returns the numbers as they are written on the command line.
func (n *ints) String() string {
	words := make([]string, len(*n))
	for i, v := range *n {
		words[i] = strconv.Itoa(v)
	}
	return strings.Join(words, ",")
}

// Set parses the flag's value.
func (n *ints) Set(s string) error {
	parsed := []int{}
	if s != "none" {
		for _, w := range strings.Split(s, ",") {
			v, err := strconv.Atoi(strings.TrimSpace(w))
			if err != nil {
				return fmt.Errorf("%q is not a whole number", w)
			}
			parsed = append(parsed, v)
		}
	}
	*n = parsed
	return nil
}
