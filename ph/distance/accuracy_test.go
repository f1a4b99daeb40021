package distance_test

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/distance"
)

// diagram makes bars of births and deaths.
func diagram(ends ...float64) (list []ph.Bar) {
	for i := 0; i < len(ends); i += 2 {
		list = append(list, ph.Bar{Birth: ends[i], Death: ends[i+1]})
	}
	return list
}

// minus returns a difference of rounded numbers.
func minus(x, y float64) float64 { return x - y }

// Costs far below the greatest gain vanished, and powers under- and overflowed.
func TestWassersteinOfExtremeNumbers(t *testing.T) {
	inf := math.Inf(1)
	tiny, huge := math.SmallestNonzeroFloat64, math.MaxFloat64
	for _, c := range []struct {
		name        string
		a, b        []ph.Bar
		order, norm float64
		want        float64
	}{
		{"equal, reversed, order 30", diagram(0, 10, 1, 10, 2, 10, 3, 10), diagram(3, 10, 2, 10, 1, 10, 0, 10), 30, inf, 0},
		{"moved by a millionth, order 30", diagram(0, 10, 1, 10), diagram(1, 10, 0x1p-20, 10), 30, inf, 0x1p-20},
		{"one bar each, order 150", diagram(0, .001), diagram(0, .003), 150, inf, .0015},
		{"one bar each, order 150, other births", diagram(0, .001), diagram(0x1p-40, .003), 150, inf, (.003 - 0x1p-40) / 2},
		{"inner norm 400", diagram(0, 1, 3, 5), diagram(0.25, 1.25, 3, 5), 1, 400, .25 * math.Pow(2, 1./400)},
		{"inner norm 400, on a line", diagram(0, 1), diagram(0, 1.25), 2, 400, .25},
		{"inner norm 1e300", diagram(0, 1, 3, 5), diagram(0.25, 1.25, 3, 5), 3, 1e300, .25},
		{"order of the largest float", diagram(0, 10, 1, 10), diagram(1, 10, 0.5, 10), huge, inf, .5},
		{"order +Inf", diagram(0, 10, 1, 10), diagram(1, 10, 0.5, 10), inf, inf, .5},
		{"order +Inf, norm 2", diagram(0, 10, 1, 10), diagram(1, 10, 3, 14), inf, 2, math.Sqrt(20)},
		{"order +Inf, norm 1", diagram(0, 10, 1, 10), diagram(1, 10, 3, 14), inf, 1, 6},
		{"1e200, order 2", diagram(0, 3e200), diagram(0, 1e200, 0, 4e200), 2, inf, math.Hypot(1e200, .5e200)},
		{"1e200, order 2, plane", diagram(0, 3e200), diagram(1, 1e200, 0, 4e200), 2, inf, math.Hypot(1e200, .5e200)},
		{"1e-200, order 2", diagram(0, 3e-200), diagram(0, 1e-200, 0, 4e-200), 2, inf, math.Hypot(1e-200, .5e-200)},
		{"1e-200, order 2, plane", diagram(0, 3e-200), diagram(1e-220, 1e-200, 0, 4e-200), 2, inf, math.Hypot(1e-200, .5e-200)},
		{"1e-200, order 3, norm 2", diagram(0, 3e-200), diagram(1e-220, 4e-200), 3, 2, 1e-200},
		{"1e200 equal, 1e-200 not", diagram(0, 1e200, 0, 1e-200), diagram(0, 1e200, 0, 3e-200), 1, inf, 2e-200},
		{"1e200 equal, 1e-200 not, plane", diagram(0, 1e200, 0, 1e-200), diagram(0, 1e200, 1e-220, 3e-200), 1, inf, 2e-200},
		{"1 equal, 1e-170 not, order 2", diagram(0, 1, 0, 1e-170), diagram(0, 1, 0, 3e-170), 2, inf, math.Hypot(.5e-170, 1.5e-170)},
		{"1 equal, 1e-170 not, order 2, plane", diagram(0, 1, 1e-190, 1e-170), diagram(0, 1, 0, 3e-170), 2, inf, math.Hypot(.5e-170, 1.5e-170)},
		{"1e10 equal, 1e-4 not, order 1", diagram(0, 1e10, 1, 1e10, 5, 5.5), diagram(1, 1e10, 0, 1e10, 5, 5.5001), 1, inf, minus(5.5001, 5.5)},
		{"largest floats", diagram(-huge, huge), diagram(-huge, huge, 0, 1), 1, inf, .5},
		{"largest floats, order 3", diagram(-huge, huge, -huge, 1), diagram(-huge, huge), 3, inf, huge / 2},
		{"largest floats, norm 1", diagram(-huge, huge), diagram(-huge, huge, 1, 2), 2, 1, 1},
		{"beyond the largest float", diagram(-huge, huge, -huge, huge), nil, 1, inf, inf},
		{"smallest floats", diagram(0, 4*tiny), diagram(0, 6*tiny), 1, inf, 2 * tiny},
		{"smallest floats, order 7", diagram(0, 8*tiny, tiny, 9*tiny), diagram(0, 12*tiny), 7, inf, 4 * tiny},
		{"essential bars, 1e200", diagram(1e200, inf), diagram(4e200, inf), 2, 2, 3e200},
		{"essential bars, order 1e6", diagram(1, inf, 5, inf), diagram(4, inf, 5, inf), 1e6, 2, 3},
		{"bars of length 0", diagram(1e300, 1e300, 0, 1e-200), diagram(0, 2e-200, 7, 7), 2, 1, 1e-200},
		{"nothing", nil, nil, 1e9, 3, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var m distance.Matcher
			for _, pair := range [][2][]ph.Bar{{c.a, c.b}, {c.b, c.a}} {
				requireClose(t, c.want, wasserstein(t, &m, pair[0], pair[1], c.order, c.norm), 4e-15)
				requireWhole(t, pair[0], pair[1], m.Matching(nil))
				d := approximateWasserstein(t, &m, pair[0], pair[1], c.order, c.norm, 0.2)
				require.GreaterOrEqual(t, d*(1+4e-15), c.want)
				require.LessOrEqual(t, d, 1.2*c.want*(1+4e-15))
			}
		})
	}
}

