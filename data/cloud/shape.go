package cloud

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/topogen/topogen/ph"
)

// A shape is a set or distribution from which points are drawn.
type shape struct {
	usage string
	dim   int
	parts int // default number of parts, which follows the colon; 0 if the shape takes none
	// draw draws point i of n.
	draw func(r *rand.Rand, i, n, parts int) []float64
	// class returns the number of the part that point i of n lies in. It is nil if the
	// shape has one part.
	class func(i, n, parts int) int
	// begin, if it is not nil, takes the place of draw. It draws quantities that all points
	// depend on, and returns a function that draws the points.
	begin func(r *rand.Rand, parts int) func(i, n int) []float64
}

func alternate(i, _, _ int) int { return i % 2 }

func inBlocks(i, n, parts int) int { return i * parts / n }

var shapes = map[string]shape{
	"circle": {usage: "a circle of radius 1", dim: 2, parts: 0, draw: func(r *rand.Rand, _, _, _ int) []float64 {
		return polar(1, r.Float64())
	}},
	"annulus": {usage: "the ring between radii ½ and 1, uniform by area", dim: 2, parts: 0, draw: func(r *rand.Rand, _, _, _ int) []float64 {
		return polar(math.Sqrt(0.25+0.75*r.Float64()), r.Float64())
	}},
	"disk": {usage: "the disk of radius 1, uniform by area", dim: 2, parts: 0, draw: func(r *rand.Rand, _, _, _ int) []float64 {
		return polar(math.Sqrt(r.Float64()), r.Float64())
	}},
	"square": {usage: "the square [−1, 1]², uniform", dim: 2, parts: 0, draw: func(r *rand.Rand, _, _, _ int) []float64 {
		return []float64{2*r.Float64() - 1, 2*r.Float64() - 1}
	}},
	"figure-eight": {usage: "two circles of radius ½ that touch", dim: 2, parts: 0, draw: func(r *rand.Rand, i, _, _ int) []float64 {
		p := polar(0.5, r.Float64())
		return []float64{p[0] + float64(i%2) - 0.5, p[1]}
	}, class: alternate},
	"clusters": {usage: "`k` Gaussian clusters (deviation 0.05) around a circle of radius 1", dim: 2, parts: 3, draw: func(r *rand.Rand, i, n, k int) []float64 {
		c := polar(1, float64(i*k/n)/float64(k))
		return []float64{c[0] + 0.05*r.NormFloat64(), c[1] + 0.05*r.NormFloat64()}
	}, class: inBlocks},
	"segments": {usage: "`k` parallel segments of length 2, one apart", dim: 2, parts: 2, draw: func(r *rand.Rand, i, n, k int) []float64 {
		return []float64{2*r.Float64() - 1, float64(i*k/n) - float64(k-1)/2}
	}, class: inBlocks},
	"moons": {usage: "two interleaved half circles", dim: 2, parts: 0, draw: func(r *rand.Rand, i, _, _ int) []float64 {
		p := polar(1, r.Float64()/2)
		if i%2 == 0 {
			return []float64{p[0] - 0.5, p[1] - 0.25}
		}
		return []float64{0.5 - p[0], 0.25 - p[1]}
	}, class: alternate},
	"circles": {usage: "two circles around the origin, of radii 1 and ⅖", dim: 2, draw: func(r *rand.Rand, i, _, _ int) []float64 {
		return polar([]float64{1, 0.4}[i%2], r.Float64())
	}, class: alternate},
	"gaussians": {usage: "`k` Gaussians of deviation 0.15 around a circle of radius 2", dim: 2, parts: 8, draw: func(r *rand.Rand, i, n, k int) []float64 {
		c := polar(2, float64(i*k/n)/float64(k))
		return []float64{c[0] + 0.15*r.NormFloat64(), c[1] + 0.15*r.NormFloat64()}
	}, class: inBlocks},
	"linked-rings": {usage: "two linked circles of radius 1 in R³", dim: 3, draw: func(r *rand.Rand, i, _, _ int) []float64 {
		p := polar(1, r.Float64())
		if i%2 == 0 {
			return []float64{p[0] - 0.5, p[1], 0}
		}
		return []float64{p[0] + 0.5, 0, p[1]}
	}, class: alternate},
	"trefoil": {usage: "a trefoil knot on the torus in R³ with radii ⅔ and ⅓", dim: 3, draw: func(r *rand.Rand, _, _, _ int) []float64 {
		turn := r.Float64()
		height, out := math.Sincos(2 * math.Pi * 3 * turn)
		p := polar((2+out)/3, math.Mod(2*turn, 1))
		return []float64{p[0], p[1], height / 3}
	}},
	"spheres": {usage: "`k` spheres of dimension 100 and radius 5 inside one of radius 25, which has half of the points (Moor et al., arXiv:1906.00722)",
		dim: spheresDim, parts: 10, begin: nestedSpheres, class: sphereOf},
	"torus": {usage: "the torus in R³ with radii 1 and ⅖, uniform by area", dim: 3, parts: 0, draw: func(r *rand.Rand, _, _, _ int) []float64 {
		const tube = 0.4
		for { // rejection sampling: area grows with the distance from the axis
			u := 2 * math.Pi * r.Float64()
			w := 1 + tube*math.Cos(u)
			if r.Float64()*(1+tube) <= w {
				p := polar(w, r.Float64())
				return []float64{p[0], p[1], tube * math.Sin(u)}
			}
		}
	}},
	"sphere": {usage: "the unit sphere in R³", dim: 3, parts: 0, draw: func(r *rand.Rand, _, _, _ int) []float64 {
		z := 2*r.Float64() - 1
		p := polar(math.Sqrt(1-z*z), r.Float64())
		return []float64{p[0], p[1], z}
	}},
	"swiss-roll": {usage: "a rolled-up sheet in R³", dim: 3, parts: 0, draw: func(r *rand.Rand, _, _, _ int) []float64 {
		t := 1.5 * math.Pi * (1 + 2*r.Float64())
		s := 1 / (4.5 * math.Pi)
		return []float64{s * t * math.Cos(t), 2*r.Float64() - 1, s * t * math.Sin(t)}
	}},
}

