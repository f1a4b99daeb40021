package topoloss_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/distance"
	"github.com/topogen/topogen/topoloss"
)

// bars makes bars of births and deaths in turn.
func bars(ends ...float64) []ph.Bar {
	var b []ph.Bar
	for i := 0; i < len(ends); i += 2 {
		b = append(b, ph.Bar{Birth: ends[i], Death: ends[i+1]})
	}
	return b
}

// randomBars makes n bars of lengths around 1, born at 0 or around 1.
func randomBars(random *rand.Rand, n int, fromZero bool) []ph.Bar {
	b := make([]ph.Bar, n)
	for i := range b {
		if !fromZero {
			b[i].Birth = 2 * random.Float64()
		}
		b[i].Death = b[i].Birth + 0.05 + 2*random.Float64()
	}
	return b
}

// evaluate returns a regularizer's value, flag and gradients.
func evaluate(r topoloss.Regularizer, learnable, truth []ph.Bar) (float64, bool, []topoloss.BarGradient) {
	gradients := make([]topoloss.BarGradient, len(learnable))
	value, ok := r.Evaluate(learnable, truth, gradients)
	return value, ok, gradients
}

// the built-in regularizers, each with numbers that let bars of length 1 matter.
var builtin = map[string]func() topoloss.Regularizer{
	"bottleneck": func() topoloss.Regularizer { return &topoloss.Bottleneck{} },
	"attract":    func() topoloss.Regularizer { return &topoloss.Bottleneck{Attract: true} },
	"entropy":    func() topoloss.Regularizer { return topoloss.Entropy{Delta: 0.3} },
	"dsigma":     func() topoloss.Regularizer { return &topoloss.Dsigma{Sigma: 0.05} },
	"wide":       func() topoloss.Regularizer { return &topoloss.Dsigma{Sigma: 3} },
	"density":    func() topoloss.Regularizer { return &topoloss.Density{Sigma: 0.4, Scale: 0.2, Range: 3, Points: 17} },
	"push":       func() topoloss.Regularizer { return topoloss.Push{} },
}

// TestSlopes compares the gradients of every regularizer with central differences
// of its value, at births and deaths alike, and checks that the rest of the
// contract is kept.
func TestSlopes(t *testing.T) {
	for name, make := range builtin {
		t.Run(name, func(t *testing.T) {
			r := make()
			random := rand.New(rand.NewPCG(3, 4))
			depended := 0
			for trial := range 60 {
				fromZero := trial%2 == 0
				p := randomBars(random, 1+random.IntN(9), fromZero)
				q := randomBars(random, random.IntN(9), fromZero)
				value, ok, gradients := evaluate(r, p, q)
				if !ok {
					require.Zero(t, value)
					for _, s := range gradients {
						require.Zero(t, s)
					}
					continue
				}
				depended++
				if b, attracts := r.(*topoloss.Bottleneck); attracts && b.Attract && b.Witness().A == distance.Diagonal {
					continue // the slope is of another distance than the value
				}
				for i := range p {
					births, deaths := difference(r, p, q, &p[i].Birth), difference(r, p, q, &p[i].Death)
					require.InDelta(t, births, gradients[i].Birth, 1e-6*max(1, math.Abs(births)), "birth of bar %d", i)
					require.InDelta(t, deaths, gradients[i].Death, 1e-6*max(1, math.Abs(deaths)), "death of bar %d", i)
				}
			}
			require.Greater(t, depended, 20)
		})
	}
}

// difference returns the derivative of a value by differences of fourth order.
func difference(r topoloss.Regularizer, p, q []ph.Bar, at *float64) float64 {
	const h = 1e-4
	x := *at
	defer func() { *at = x }()
	f := func(offset float64) float64 {
		*at = x + offset
		value, _, _ := evaluate(r, p, q)
		return value
	}
	return (8*(f(h)-f(-h)) - (f(2*h) - f(-2*h))) / (12 * h)
}

