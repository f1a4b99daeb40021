package cli

import (
	"flag"
	"fmt"
	"regexp"
	"strings"
)

// What package flag says of a flag that is not defined, and of a value that is not of the
// flag's type, as regular expressions. They are compiled for a mistake only, since each start
// of a program would wait for it.
const (
	undefined = `^flag provided but not defined: -(.+)$`
	unparsed  = `^invalid (?:boolean )?value "(.*)" for (?:flag )?-([^ ]+): (parse error|value out of range)$`
)

// mistake returns an error of package flag in the words of the programs: with the flag that
// is meant, if one is like the one that is given, and with what its value must be.
func mistake(flags *flag.FlagSet, err error) error {
	if m := regexp.MustCompile(undefined).FindStringSubmatch(err.Error()); m != nil {
		if near := nearest(flags, m[1]); near != "" {
			return fmt.Errorf("there is no flag -%s: did you mean -%s?", m[1], near)
		}
		return fmt.Errorf("there is no flag -%s", m[1])
	}
	m := regexp.MustCompile(unparsed).FindStringSubmatch(err.Error())
	if m == nil {
		return err
	}
	if f := flags.Lookup(m[2]); f != nil {
		if want := wanted(f); want != "" {
			return fmt.Errorf("-%s %s: want %s", m[2], m[1], want)
		}
	}
	return err
}

// wanted returns what the value of a flag must be, "" if that is not known.
func wanted(f *flag.Flag) string {
	g, ok := f.Value.(flag.Getter)
	if !ok {
		return ""
	}
	switch g.Get().(type) {
	case int, int64:
		return "an integer"
	case uint, uint64:
		return "an integer that is not negative"
	case float64:
		return "a number"
	case bool:
		return fmt.Sprintf("true or false, as in -%s=false", f.Name)
	}
	return ""
}

// nearest returns the name of the flag that a mistyped name probably means: a flag that begins
// with the name, if this has three letters or more, else the flag with the fewest edits between
// them. It allows one edit for every three letters of the name, and at most two. If there is no
// such flag, it returns the longest one with which the name begins, as in dimension for dim, or
// "".
func nearest(flags *flag.FlagSet, name string) (best string) {
	name = strings.ToLower(name)
	least := min(2, len(name)/3) + 1
	flags.VisitAll(func(f *flag.Flag) {
		d := edits(name, f.Name)
		if len(name) > 2 && strings.HasPrefix(f.Name, name) {
			d = 0
		}
		if d < least {
			best, least = f.Name, d
		}
	})
	if best == "" {
		flags.VisitAll(func(f *flag.Flag) {
			if len(f.Name) > max(2, len(best)) && strings.HasPrefix(name, f.Name) {
				best = f.Name
			}
		})
	}
	return best
}

// edits returns how many letters must be inserted, left out, replaced or exchanged with their
// neighbor to make b of a: the optimal string alignment distance.
func edits(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range b {
		rows[0][j+1] = j + 1
	}
	for i := range len(a) {
		for j := range len(b) {
			d := rows[i][j]
			if a[i] != b[j] {
				d++
			}
			d = min(d, rows[i][j+1]+1, rows[i+1][j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				d = min(d, rows[i-1][j-1]+1)
			}
			rows[i+1][j+1] = d
		}
	}
	return rows[len(a)][len(b)]
}
