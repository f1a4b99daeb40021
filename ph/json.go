package ph

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// jsonDiagram is the JSON form of a diagram and, in a result, of its classes.
type jsonDiagram struct {
	Degree    int                     `json:"degree"`
	Bars      []couple[float64]       `json:"bars"`
	Edges     []couple[couple[int32]] `json:"edges,omitempty"`
	Simplices [][2]Simplex            `json:"simplices,omitempty"`
	Cocycles  [][]jsonTerm            `json:"cocycles,omitempty"`
	Cycles    [][]jsonTerm            `json:"cycles,omitempty"`
}

// A couple is two values, nil where JSON has null.
type couple[T any] [2]*T

// UnmarshalJSON refuses lists that do not have two elements. Package json accepts them.
func (p *couple[T]) UnmarshalJSON(data []byte) error {
	var list []*T
	if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	if len(list) != len(p) {
		return fmt.Errorf("%s are not two values", data)
	}
	copy(p[:], list)
	return nil
}

type jsonTerm struct {
	Simplex     Simplex `json:"simplex"`
	Coefficient int     `json:"coefficient"`
}

// MarshalJSON writes the form that the comment on [Diagram] shows.
func (d Diagram) MarshalJSON() ([]byte, error) {
	out, err := d.json()
	if err != nil {
		return nil, err
	}
	return json.Marshal(out)
}

func (d Diagram) json() (*jsonDiagram, error) {
	out := &jsonDiagram{Degree: d.Degree, Bars: make([]couple[float64], len(d.Bars))}
	named := false
	for i := range d.Bars {
		b := &d.Bars[i]
		if err := b.check(); err != nil {
			return nil, fmt.Errorf("ph: bar %d of degree %d %w", i, d.Degree, err)
		}
		out.Bars[i][0] = &b.Birth
		if !b.Essential() {
			out.Bars[i][1] = &b.Death
		}
		named = named || b.named()
	}
	if named {
		out.Edges = make([]couple[couple[int32]], len(d.Bars))
		for i, b := range d.Bars {
			out.Edges[i] = couple[couple[int32]]{b.BirthCell.json(), b.DeathCell.json()}
		}
	}
	return out, nil
}

// named reports whether the bar names its cells. A bar whose cells were never set, both
// {0, 0}, names none.
func (b *Bar) named() bool {
	return b.BirthCell != noCell && (b.BirthCell != Cell{} || b.DeathCell != Cell{})
}

func (e Cell) json() *couple[int32] {
	if e == noCell {
		return nil
	}
	return &couple[int32]{&e.U, &e.V}
}

// check returns an error if birth and death are not those of a bar. Its text continues a
// sentence that the caller starts with the name of the bar.
func (b *Bar) check() error {
	switch {
	case b.Birth-b.Birth != 0 || math.IsNaN(b.Death):
		return fmt.Errorf("is born at %v and dies at %v: a birth is finite, a death a number or +Inf", b.Birth, b.Death)
	case b.Death < b.Birth:
		return fmt.Errorf("is born at %v and dies at %v, before its birth", b.Birth, b.Death)
	}
	return nil
}

// noDegree is the degree of a diagram whose JSON has none.
const noDegree = math.MinInt

