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

// A shape draws one point; i of n counts the points of the cloud.
type shape struct {
	usage string
	dim   int
	parts int // a default for the number after the colon, 0 where the shape has none
	draw  func(r *rand.Rand, i, n, parts int) []float64
}

var shapes = map[string]shape{
	"circle": {"a circle of radius 1", 2, 0, func(r *rand.Rand, _, _, _ int) []float64 {
		return polar(1, r.Float64())
	}},
	"annulus": {"the ring between radii ½ and 1, uniform by area", 2, 0, func(r *rand.Rand, _, _, _ int) []float64 {
		return polar(math.Sqrt(0.25+0.75*r.Float64()), r.Float64())
	}},
	"disk": {"the disk of radius 1, uniform by area", 2, 0, func(r *rand.Rand, _, _, _ int) []float64 {
		return polar(math.Sqrt(r.Float64()), r.Float64())
	}},
	"square": {"the square [−1, 1]², uniform", 2, 0, func(r *rand.Rand, _, _, _ int) []float64 {
		return []float64{2*r.Float64() - 1, 2*r.Float64() - 1}
	}},
	"figure-eight": {"two circles of radius ½ that touch", 2, 0, func(r *rand.Rand, i, _, _ int) []float64 {
		p := polar(0.5, r.Float64())
		return []float64{p[0] + float64(i%2) - 0.5, p[1]}
	}},
	"clusters": {"`k` Gaussian clusters (deviation 0.05) around a circle of radius 1", 2, 3, func(r *rand.Rand, i, n, k int) []float64 {
		c := polar(1, float64(i*k/n)/float64(k))
		return []float64{c[0] + 0.05*r.NormFloat64(), c[1] + 0.05*r.NormFloat64()}
	}},
	"segments": {"`k` parallel segments of length 2, one apart", 2, 2, func(r *rand.Rand, i, n, k int) []float64 {
		return []float64{2*r.Float64() - 1, float64(i*k/n) - float64(k-1)/2}
	}},
	"moons": {"two interleaved half circles", 2, 0, func(r *rand.Rand, i, _, _ int) []float64 {
		p := polar(1, r.Float64()/2)
		if i%2 == 0 {
			return []float64{p[0] - 0.5, p[1] - 0.25}
		}
		return []float64{0.5 - p[0], 0.25 - p[1]}
	}},
	"torus": {"the torus in R³ with radii 1 and ⅖, uniform by area", 3, 0, func(r *rand.Rand, _, _, _ int) []float64 {
		const tube = 0.4
		for { // rejection: area grows with the distance from the axis
			u := 2 * math.Pi * r.Float64()
			w := 1 + tube*math.Cos(u)
			if r.Float64()*(1+tube) <= w {
				p := polar(w, r.Float64())
				return []float64{p[0], p[1], tube * math.Sin(u)}
			}
		}
	}},
	"sphere": {"the unit sphere in R³", 3, 0, func(r *rand.Rand, _, _, _ int) []float64 {
		z := 2*r.Float64() - 1
		p := polar(math.Sqrt(1-z*z), r.Float64())
		return []float64{p[0], p[1], z}
	}},
	"swiss-roll": {"a rolled-up sheet in R³", 3, 0, func(r *rand.Rand, _, _, _ int) []float64 {
		t := 1.5 * math.Pi * (1 + 2*r.Float64())
		s := 1 / (4.5 * math.Pi)
		return []float64{s * t * math.Cos(t), 2*r.Float64() - 1, s * t * math.Sin(t)}
	}},
}

func polar(radius, turn float64) []float64 {
	s, c := math.Sincos(2 * math.Pi * turn)
	return []float64{radius * c, radius * s}
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
//	at=3/-2   what to move the centre to (default the origin)
//
// as in "clusters:3,n=60,scale=10". The seed and the specification decide
// every coordinate.
func Shape(spec string, seed uint64) (*ph.Points[float32], error) {
	head, options, _ := strings.Cut(spec, ",")
	name, count, hasCount := strings.Cut(head, ":")
	s, ok := shapes[name]
	if !ok {
		return nil, fmt.Errorf("cloud: no shape is called %q; shapes are %s", name, shapeNames())
	}
	parts := s.parts
	if hasCount {
		k, err := strconv.Atoi(count)
		if err != nil || k < 1 || s.parts == 0 {
			return nil, fmt.Errorf("cloud: %q: a number of parts, one or more, follows the colon, and only in shapes that have parts", head)
		}
		parts = k
	}
	n, noise, scale, centre := 100, 0.0, 1.0, make([]float64, s.dim)
	if options != "" {
		for _, option := range strings.Split(options, ",") {
			key, value, _ := strings.Cut(option, "=")
			var err error
			switch key {
			case "n":
				if n, err = strconv.Atoi(value); err == nil && (n < 1 || n > 1<<24) {
					err = fmt.Errorf("a cloud has 1 to %d points", 1<<24)
				}
			case "noise":
				noise, err = finite(value)
			case "scale":
				scale, err = finite(value)
			case "at":
				words := strings.Split(value, "/")
				if len(words) != s.dim {
					err = fmt.Errorf("want %d numbers separated by /", s.dim)
					break
				}
				for i, w := range words {
					if centre[i], err = finite(w); err != nil {
						break
					}
				}
			default:
				err = fmt.Errorf("options are n, noise, scale and at")
			}
			if err != nil {
				return nil, fmt.Errorf("cloud: shape %q, option %q: %w", spec, option, err)
			}
		}
	}
	h := fnv.New64a()
	h.Write([]byte(spec))
	r := rand.New(rand.NewPCG(seed, h.Sum64()))
	points := make([][]float64, n)
	for i := range points {
		p := s.draw(r, i, n, parts)
		for k := range p {
			p[k] = centre[k] + scale*p[k] + noise*r.NormFloat64()
		}
		points[i] = p
	}
	return New(points)
}

func finite(s string) (float64, error) {
	v, err := strconv.ParseFloat(s, 64)
	if err == nil && (math.IsNaN(v) || math.IsInf(v, 0)) {
		err = fmt.Errorf("%q is not finite", s)
	}
	return v, err
}
