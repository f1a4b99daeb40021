package vector

import (
	"errors"
	"fmt"
	"math"

	"github.com/topogen/topogen/ph"
)

// A Vectorizer turns a diagram into a vector.
type Vectorizer interface {
	// Len returns the length of the vector.
	Len() int

	// Vector sets dst, of length Len, to the vector of bars.
	Vector(dst []float64, bars []ph.Bar) error

	// Gradient sets grad[i] to the gradient of Σ weights[k]·v[k] with respect to bars[i],
	// where v is the vector. There are Len weights, and one element of grad for each
	// bar. Where the sum has no derivative, the gradient has a one-sided derivative, or
	// the mean of two.
	Gradient(grad []ph.Gradient, bars []ph.Bar, weights []float64) error
}

// A Grid is N evenly spaced numbers from Lo to Hi, both included.
type Grid struct {
	Lo, Hi float64
	N      int
}

// At returns number i, from 0: Lo + i·(Hi−Lo)/(N−1).
func (g Grid) At(i int) float64 {
	if g.N < 2 {
		return g.Lo
	}
	if i == g.N-1 {
		return g.Hi
	}
	return g.Lo + float64(i)*(g.Hi-g.Lo)/float64(g.N-1)
}

// first returns the index of the first number that is at least x, N if there is none.
func (g Grid) first(x float64) int {
	if g.N == 0 || x <= g.Lo {
		return 0
	}
	if x > g.Hi {
		return g.N
	}
	i := int((x - g.Lo) / (g.Hi - g.Lo) * float64(g.N-1))
	for i > 0 && g.At(i-1) >= x {
		i--
	}
	for i < g.N && g.At(i) < x {
		i++
	}
	return i
}

func (g Grid) check(name string) error {
	if g.N < 1 || g.Lo-g.Lo != 0 || g.Hi-g.Hi != 0 || !(g.Lo <= g.Hi) || g.Hi-g.Lo > math.MaxFloat64 {
		return fmt.Errorf("vector: the grid of %s has %d numbers from %v to %v: want at least one, finite and ascending", name, g.N, g.Lo, g.Hi)
	}
	return nil
}

// A Weight is a function of the length l of a bar.
type Weight int

// The weights, with the function of each.
const (
	Constant   Weight = iota // 1
	Linear                   // l
	Quadratic                // l²
	Arctangent               // arctan(2l)
)

// of returns the weight of a length, and its derivative.
func (w Weight) of(l float64) (weight, slope float64) {
	switch w {
	case Linear:
		return l, 1
	case Quadratic:
		return l * l, 2 * l
	case Arctangent:
		return math.Atan(2 * l), 2 / (1 + 4*l*l)
	}
	return 1, 0
}

func (w Weight) check() error {
	if w < Constant || w > Arctangent {
		return fmt.Errorf("vector: weight %d: want Constant, Linear, Quadratic or Arctangent", w)
	}
	return nil
}

// checkBars returns an error if a birth or a death is not finite, if a bar dies before its
// birth, or if the sum of the lengths overflows.
func checkBars(bars []ph.Bar) error {
	total := 0.0
	for i := range bars {
		b := &bars[i]
		total += b.Death - b.Birth
		if b.Birth-b.Birth != 0 || b.Death-b.Death != 0 {
			return fmt.Errorf("vector: bar %d is born at %v and dies at %v: both must be finite; leave out essential bars", i, b.Birth, b.Death)
		}
		if b.Death < b.Birth {
			return fmt.Errorf("vector: bar %d is born at %v and dies at %v, before its birth: negate both, as for a superlevel filtration", i, b.Birth, b.Death)
		}
	}
	if math.IsInf(total, 1) {
		return errors.New("vector: the lengths of the bars sum up to more than the largest float64: divide births and deaths by a common factor")
	}
	return nil
}

// begin checks the arguments of Vector, and clears dst.
func begin(dst []float64, length int, bars []ph.Bar) error {
	if len(dst) != length {
		panic(fmt.Sprintf("vector: %d elements for a vector of length %d", len(dst), length))
	}
	clear(dst)
	return checkBars(bars)
}

// beginGradient checks the arguments of Gradient, and clears grad.
func beginGradient(grad []ph.Gradient, bars []ph.Bar, weights []float64, length int) error {
	if len(weights) != length || len(grad) != len(bars) {
		panic(fmt.Sprintf("vector: %d weights and %d gradients for a vector of length %d and %d bars", len(weights), len(grad), length, len(bars)))
	}
	clear(grad)
	return checkBars(bars)
}
