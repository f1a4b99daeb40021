package topoloss

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A Place says which points of a training step a term compares with the batch of
// true points.
type Place string

// The places. The zero Place stands for Output.
const (
	Output  Place = "output"  // the reconstruction of each point of the batch
	Latent  Place = "latent"  // the latent vector of each point of the batch
	Samples Place = "samples" // points decoded from draws of the prior
)

// Places returns all places.
func Places() []Place { return []Place{Output, Latent, Samples} }

// A Spec says what a term is, where it applies and how much it weighs. Its text
// form is
//
//	name@where=weight(option=value,…)
//
// as in cross0@samples=30(k=64). A missing place stands for output. Missing options have
// their defaults, which [Kinds] and [CommonOptions] list.
type Spec struct {
	Name    string  // the name of a kind of term, one of [Names]
	Where   Place   // "" stands for Output
	Weight  float64 // finite
	Options map[string]string
}

// String returns the text form of s with its place, and with its options in
// alphabetical order.
func (s Spec) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s@%s=%s", s.Name, s.place(), strconv.FormatFloat(s.Weight, 'g', -1, 64))
	for i, name := range slices.Sorted(maps.Keys(s.Options)) {
		b.WriteString([]string{"(", ","}[min(i, 1)])
		fmt.Fprintf(&b, "%s=%s", name, s.Options[name])
	}
	if len(s.Options) > 0 {
		b.WriteString(")")
	}
	return b.String()
}

func (s Spec) place() Place {
	if s.Where == "" {
		return Output
	}
	return s.Where
}

// normal checks s against the registry and returns it in normal form: with a place, and
// with only those options that differ from their defaults, in their shortest form.
func (s Spec) normal() (Spec, error) {
	k, err := kindOf(s.Name)
	if err != nil {
		return Spec{}, err
	}
	where, err := k.place(s.place())
	if err != nil {
		return Spec{}, err
	}
	if s.Weight-s.Weight != 0 {
		return Spec{}, fmt.Errorf("the weight of %s is %v, must be finite", s.Name, s.Weight)
	}
	out := Spec{Name: s.Name, Where: where, Weight: s.Weight}
	for _, name := range slices.Sorted(maps.Keys(s.Options)) {
		o, err := k.option(name)
		if err != nil {
			return Spec{}, err
		}
		value, err := o.normal(s.Options[name])
		if err != nil {
			return Spec{}, fmt.Errorf("option %s of %s %w", name, s.Name, err)
		}
		if value == o.Default {
			continue
		}
		if out.Options == nil {
			out.Options = make(map[string]string)
		}
		out.Options[name] = value
	}
	return out, nil
}

// Specs are the terms of an objective. Their text form lists them, separated by
// commas. *Specs is a [flag.Value].
type Specs []Spec

// String returns the text form.
func (s Specs) String() string {
	parts := make([]string, len(s))
	for i, spec := range s {
		parts[i] = spec.String()
	}
	return strings.Join(parts, ",")
}

// Set replaces s by the terms that [Parse] reads from text.
func (s *Specs) Set(text string) error {
	specs, err := Parse(text)
	if err == nil {
		*s = specs
	}
	return err
}

// MarshalText returns the text form, so that JSON holds it as a string.
func (s Specs) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText is Set.
func (s *Specs) UnmarshalText(text []byte) error { return s.Set(string(text)) }

// Validate returns an error that names the first term that cannot be computed: an
// unknown name, place or option, a value out of range, or a repetition.
func (s Specs) Validate() error {
	_, err := s.normal()
	return err
}

// normal returns the normal form of s: terms as Spec.normal returns them, without
// those of weight 0.
func (s Specs) normal() (Specs, error) {
	var out Specs
	for i, spec := range s {
		n, err := spec.normal()
		if err != nil {
			return nil, fmt.Errorf("topoloss: term %d: %w", i+1, err)
		}
		if n.Weight == 0 {
			continue
		}
		for _, other := range out {
			if other.Name == n.Name && other.Where == n.Where && maps.Equal(other.Options, n.Options) {
				return nil, fmt.Errorf("topoloss: term %d: %s@%s is there twice with the same options: add up the weights", i+1, n.Name, n.Where)
			}
		}
		out = append(out, n)
	}
	return out, nil
}

// Labels returns a short name for each term, for tables. It is the name of the kind, with
// the prefix latent_ or samples_ for a term at one of these places. Of terms that differ
// in options alone, the second and later ones get a number, as in dsigma0#2.
func (s Specs) Labels() []string {
	labels := make([]string, len(s))
	seen := make(map[string]int)
	for i, spec := range s {
		label := spec.Name
		if where := spec.place(); where != Output {
			label = string(where) + "_" + label
		}
		seen[label]++
		if n := seen[label]; n > 1 {
			label = fmt.Sprintf("%s#%d", label, n)
		}
		labels[i] = label
	}
	return labels
}

// number returns the text form of the number v as an option: the shortest that reads back
// as v.
func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// term returns the term that s, in normal form, describes.
func (s Spec) term() (Term, error) {
	k, err := kindOf(s.Name)
	if err != nil {
		return Term{}, fmt.Errorf("topoloss: %w", err)
	}
	settings := k.settings(s.Options)
	t := k.term(settings)
	t.Name, t.Weight, t.Schedule = s.Name, s.Weight, settings.schedule()
	t.share, t.Balance = settings.number("share"), settings.is("balance", "yes")
	return t, nil
}
