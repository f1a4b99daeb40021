package topoloss

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/topogen/topogen/internal/registry"
)

// A Kind is a kind of term that a [Spec] can name.
type Kind struct {
	Name    string
	Doc     string   // one line
	Degrees string   // the degree of homology that the term depends on, as in "0"; "–" for none
	Options []Option // of this kind alone; [CommonOptions] returns those of all kinds

	// paired says that the term compares each point with the true point of the same
	// number. It cannot apply to samples, which have no true points.
	paired bool
	term   func(settings) Term // nil for a gradient method, which is not a kind of term
}

// families has a method for each family of terms, in the file of its code. A method returns
// the kinds of its family.
type families struct{}

// kinds returns all kinds, family after family. Families come in the order of their names.
func kinds() []Kind { return registry.All[Kind](families{}) }

// Kinds returns all kinds of terms. Kinds of one family stand together.
func Kinds() []Kind { return kinds() }

// Names returns the names of all kinds of terms.
func Names() []string { return namesOf(kinds()) }

func namesOf(kinds []Kind) []string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.Name)
	}
	return names
}

// Help returns a text for users that describes the text form of terms, each kind of term
// and its options.
func Help() string {
	return fmt.Sprintf("name@where=weight(option=value,…), separated by commas; where is one of %s\n", quotedPlaces()) + help(kinds()) + commonHelp()
}

func help(kinds []Kind) string {
	var b strings.Builder
	for _, k := range kinds {
		fmt.Fprintf(&b, "  %-12s %s\n", k.Name, k.Doc)
		for _, o := range k.Options {
			fmt.Fprintf(&b, "  %-12s   %s=%s: %s\n", "", o.Name, o.Default, o.Doc)
		}
	}
	return b.String()
}

func quotedPlaces() string {
	var names []string
	for _, p := range Places() {
		names = append(names, string(p))
	}
	return strings.Join(names, ", ")
}

func kindOf(name string) (Kind, error) {
	for _, k := range kinds() {
		if k.Name == name {
			return k, nil
		}
	}
	return Kind{}, fmt.Errorf("no term is named %q: the names are %s", name, strings.Join(Names(), ", "))
}

func (k Kind) place(where Place) (Place, error) {
	switch {
	case !slices.Contains(Places(), where):
		return where, fmt.Errorf("no place is named %q: the places are %s", where, quotedPlaces())
	case k.paired && where == Samples:
		return where, fmt.Errorf("%s compares each point with its true point, which samples do not have: the places are %s, %s", k.Name, Output, Latent)
	}
	return where, nil
}

func (k Kind) option(name string) (Option, error) {
	var names []string
	for _, o := range k.allOptions() {
		if o.Name == name {
			return o, nil
		}
		names = append(names, o.Name)
	}
	if len(names) == 0 {
		return Option{}, fmt.Errorf("%s has no option %q: it has no options", k.Name, name)
	}
	return Option{}, fmt.Errorf("%s has no option %q: its options are %s", k.Name, name, strings.Join(names, ", "))
}

// allOptions returns the options of k, followed by the common options if k is a kind of
// term and not a gradient method.
func (k Kind) allOptions() []Option {
	if k.term == nil {
		return k.Options
	}
	return append(k.Options[:len(k.Options):len(k.Options)], CommonOptions()...)
}

// An Option is a number or a word that a kind of term depends on.
type Option struct {
	Name, Default string
	Doc           string // one line

	words    []string // the possible values; nil for an option that is a number
	min, max float64  // the range of a number
	open     bool     // the range excludes min
	integer  bool     // the number is whole
}

// positive returns an option that is a positive number.
func positive(name string, value float64, doc string) Option {
	return Option{Name: name, Default: number(value), Doc: doc, max: math.MaxFloat64, open: true}
}

// atLeast returns an option that is a number of at least min.
func atLeast(min float64, name string, value float64, doc string) Option {
	return Option{Name: name, Default: number(value), Doc: doc, min: min, max: math.MaxFloat64}
}

// count returns an option that is a whole number from min to 2²⁰.
func count(min float64, name string, value int, doc string) Option {
	return Option{Name: name, Default: strconv.Itoa(value), Doc: doc, min: min, max: 1 << 20, integer: true}
}

// choice returns an option that is one of several words, the first by default.
func choice(name, doc string, words ...string) Option {
	return Option{Name: name, Default: words[0], Doc: doc, words: words}
}

// normal checks a value and returns it in its shortest form, as "0.5" for "0.50". The text
// of an error continues a sentence that begins with the name of the option.
func (o Option) normal(value string) (string, error) {
	if o.words != nil {
		if slices.Contains(o.words, value) {
			return value, nil
		}
		return "", fmt.Errorf("is %q, must be %s", value, strings.Join(o.words, " or "))
	}
	v, err := strconv.ParseFloat(value, 64)
	switch {
	case err != nil:
		return "", fmt.Errorf("is %q, must be a number", value)
	case o.integer && v != math.Trunc(v):
		return "", fmt.Errorf("is %v, must be a whole number", value)
	case o.open && !(v > o.min):
		return "", fmt.Errorf("is %v, must be larger than %v", value, o.min)
	case !(v >= o.min):
		return "", fmt.Errorf("is %v, must be at least %v", value, o.min)
	case !(v <= o.max):
		return "", fmt.Errorf("is %v, must be at most %v", value, o.max)
	case o.integer:
		return strconv.Itoa(int(v)), nil
	}
	return number(v), nil
}

// settings are the values of all options of one term by name, checked, with defaults filled
// in.
type settings map[string]string

func (k Kind) settings(options map[string]string) settings {
	s := make(settings)
	for _, o := range k.allOptions() {
		s[o.Name] = o.Default
	}
	for name, value := range options {
		s[name] = value
	}
	return s
}

func (s settings) number(name string) float64 {
	v, err := strconv.ParseFloat(s[name], 64)
	if err != nil {
		panic(fmt.Sprintf("topoloss: option %q is %q, not a number", name, s[name]))
	}
	return v
}

func (s settings) count(name string) int { return int(s.number(name)) }

func (s settings) is(name, word string) bool { return s[name] == word }
