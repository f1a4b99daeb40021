package metrics

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/ph"
)

// labeled draws points near one of four centers, and says of which.
func labeled(seed uint64, n, dim int, scale float32) (ph.Points[float32], []int) {
	random := rand.New(rand.NewPCG(seed, 9))
	centers, p := drawn(77, 4, dim, 3), drawn(seed, n, dim, 0)
	labels := make([]int, n)
	for i := range labels {
		labels[i] = random.IntN(4)
		for k := range dim {
			p.Coords[i*dim+k] = scale * (2*p.Coords[i*dim+k] + centers.Coords[labels[i]*dim+k])
		}
	}
	return p, labels
}

// worst returns the largest error of a score as a share of its bound. The bound is
// residualTolerance times the norm of the centered point times the norm of the exact weights.
func worst(r *ridge, points ph.Points[float32], got, want []float64) float64 {
	scores, exact := r.scores(points, got), r.scores(points, want)
	most := 0.0
	for i := range points.Len() {
		square := 0.0
		for k, v := range points.At(i) {
			square += (float64(v) - r.x.mean[k]) * (float64(v) - r.x.mean[k])
		}
		for c := range r.classes {
			norm := floats.Norm(want[c*r.x.dim:][:r.x.dim], 2)
			at := c*points.Len() + i
			if bound := residualTolerance * math.Sqrt(square) * norm; scores[at] != exact[at] {
				most = max(most, math.Abs(scores[at]-exact[at])/bound)
			}
		}
	}
	return most
}

// The corrected solution is that of gonum in float64, for fewer points than dimensions and
// for more, in one block of the decomposition and in several.
func TestRidgeMatchesFloat64(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	for _, s := range []struct{ n, dim int }{{1, 1}, {2, 5}, {5, 2}, {30, 70}, {64, 64}, {65, 200}, {200, 65}, {300, 150}, {150, 300}} {
		for _, scale := range []float32{1e-6, 0.01, 0.5, 10} {
			t.Run(fmt.Sprint(s.n, "×", s.dim, "×", scale), func(t *testing.T) {
				x, labels := labeled(1, s.n, s.dim, scale)
				y, _ := labeled(2, 50, s.dim, scale)
				r := newRidge(x, labels, 6) // no point has one of the last two labels
				got, err := r.weights(dev)
				require.NoError(t, err)
				want, err := r.weights64()
				require.NoError(t, err)
				require.LessOrEqual(t, worst(r, y, got, want), 1.0)
			})
		}
	}
}

// Eigenvalues of 1 beside large ones: the same image several times, pixels that never change,
// coordinates of very different sizes.
func TestRidgeOfIllConditionedPoints(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	for _, size := range []struct{ n, dim int }{{90, 200}, {300, 120}} {
		for _, scale := range []float32{1, 30, 300, 3000, 1e5, 1e18} {
			for name, change := range map[string]func(p ph.Points[float32]){
				"duplicates": func(p ph.Points[float32]) {
					for i := range p.Len() / 2 {
						copy(p.At(p.Len()-1-i), p.At(i))
					}
				},
				"constant": func(p ph.Points[float32]) {
					for i := range p.Len() {
						for k := 0; k < p.Dim; k += 2 {
							p.At(i)[k] = scale / 3
						}
					}
				},
				"sizes": func(p ph.Points[float32]) {
					for i := range p.Coords {
						p.Coords[i] *= float32(math.Pow(10, -float64(i%p.Dim%7)))
					}
				},
				"far from 0": func(p ph.Points[float32]) {
					for i := range p.Coords {
						p.Coords[i] += 100 * scale
					}
				},
			} {
				t.Run(fmt.Sprint(size, name, scale), func(t *testing.T) {
					x, labels := labeled(1, size.n, size.dim, scale)
					y, others := labeled(2, 200, size.dim, scale)
					change(x)
					change(y)
					r := newRidge(x, labels, 4)
					want, wantErr := r.weights64()
					got, gotErr := r.weights(dev)
					accuracy, err := LinearAccuracy(dev, x, y, labels, others)
					if gotErr != nil { // too coarse in float32, and computed in float64
						require.Greater(t, scale, float32(300))
						got = want
					}
					if wantErr != nil { // too coarse in float64
						require.Greater(t, scale, float32(3000))
						require.Equal(t, gotErr == nil, err == nil)
						return
					}
					require.NoError(t, err)
					require.LessOrEqual(t, worst(r, y, got, want), 1.0)
					hits := 0.0
					for i, class := range best(r.scores(y, want), y.Len()) {
						if class == others[i] {
							hits++
						}
					}
					require.InDelta(t, hits/float64(y.Len()), accuracy, 0.01) // but for ties
				})
			}
		}
	}
}