// requireClose compares numbers of any size by a relative error.
func requireClose(t testing.TB, want, got, relative float64) {
	t.Helper()
	if want == got {
		return
	}
	require.False(t, math.IsNaN(got) || math.IsInf(got, 0) || math.IsInf(want, 0), "want %v, got %v", want, got)
	error := math.Abs(want/2-got/2) / (math.Abs(want) / 2)
	if want == 0 {
		error = math.Inf(1)
	}
	require.LessOrEqual(t, error, relative, "want %v, got %v", want, got)
}

// Shuffled copies of diagrams have the distance 0, and copies that are moved a little
// no more than that, in every order.
func TestWassersteinOfShuffledDiagrams(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 11))
	a := make([]ph.Bar, 300)
	for i := range a {
		birth := 10 * r.Float64()
		a[i] = ph.Bar{Birth: birth, Death: birth + 4.5 + r.Float64()}
	}
	b := slices.Clone(a)
	r.Shuffle(len(b), func(i, j int) { b[i], b[j] = b[j], b[i] })
	moved := slices.Clone(b)
	for i := range moved {
		moved[i].Birth += 1e-4 * (2*r.Float64() - 1)
		moved[i].Death += 1e-4 * (2*r.Float64() - 1)
	}
	var m distance.Matcher
	for _, order := range []float64{1, 1.5, 2, 3, 4, 5, 8, 30, 150, 1e4, 1e15, 1e300, math.MaxFloat64, math.Inf(1)} {
		for _, norm := range []float64{2, math.Inf(1)} {
			name := fmt.Sprintf("order %v, norm %v", order, norm)
			require.Zero(t, wasserstein(t, &m, a, b, order, norm), name)
			require.Zero(t, approximateWasserstein(t, &m, a, b, order, norm, 0.5), name)
			obvious := priceOf(b, moved, identity(len(b)), order, norm)
			got := wasserstein(t, &m, a, moved, order, norm)
			require.LessOrEqual(t, got, obvious*(1+1e-14), name)
			require.Greater(t, got, obvious/10, name)
			requireClose(t, got, priceOf(a, moved, m.Matching(nil), order, norm), 1e-14)
			require.LessOrEqual(t, approximateWasserstein(t, &m, a, moved, order, norm, 0.5), 1.5*obvious, name)
		}
	}
}

func identity(n int) (pairs []distance.Match) {
	for i := range n {
		pairs = append(pairs, distance.Match{A: i, B: i})
	}
	return pairs
}

// priceOf returns (Σ moveᵒʳᵈᵉʳ)^(1/order) of a matching of finite bars by its longest
// move times a root that is near 1.
func priceOf(a, b []ph.Bar, pairs []distance.Match, order, norm float64) float64 {
	var moves []float64
	for _, m := range pairs {
		moves = append(moves, scaledMove(a, b, m, norm))
	}
	if len(moves) == 0 {
		return 0
	}
	longest := slices.Max(moves)
	if longest == 0 || math.IsInf(order, 1) || math.IsInf(longest, 1) {
		return longest
	}
	sum := 0.0
	for _, x := range moves {
		sum += math.Pow(x/longest, order)
	}
	return longest * math.Pow(sum, 1/order)
}