// UnmarshalJSON reads the form that [Diagram.MarshalJSON] writes, and sorts the bars by
// death. If the JSON object has no key "edges", all cells become {-1, -1}.
func (d *Diagram) UnmarshalJSON(data []byte) error {
	if key, ok := repeatedKey(data); ok {
		return fmt.Errorf("ph: a diagram has the key %.40q twice", key)
	}
	in := jsonDiagram{Degree: noDegree}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		return fmt.Errorf(`ph: not a diagram like {"degree":0,"bars":[[0,1.5],[0,null]]}: %w`, err)
	}
	switch {
	case in.Degree == noDegree:
		return errors.New("ph: a diagram has no degree")
	case in.Degree < 0:
		return fmt.Errorf("ph: a diagram of degree %d: the least degree is 0", in.Degree)
	case in.Bars == nil:
		return fmt.Errorf("ph: a diagram of degree %d has no bars: that of none has an empty list", in.Degree)
	case in.Edges != nil && len(in.Edges) != len(in.Bars):
		return fmt.Errorf("ph: a diagram of degree %d has %d bars and the edges of %d", in.Degree, len(in.Bars), len(in.Edges))
	}
	read := Diagram{Degree: in.Degree, Bars: make([]Bar, len(in.Bars))}
	for i, ends := range in.Bars {
		if ends[0] == nil {
			return fmt.Errorf("ph: bar %d of degree %d has no birth", i, in.Degree)
		}
		b := Bar{*ends[0], math.Inf(1), noCell, noCell}
		if ends[1] != nil {
			b.Death = *ends[1]
		}
		if err := b.check(); err != nil {
			return fmt.Errorf("ph: bar %d of degree %d %w", i, in.Degree, err)
		}
		if in.Edges != nil {
			for k, e := range []*Cell{&b.BirthCell, &b.DeathCell} {
				switch p := in.Edges[i][k]; {
				case p == nil:
				case p[0] == nil || p[1] == nil:
					return fmt.Errorf("ph: the edges of bar %d of degree %d lack a point", i, in.Degree)
				default:
					*e = Cell{*p[0], *p[1]}
				}
			}
		}
		read.Bars[i] = b
	}
	slices.SortStableFunc(read.Bars, func(a, b Bar) int { return cmp.Compare(a.Death, b.Death) })
	*d = read
	return nil
}

// MarshalJSON writes a list of diagrams, each in the form of [Diagram] with a further key
// for each kind of data that the options asked for:
//
//	"simplices": [[[3, 4], [0, 2, 4]], [[1, 7], null]]
//	"cocycles": [[{"simplex": [3, 4], "coefficient": 1}], …]
//	"cycles": [[{"simplex": [3, 4], "coefficient": 1}, {"simplex": [0, 3], "coefficient": 1}, …], …]
//
// Each of these lists has one element for each bar. In "simplices" this is the simplex that
// gives birth to the class and the one that ends it, null for an essential class. A list of [Diagram] can be read from the output, without
// the further keys.
func (r *Result) MarshalJSON() ([]byte, error) {
	list := make([]*jsonDiagram, len(r.Classes))
	for degree, d := range r.Diagrams() {
		out, err := d.json()
		if err != nil {
			return nil, err
		}
		out.addRepresentatives(r.Classes[degree])
		list[degree] = out
	}
	return json.Marshal(list)
}

// addRepresentatives adds the simplices, cocycles and cycles of classes. It leaves out a
// kind that no class has.
func (d *jsonDiagram) addRepresentatives(classes []Class) {
	has := func(c func(*Class) bool) bool {
		return slices.ContainsFunc(classes, func(k Class) bool { return c(&k) })
	}
	if has(func(c *Class) bool { return c.BirthSimplex != nil }) {
		for _, c := range classes {
			d.Simplices = append(d.Simplices, [2]Simplex{c.BirthSimplex, c.DeathSimplex})
		}
	}
	if has(func(c *Class) bool { return c.Cocycle != nil }) {
		for _, c := range classes {
			d.Cocycles = append(d.Cocycles, c.Cocycle.json())
		}
	}
	if has(func(c *Class) bool { return c.Cycle != nil }) {
		for _, c := range classes {
			d.Cycles = append(d.Cycles, c.Cycle.json())
		}
	}
}

func (c Chain) json() []jsonTerm {
	terms := make([]jsonTerm, len(c))
	for i, t := range c {
		terms[i] = jsonTerm(t)
	}
	return terms
}

// repeatedKey returns a key that a JSON object has twice. It ignores the case of letters, as
// encoding/json does, which would silently keep the last of the two values.
func repeatedKey(object []byte) (key string, ok bool) {
	decoder := json.NewDecoder(bytes.NewReader(object))
	decoder.UseNumber()
	if t, err := decoder.Token(); err != nil || t != json.Delim('{') {
		return "", false
	}
	seen := make(map[string]bool)
	for decoder.More() {
		t, err := decoder.Token()
		name, isKey := t.(string)
		if err != nil || !isKey {
			return "", false
		}
		lower := strings.ToLower(name)
		if seen[lower] {
			return name, true
		}
		seen[lower] = true
		var value json.RawMessage
		if decoder.Decode(&value) != nil {
			return "", false
		}
	}
	return "", false
}
