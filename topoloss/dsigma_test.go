package topoloss

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
)

// kernelByDefinition is the persistence scale-space kernel.
func kernelByDefinition(sigma float64, p, q []ph.Bar) (sum float64) {
	for _, a := range p {
		for _, b := range q {
			near := math.Pow(a.Birth-b.Birth, 2) + math.Pow(a.Death-b.Death, 2)
			far := math.Pow(a.Birth-b.Death, 2) + math.Pow(a.Death-b.Birth, 2)
			sum += math.Exp(-near/(8*sigma)) - math.Exp(-far/(8*sigma))
		}
	}
	return sum / (8 * math.Pi * sigma)
}

func testBars(random *rand.Rand, n int, fromZero bool, scale float64) []ph.Bar {
	bars := make([]ph.Bar, n)
	for i := range bars {
		if !fromZero {
			bars[i].Birth = scale * random.Float64()
		}
		bars[i].Death = bars[i].Birth + scale*random.Float64()
	}
	return bars
}

func TestDsigma(t *testing.T) {
	random := rand.New(rand.NewPCG(13, 14))
	for _, sigma := range []float64{1e-6, 0.05, 0.7, 30} {
		for _, scale := range []float64{0.01, 1, 100} {
			for trial := range 20 {
				fromZero := trial%2 == 0
				p := testBars(random, 1+random.IntN(40), fromZero, scale)
				q := testBars(random, random.IntN(40), fromZero, scale)
				r := Dsigma{Sigma: sigma}
				value, ok := r.Evaluate(p, q, make([]BarGradient, len(p)))
				require.True(t, ok)
				within, across := kernelByDefinition(sigma, p, p), kernelByDefinition(sigma, p, q)
				// Short bars are left with the rounding of their mirror images.
				pairs := float64(len(p)*(len(p)+len(q))) / (8 * math.Pi * sigma)
				require.InDelta(t, within-2*across, value, 1e-12*(within+across)+1e-15*pairs)
			}
		}
	}
	r := Dsigma{Sigma: 0.05}
	_, ok := r.Evaluate(nil, testBars(random, 3, true, 1), nil)
	require.False(t, ok)
	require.Panics(t, func() { new(Dsigma).Evaluate(make([]ph.Bar, 1), nil, make([]BarGradient, 1)) })
}

// TestLattice compares the sums over a lattice with those over pairs of bars.
func TestLattice(t *testing.T) {
	random := rand.New(rand.NewPCG(15, 16))
	for _, sigma := range []float64{0.002, 0.05, 0.7, 500} {
		for _, offset := range []float64{0, 1e3, 1e9} {
			for range 10 {
				p, q := testBars(random, 60, true, 5), testBars(random, random.IntN(80), true, 5)
				for _, bars := range [][]ph.Bar{p, q} {
					for i := range bars {
						bars[i].Death += offset
					}
				}
				var l lattice
				require.True(t, l.fits(sigma, p, q))
				gradients, want := make([]BarGradient, len(p)), make([]BarGradient, len(p))
				sum := l.near(p, q, gradients) - mirrored(1/(8*sigma), p, q, gradients)
				require.InDelta(t, scaleSpace(1/(8*sigma), p, q, want), sum, 1e-14*float64(len(p)*(len(p)+len(q))))
				for i := range gradients {
					require.InDelta(t, want[i].Birth, gradients[i].Birth, 1e-10*(1+offset*1e-7))
					require.InDelta(t, want[i].Death, gradients[i].Death, 1e-10*(1+offset*1e-7))
				}
			}
		}
	}
}

// TestLatticeTooLarge: bars far apart are summed in pairs.
func TestLatticeTooLarge(t *testing.T) {
	for _, deaths := range [][2]float64{{1, 1e4}, {1e-300, 1e300}, {1, math.MaxFloat64}} {
		p := []ph.Bar{{Death: deaths[0]}, {Death: deaths[1]}}
		var l lattice
		require.False(t, l.fits(0.05, p, p))
		gradients := make([]BarGradient, 2)
		r := Dsigma{Sigma: 0.05}
		value, ok := r.Evaluate(p, p, gradients)
		require.True(t, ok)
		require.InDelta(t, -kernelByDefinition(0.05, p, p), value, 1e-15)
		require.Zero(t, gradients[1])
	}
}

func TestExpNegative(t *testing.T) {
	for _, x := range []float64{0, 5e-324, 1e-9, math.Ln2, negligible} {
		require.InEpsilon(t, math.Exp(-x), expNegative(x), 2e-14)
	}
	for _, x := range []float64{math.Nextafter(negligible, 200), 1e300, math.Inf(1)} {
		require.Zero(t, expNegative(x))
	}
	require.True(t, math.IsNaN(expNegative(math.NaN())))
}