func scaledMove(a, b []ph.Bar, m distance.Match, norm float64) float64 {
	x, y := 0.0, 0.0
	switch {
	case m.A < 0:
		x = b[m.B].Death/2 - b[m.B].Birth/2
		y = x
	case m.B < 0:
		x = a[m.A].Death/2 - a[m.A].Birth/2
		y = x
	default:
		x, y = math.Abs(a[m.A].Birth-b[m.B].Birth), math.Abs(a[m.A].Death-b[m.B].Death)
	}
	long, short := max(x, y), min(x, y)
	if long == 0 || math.IsInf(norm, 1) {
		return long
	}
	return long * math.Pow(1+math.Pow(short/long, norm), 1/norm)
}

// extremeBars draws two diagrams of which the second is partly a moved copy of the
// first, of a scale.
func extremeBars(r *rand.Rand, most int, scale float64, line bool) (a, b []ph.Bar) {
	draw := func() ph.Bar {
		birth := r.Float64()
		if r.IntN(3) == 0 {
			birth = float64(r.IntN(3)) / 2
		}
		if line {
			birth = 0
		}
		length := math.Exp(-8 * r.Float64())
		return ph.Bar{Birth: birth * scale, Death: (birth + length) * scale}
	}
	shift := scale * math.Pow(10, -9*r.Float64())
	for range r.IntN(most + 1) {
		x := draw()
		a = append(a, x)
		switch r.IntN(4) {
		case 0:
			b = append(b, x)
		case 1:
			if !line {
				x.Birth += shift * r.Float64()
			}
			x.Death += shift * (1 + r.Float64())
			b = append(b, x)
		}
	}
	for range r.IntN(3) {
		b = append(b, draw())
	}
	r.Shuffle(len(b), func(i, j int) { b[i], b[j] = b[j], b[i] })
	return a, b
}

var (
	extremeOrders = []float64{1, 1.25, 2, 3, 5, 8, 30, 150, 1000, 1e7, 1e17, 1e300, math.MaxFloat64, math.Inf(1)}
	extremeNorms  = []float64{1, 1.5, 2, 3, 17, 400, 1e10, 1e300, math.Inf(1)}
	extremeScales = []float64{1e-300, 1e-200, 1e-162, 1e-20, 1, 1e20, 1e155, 1e200, 1e300}
)

func TestWassersteinOfEveryOrderAgainstBruteForce(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 12))
	var m distance.Matcher
	for trial := range 6000 {
		scale := extremeScales[r.IntN(len(extremeScales))]
		order, norm := extremeOrders[r.IntN(len(extremeOrders))], extremeNorms[r.IntN(len(extremeNorms))]
		a, b := extremeBars(r, 4, scale, trial%4 == 0)
		want := math.Inf(1)
		eachMatching(a, b, func(pairs []distance.Match) { want = min(want, priceOf(a, b, pairs, order, norm)) })
		got := wasserstein(t, &m, a, b, order, norm)
		if want != got {
			requireClose(t, want, got, 1e-14)
		}
		requireClose(t, got, priceOf(a, b, m.Matching(nil), order, norm), 1e-14)
		relative := r.Float64()
		approximate := approximateWasserstein(t, &m, a, b, order, norm, relative)
		require.GreaterOrEqual(t, approximate*(1+1e-14), want)
		require.LessOrEqual(t, approximate, want*(1+relative)*(1+1e-14))
	}
}

// exactWasserstein returns the sum Σ moveᵒʳᵈᵉʳ of an optimal matching in the sup-norm,
// of an integer order, by the Hungarian algorithm in exact arithmetic.
func exactWasserstein(a, b []ph.Bar, order int) float64 {
	exact := func(x float64) *big.Rat { return new(big.Rat).SetFloat64(x) }
	minus := func(x, y float64) *big.Rat {
		d := exact(x)
		return d.Abs(d.Sub(d, exact(y)))
	}
	power := func(x *big.Rat) *big.Rat {
		e := big.NewInt(int64(order))
		return new(big.Rat).SetFrac(new(big.Int).Exp(x.Num(), e, nil), new(big.Int).Exp(x.Denom(), e, nil))
	}
	half := func(x ph.Bar) *big.Rat {
		h := minus(x.Death, x.Birth)
		return power(h.Mul(h, big.NewRat(1, 2)))
	}
	n := len(a) + len(b)
	costs := make([][]*big.Rat, n)
	for i := range costs {
		costs[i] = make([]*big.Rat, n)
		for j := range costs[i] {
			switch {
			case i >= len(a) && j >= len(b):
				costs[i][j] = new(big.Rat)
			case i >= len(a):
				costs[i][j] = half(b[j])
			case j >= len(b):
				costs[i][j] = half(a[i])
			default:
				x, y := minus(a[i].Birth, b[j].Birth), minus(a[i].Death, b[j].Death)
				if x.Cmp(y) < 0 {
					x = y
				}
				costs[i][j] = power(x)
			}
		}
	}
	sum := hungarian(costs)
	// The root of a number that may not be a float64: the floating-point mantissa and the
	// exponent one after the other.
	f := new(big.Float).SetPrec(200).SetRat(sum)
	if f.Sign() == 0 {
		return 0
	}
	mantissa := new(big.Float)
	exponent := f.MantExp(mantissa)
	rest := exponent % order
	m, _ := mantissa.Float64()
	return math.Ldexp(math.Pow(math.Ldexp(m, rest), 1/float64(order)), exponent/order)
}