const spheresDim = 101

// nestedSpheres draws the centres of the inner spheres from a Gaussian of deviation
// 10/√100.
func nestedSpheres(r *rand.Rand, k int) func(i, n int) []float64 {
	centres := make([][]float64, k+1) // that of the outer sphere is the origin
	for c := range centres {
		centres[c] = make([]float64, spheresDim)
		for d := range centres[c] {
			if c < k {
				centres[c][d] = r.NormFloat64()
			}
		}
	}
	return func(i, n int) []float64 {
		part := sphereOf(i, n, k)
		p := make([]float64, spheresDim)
		var square float64
		for d := range p {
			p[d] = r.NormFloat64()
			square += p[d] * p[d]
		}
		radius := 5 / math.Sqrt(square)
		if part == k {
			radius *= 5
		}
		for d := range p {
			p[d] = centres[part][d] + radius*p[d]
		}
		return p
	}
}

// sphereOf returns the number of the sphere of point i of n. The outer sphere has number k.
func sphereOf(i, n, k int) int { return min(k, i*2*k/n) }

func polar(radius, turn float64) []float64 {
	s, c := math.Sincos(2 * math.Pi * turn)
	return []float64{radius * c, radius * s}
}

// IsShape reports whether a specification begins with the name of a shape.
func IsShape(spec string) bool {
	head, _, _ := strings.Cut(spec, ",")
	name, _, _ := strings.Cut(head, ":")
	_, ok := shapes[name]
	return ok
}

// Shapes describes the named shapes, one line each, in alphabetical order.
func Shapes() []string {
	var lines []string
	for name, s := range shapes {
		if s.parts > 0 {
			name += ":k"
		}
		lines = append(lines, fmt.Sprintf("%s (R^%d): %s", name, s.dim, strings.ReplaceAll(s.usage, "`", "")))
	}
	slices.Sort(lines)
	return lines
}

// shapeNames lists what [Shapes] describes.
func shapeNames() string {
	names := Shapes()
	for i, line := range names {
		names[i], _, _ = strings.Cut(line, " ")
	}
	return strings.Join(names, ", ")
}