// Each product is that of float64 arithmetic, for any rest of rows, columns and coordinates.
func TestCenteredProducts(t *testing.T) {
	for _, s := range []struct{ n, dim, columns int }{{1, 1, 1}, {2, 3, 4}, {9, 64, 5}, {33, 65, 10}, {16, 130, 3}, {7, 5, 13}} {
		p := drawn(1, s.n, s.dim, 2)
		x := newCentered(p)
		w, v := make([]float64, s.columns*s.dim), make([]float64, s.columns*s.n)
		random := rand.New(rand.NewPCG(2, 2))
		for i := range w {
			w[i] = random.NormFloat64()
		}
		for i := range v {
			v[i] = random.NormFloat64()
		}
		rows := make([]float32, len(p.Coords))
		x.store(rows)
		times, transposed := x.times(w, s.columns), x.transposed(v, s.columns)
		for c := range s.columns {
			for i := range s.n {
				want := 0.0
				for k := range s.dim {
					want += (float64(p.At(i)[k]) - x.mean[k]) * w[c*s.dim+k]
					require.InDelta(t, float64(p.At(i)[k])-x.mean[k], rows[i*s.dim+k], 1e-6)
				}
				require.InDelta(t, want, times[c*s.n+i], 1e-11)
			}
			for k := range s.dim {
				want := 0.0
				for i := range s.n {
					want += (float64(p.At(i)[k]) - x.mean[k]) * v[c*s.n+i]
				}
				require.InDelta(t, want, transposed[c*s.dim+k], 1e-11)
			}
		}
	}
}

// Weights do not depend on the number of processors.
func TestRidgeDoesNotDependOnProcessors(t *testing.T) {
	x, labels := labeled(1, 130, 90, 1)
	weights := func() []float64 {
		dev := cpu.New()
		defer dev.Close()
		w, err := newRidge(x, labels, 4).weights(dev)
		require.NoError(t, err)
		return w
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one := weights()
	runtime.GOMAXPROCS(4)
	require.Equal(t, one, weights())
}

func TestInvertFactor(t *testing.T) {
	for _, w := range []int{1, 2, 5, 64} {
		x := drawn(1, w, w+3, 0)
		a := mat.NewSymDense(w, nil)
		for i := range w {
			for j := range i + 1 {
				v := 0.0
				for k := range x.Dim {
					v += float64(x.At(i)[k]) * float64(x.At(j)[k])
				}
				a.SetSym(i, j, v)
			}
		}
		inverse := make([]float64, w*w)
		for i := range w {
			for j := range w {
				inverse[i*w+j] = a.At(i, j)
			}
		}
		require.True(t, invertFactor(inverse, w))
		l := mat.NewDense(w, w, inverse)
		var half, one mat.Dense // L⁻¹·LLᵀ·L⁻ᵀ
		half.Mul(l, a)
		one.Mul(&half, l.T())
		for i := range w {
			for j := range w {
				require.InDelta(t, map[bool]float64{true: 1}[i == j], one.At(i, j), 1e-9)
				if j > i {
					require.Zero(t, l.At(i, j))
				}
			}
		}
	}
	for _, a := range [][]float64{{0}, {-1}, {math.Inf(1)}, {math.NaN()}, {1, 0, 2, 1}} {
		require.False(t, invertFactor(a, int(math.Sqrt(float64(len(a))))))
	}
}