// hungarian returns the least cost of an assignment, in exact arithmetic.
func hungarian(costs [][]*big.Rat) *big.Rat {
	n := len(costs)
	zeros := func() []*big.Rat {
		list := make([]*big.Rat, n+1)
		for i := range list {
			list[i] = new(big.Rat)
		}
		return list
	}
	u, v := zeros(), zeros()
	row := make([]int, n+1)
	for i := 1; i <= n; i++ {
		row[0] = i
		least := make([]*big.Rat, n+1) // nil is infinite
		used, before := make([]bool, n+1), make([]int, n+1)
		j := 0
		for row[j] != 0 {
			used[j] = true
			next := 0
			for k := 1; k <= n; k++ {
				if used[k] {
					continue
				}
				c := new(big.Rat).Sub(costs[row[j]-1][k-1], u[row[j]])
				c.Sub(c, v[k])
				if least[k] == nil || c.Cmp(least[k]) < 0 {
					least[k], before[k] = c, j
				}
				if next == 0 || least[k].Cmp(least[next]) < 0 {
					next = k
				}
			}
			delta := new(big.Rat).Set(least[next])
			for k := range n + 1 {
				if used[k] {
					u[row[k]].Add(u[row[k]], delta)
					v[k].Sub(v[k], delta)
				} else if least[k] != nil {
					least[k] = new(big.Rat).Sub(least[k], delta)
				}
			}
			j = next
		}
		for j != 0 {
			row[j] = row[before[j]]
			j = before[j]
		}
	}
	sum := new(big.Rat)
	for j := 1; j <= n; j++ {
		sum.Add(sum, costs[row[j]-1][j-1])
	}
	return sum
}

func TestWassersteinAgainstExactArithmetic(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 13))
	var m distance.Matcher
	for trial := range 40 {
		order := []int{1, 2, 3, 4, 5, 8, 13, 30}[trial%8]
		a, b := extremeBars(r, 9, 1, trial%5 == 0)
		want := exactWasserstein(a, b, order)
		requireClose(t, want, wasserstein(t, &m, a, b, float64(order), math.Inf(1)), 4e-15)
		requireClose(t, want, wasserstein(t, &m, b, a, float64(order), math.Inf(1)), 4e-15)
	}
}

func TestSlicedWassersteinOfExtremeNumbers(t *testing.T) {
	tiny, huge := math.SmallestNonzeroFloat64, math.MaxFloat64
	inf := math.Inf(1)
	// Directions −90° and 0°: the sums of the differences of deaths and of births.
	for _, c := range []struct {
		name string
		a, b []ph.Bar
		want float64
	}{
		{"1e200", diagram(0, 3e200), diagram(0, 1e200), 1.5e200},
		{"1e-200", diagram(0, 3e-200), diagram(0, 1e-200), 1.5e-200},
		{"1e-320", diagram(0, 16*tiny), diagram(0, 8*tiny), 8 * tiny},
		{"largest floats", diagram(-huge, huge), diagram(-huge, huge/2), huge / 2},
		{"beyond the largest float", diagram(-huge, huge, -huge, huge), diagram(0, 1), inf},
		{"far from 0", diagram(1e15, 1e15+4), diagram(1e15, 1e15+4.5), .5},
		{"equal", diagram(1e15, 1e15+4, 0, 1, 3, 3), diagram(3, 3, 1e15, 1e15+4, 0, 1), 0},
		{"nearly equal", diagram(1, 5, 2, 4), diagram(2, 4, 1, 5+0x1p-40), 0x1p-40},
		{"essential bars", diagram(1e200, inf), diagram(3e200, inf), 2e200},
		{"bars of length 0", diagram(2, 2), diagram(7, 7), 0},
		{"nothing", nil, nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var m distance.Matcher
			requireClose(t, c.want, sliced(t, &m, c.a, c.b, 2), 4e-15)
			requireClose(t, c.want, sliced(t, &m, c.b, c.a, 2), 4e-15)
			d, err := m.SlicedWassersteinGradient(t.Context(), c.a, c.b, 2, make([]ph.Gradient, len(c.a)))
			require.NoError(t, err)
			requireClose(t, c.want, d, 4e-15)
		})
	}
}