// Shape draws a cloud from a named shape. The specification is a name, after a
// colon the number of parts where the shape has parts, then options separated
// by commas:
//
//	n=100     the number of points (default 100)
//	noise=0.1 the deviation of Gaussian noise on each coordinate (default 0)
//	scale=5   a factor for the shape, not for the noise (default 1)
//	at=3/-2   the centre of the moved shape (default the origin)
//
// as in "clusters:3,n=60,scale=10". The seed and the specification decide
// every coordinate.
func Shape(spec string, seed uint64) (*ph.Points[float32], error) {
	points, _, err := Labelled(spec, seed)
	return points, err
}

// Labelled returns the points that [Shape] returns and, for each point, the number of the
// part of the shape that it lies in, from 0. The slice part is nil for a shape of one part.
func Labelled(spec string, seed uint64) (points *ph.Points[float32], part []int, err error) {
	o, err := parse(spec)
	if err != nil {
		return nil, nil, err
	}
	h := fnv.New64a()
	h.Write([]byte(spec))
	r := rand.New(rand.NewPCG(seed, h.Sum64()))
	draw := func(i, n int) []float64 { return o.draw(r, i, n, o.parts) }
	if o.begin != nil {
		draw = o.begin(r, o.parts)
	}
	all := make([][]float64, o.n)
	for i := range all {
		p := draw(i, o.n)
		for k := range p {
			p[k] = o.centre[k] + o.scale*p[k] + o.noise*r.NormFloat64()
		}
		all[i] = p
		if o.class != nil {
			part = append(part, o.class(i, o.n, o.parts))
		}
	}
	points, err = New(all)
	return points, part, err
}

// options are the options in a specification.
type options struct {
	shape
	n            int
	noise, scale float64
	centre       []float64
}

// maxValues is the largest number of coordinates of a cloud: points times dimension.
const maxValues = 1 << 26

func parse(spec string) (options, error) {
	head, list, _ := strings.Cut(spec, ",")
	name, count, hasCount := strings.Cut(head, ":")
	s, ok := shapes[name]
	if !ok {
		return options{}, fmt.Errorf("cloud: no shape is called %q; shapes are %s", name, shapeNames())
	}
	if hasCount {
		k, err := strconv.Atoi(count)
		if err != nil || k < 1 || s.parts == 0 {
			return options{}, fmt.Errorf("cloud: %q: a number of parts, one or more, follows the colon, and only in shapes that have parts", head)
		}
		s.parts = k
	}
	o := options{shape: s, n: 100, scale: 1, centre: make([]float64, s.dim)}
	given := make(map[string]bool)
	for option := range strings.SplitSeq(list, ",") {
		if list == "" {
			break
		}
		key, value, _ := strings.Cut(option, "=")
		err := o.set(key, value)
		if err == nil && given[key] {
			err = fmt.Errorf("%s is there twice", key)
		}
		if err != nil {
			return o, fmt.Errorf("cloud: shape %q, option %q: %w", spec, option, err)
		}
		given[key] = true
	}
	if hasCount && o.parts > o.n {
		return o, fmt.Errorf("cloud: shape %q has %d parts, more than its %d points", spec, o.parts, o.n)
	}
	if o.n > maxValues/s.dim {
		return o, fmt.Errorf("cloud: shape %q: a cloud in R^%d has at most %d points", spec, s.dim, maxValues/s.dim)
	}
	return o, nil
}

func (o *options) set(key, value string) (err error) {
	switch key {
	case "n":
		if o.n, err = strconv.Atoi(value); err == nil && (o.n < 1 || o.n > 1<<24) {
			err = fmt.Errorf("a cloud has 1 to %d points", 1<<24)
		}
	case "noise":
		if o.noise, err = finite(value); err == nil && o.noise < 0 {
			err = fmt.Errorf("a deviation is at least 0")
		}
	case "scale":
		o.scale, err = finite(value)
	case "at":
		words := strings.Split(value, "/")
		if len(words) != o.dim {
			return fmt.Errorf("want %d numbers separated by /", o.dim)
		}
		for i, w := range words {
			if o.centre[i], err = finite(w); err != nil {
				return err
			}
		}
	default:
		err = fmt.Errorf("options are n, noise, scale and at")
	}
	return err
}

func finite(s string) (float64, error) {
	v, err := strconv.ParseFloat(s, 64)
	if err == nil && (math.IsNaN(v) || math.IsInf(v, 0)) {
		err = fmt.Errorf("%q is not finite", s)
	}
	return v, err
}