// TestOrderOfBars checks that the order of bars changes nothing but the order of
// gradients.
func TestOrderOfBars(t *testing.T) {
	for name, make := range builtin {
		t.Run(name, func(t *testing.T) {
			r := make()
			random := rand.New(rand.NewPCG(5, 6))
			for range 40 {
				p := randomBars(random, random.IntN(12), random.IntN(2) == 0)
				q := randomBars(random, random.IntN(12), random.IntN(2) == 0)
				value, ok, gradients := evaluate(r, p, q)
				order := random.Perm(len(p))
				shuffled := append([]ph.Bar(nil), p...)
				for to, from := range order {
					shuffled[to] = p[from]
				}
				random.Shuffle(len(q), func(i, j int) { q[i], q[j] = q[j], q[i] })
				value2, ok2, slopes2 := evaluate(r, shuffled, q)
				require.Equal(t, ok, ok2)
				require.InDelta(t, value, value2, 1e-12*max(1, math.Abs(value)))
				for to, from := range order {
					require.InDelta(t, gradients[from].Birth, slopes2[to].Birth, 1e-10)
					require.InDelta(t, gradients[from].Death, slopes2[to].Death, 1e-10)
				}
			}
		})
	}
}

// TestSameDiagrams checks that a diagram is at rest when it equals its target.
func TestSameDiagrams(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for _, name := range []string{"bottleneck", "entropy", "dsigma", "wide", "density"} {
		for _, fromZero := range []bool{true, false} {
			p := randomBars(random, 20, fromZero)
			value, _, gradients := evaluate(builtin[name](), p, p)
			if name == "bottleneck" || name == "entropy" || name == "density" {
				require.Zero(t, value, name)
			} else {
				require.Negative(t, value, name) // −k(P,P)
			}
			for i, s := range gradients {
				require.InDelta(t, 0, s.Birth, 1e-12, "%s: birth of bar %d", name, i)
				require.InDelta(t, 0, s.Death, 1e-12, "%s: death of bar %d", name, i)
			}
		}
	}
}

// FuzzRegularizers tries bars with many ties and of extreme lengths: results
// are finite, the same each time, and keep the contract.
func FuzzRegularizers(f *testing.F) {
	f.Add([]byte{}, []byte{1, 2})
	f.Add([]byte{0, 3, 0, 3, 1, 200}, []byte{0, 3})
	f.Add([]byte{0, 0, 5, 0, 9, 1, 77, 3}, []byte{255, 255, 0, 16, 4, 4})
	f.Fuzz(func(t *testing.T, a, b []byte) {
		p, q := barsOf(a), barsOf(b)
		for name, make := range builtin {
			r := make()
			value, ok, gradients := evaluate(r, p, q)
			again, okAgain, slopesAgain := evaluate(r, p, q)
			require.Equal(t, value, again, name)
			require.Equal(t, ok, okAgain, name)
			require.Equal(t, gradients, slopesAgain, name)
			require.False(t, math.IsNaN(value) || math.IsInf(value, 0), "%s: %v", name, value)
			if len(p) == 0 {
				require.False(t, ok, name)
			}
			for i, s := range gradients {
				require.False(t, math.IsNaN(s.Birth+s.Death) || math.IsInf(s.Birth+s.Death, 0), "%s: slope %d is %v", name, i, s)
				if !ok {
					require.Zero(t, s, name)
				}
			}
		}
	})
}

// barsOf makes bars of pairs of bytes: births among few values, lengths from
// 2⁻²⁰ to 2¹¹.
func barsOf(data []byte) []ph.Bar {
	var b []ph.Bar
	for i := 0; i+1 < len(data) && len(b) < 64; i += 2 {
		birth := float64(data[i] % 4)
		length := math.Ldexp(float64(1+data[i+1]%8), int(data[i+1]/8)-20)
		b = append(b, ph.Bar{Birth: birth, Death: birth + length})
	}
	return b
}

// TestDsigmaConstant: with its constant part the value is a squared distance, 0 for equal
// diagrams, and has the same gradient.
func TestDsigmaConstant(t *testing.T) {
	for _, p := range [][]ph.Bar{bars(0, 1, 0, 2, 0, 2.5), bars(0.5, 1, 1, 3, 0.2, 2.5)} {
		q := bars(0, 1.5, 0, 2)
		for _, truth := range [][]ph.Bar{p, q, nil} {
			without, with := make([]topoloss.BarGradient, len(p)), make([]topoloss.BarGradient, len(p))
			a, _ := (&topoloss.Dsigma{Sigma: 0.1}).Evaluate(p, truth, without)
			b, ok := (&topoloss.Dsigma{Sigma: 0.1, Constant: true}).Evaluate(p, truth, with)
			require.True(t, ok)
			require.Equal(t, without, with)
			if len(truth) == len(p) {
				require.Negative(t, a)
				require.InDelta(t, 0, b, 1e-12)
			} else {
				require.GreaterOrEqual(t, b, a)
				require.Positive(t, b)
			}
		}
	}
}
