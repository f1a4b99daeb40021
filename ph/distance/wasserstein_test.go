package distance_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/distance"
)

func wasserstein(t testing.TB, m *distance.Matcher, a, b []ph.Bar, order, norm float64) float64 {
	t.Helper()
	d, err := m.Wasserstein(t.Context(), a, b, order, norm)
	require.NoError(t, err)
	return d
}

func approximateWasserstein(t testing.TB, m *distance.Matcher, a, b []ph.Bar, order, norm, relative float64) float64 {
	t.Helper()
	d, err := m.ApproximateWasserstein(t.Context(), a, b, order, norm, relative)
	require.NoError(t, err)
	return d
}

func sliced(t testing.TB, m *distance.Matcher, a, b []ph.Bar, directions int) float64 {
	t.Helper()
	d, err := m.SlicedWasserstein(t.Context(), a, b, directions)
	require.NoError(t, err)
	return d
}

// moved is the norm of the move of a pair of finite bars.
func moved(a, b []ph.Bar, m distance.Match, norm float64) float64 {
	var x, y float64
	switch {
	case m.A < 0:
		x = (b[m.B].Death - b[m.B].Birth) / 2
		y = x
	case m.B < 0:
		x = (a[m.A].Death - a[m.A].Birth) / 2
		y = x
	default:
		x, y = math.Abs(a[m.A].Birth-b[m.B].Birth), math.Abs(a[m.A].Death-b[m.B].Death)
	}
	if math.IsInf(norm, 1) {
		return max(x, y)
	}
	return math.Pow(math.Pow(x, norm)+math.Pow(y, norm), 1/norm)
}

func price(a, b []ph.Bar, pairs []distance.Match, order, norm float64) float64 {
	sum := 0.0
	for _, m := range pairs {
		sum += math.Pow(moved(a, b, m, norm), order)
	}
	return math.Pow(sum, 1/order)
}

var wassersteinKinds = []struct{ order, norm float64 }{
	{1, 1}, {1, 2}, {1, math.Inf(1)}, {2, 1}, {2, 2}, {2, math.Inf(1)}, {1.5, 3}, {4, 1.25},
}

func TestWassersteinAgainstBruteForce(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	var m distance.Matcher
	for trial := range 1500 {
		a, b := bars(r, r.IntN(5), trial), bars(r, r.IntN(6), trial)
		kind := wassersteinKinds[trial/4%len(wassersteinKinds)]
		want := math.Inf(1)
		eachMatching(a, b, func(pairs []distance.Match) { want = min(want, price(a, b, pairs, kind.order, kind.norm)) })
		got := wasserstein(t, &m, a, b, kind.order, kind.norm)
		require.InDelta(t, want, got, 1e-12*(1+want), "trial %d, %+v: %v and %v", trial, kind, a, b)
		requireWhole(t, a, b, m.Matching(nil))
		require.InDelta(t, got, price(a, b, m.Matching(nil), kind.order, kind.norm), 1e-12*(1+want))
	}
}

// requireWhole checks that every bar stands in a matching once.
func requireWhole(t *testing.T, a, b []ph.Bar, matching []distance.Match) {
	t.Helper()
	var seenA, seenB []int
	for _, m := range matching {
		if m.A != distance.Diagonal {
			seenA = append(seenA, m.A)
		}
		if m.B != distance.Diagonal {
			seenB = append(seenB, m.B)
		}
	}
	slices.Sort(seenA)
	slices.Sort(seenB)
	require.Equal(t, upTo(len(a)), seenA)
	require.Equal(t, upTo(len(b)), seenB)
}

func upTo(n int) (list []int) {
	for i := range n {
		list = append(list, i)
	}
	return list
}

// An optimal matching of many bars has prices that prove it: here, that of larger
// diagrams is checked against the assignment of a dense square matrix.
func TestWassersteinAgainstAssignment(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	var m distance.Matcher
	for trial := range 120 {
		a, b := bars(r, r.IntN(40), trial), bars(r, r.IntN(40), trial)
		kind := wassersteinKinds[trial%len(wassersteinKinds)]
		want := math.Pow(assignment(len(a)+len(b), func(i, j int) float64 {
			switch {
			case i >= len(a) && j >= len(b):
				return 0
			case i >= len(a):
				return math.Pow(moved(a, b, distance.Match{A: -1, B: j}, kind.norm), kind.order)
			case j >= len(b):
				return math.Pow(moved(a, b, distance.Match{A: i, B: -1}, kind.norm), kind.order)
			}
			return math.Pow(moved(a, b, distance.Match{A: i, B: j}, kind.norm), kind.order)
		}), 1/kind.order)
		require.InDelta(t, want, wasserstein(t, &m, a, b, kind.order, kind.norm), 1e-10*(1+want))
		require.InDelta(t, want, wasserstein(t, &m, b, a, kind.order, kind.norm), 1e-10*(1+want), "symmetric")
	}
}

// assignment returns the least cost of an assignment of n rows to n columns, by
// the Hungarian algorithm in its textbook form, O(n³).
func assignment(n int, cost func(i, j int) float64) float64 {
	u, v := make([]float64, n+1), make([]float64, n+1)
	row := make([]int, n+1) // of a column
	for i := 1; i <= n; i++ {
		row[0] = i
		least := slices.Repeat([]float64{math.Inf(1)}, n+1)
		used, before := make([]bool, n+1), make([]int, n+1)
		j := 0
		for row[j] != 0 {
			used[j] = true
			delta, next := math.Inf(1), 0
			for k := 1; k <= n; k++ {
				if used[k] {
					continue
				}
				if c := cost(row[j]-1, k-1) - u[row[j]] - v[k]; c < least[k] {
					least[k], before[k] = c, j
				}
				if least[k] < delta {
					delta, next = least[k], k
				}
			}
			for k := range n + 1 {
				if used[k] {
					u[row[k]] += delta
					v[k] -= delta
				} else {
					least[k] -= delta
				}
			}
			j = next
		}
		for j != 0 {
			row[j] = row[before[j]]
			j = before[j]
		}
	}
	sum := 0.0
	for j := 1; j <= n; j++ {
		sum += cost(row[j]-1, j-1)
	}
	return sum
}

func TestWassersteinIsAMetric(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 10))
	var m distance.Matcher
	for trial := range 160 {
		kind := wassersteinKinds[trial/8%len(wassersteinKinds)]
		d := func(a, b []ph.Bar) float64 { return wasserstein(t, &m, a, b, kind.order, kind.norm) }
		a, b, c := bars(r, r.IntN(30), trial), bars(r, r.IntN(30), trial), bars(r, r.IntN(30), trial)
		require.Zero(t, d(a, a))
		require.InDelta(t, d(a, b), d(b, a), 1e-10*(1+d(a, b)))
		require.LessOrEqual(t, d(a, c), (d(a, b)+d(b, c))*(1+1e-10))

		// Stability of the bottleneck distance: what moves by at most s is no
		// farther away than that.
		const s = 0.01
		moved := slices.Clone(a)
		for i := range moved {
			moved[i].Birth += s * (2*r.Float64() - 1)
			moved[i].Death = max(moved[i].Birth, moved[i].Death+s*(2*r.Float64()-1))
		}
		longest, _ := bottleneck(t, &m, a, moved)
		require.LessOrEqual(t, longest, s*(1+1e-10))
	}
}

func TestApproximateWasserstein(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	var m distance.Matcher
	for trial := range 300 {
		a, b := bars(r, r.IntN(80), trial), bars(r, r.IntN(80), trial)
		if trial%10 == 9 {
			b = a
		}
		kind := wassersteinKinds[trial%len(wassersteinKinds)]
		exact := wasserstein(t, &m, a, b, kind.order, kind.norm)
		for _, relative := range []float64{0, 1e-15, 0.01, 0.3, 1e300} {
			d := approximateWasserstein(t, &m, a, b, kind.order, kind.norm, relative)
			require.GreaterOrEqual(t, d, exact*(1-1e-12))
			require.LessOrEqual(t, d, exact*(1+relative)*(1+1e-12))
			requireWhole(t, a, b, m.Matching(nil))
			require.InDelta(t, d, price(a, b, m.Matching(nil), kind.order, kind.norm), 1e-9*(1+d))
		}
	}
}

func TestWassersteinOfEssentialBars(t *testing.T) {
	inf := math.Inf(1)
	a := []ph.Bar{{Birth: 3, Death: inf}, {Birth: 0, Death: 1}, {Birth: 1, Death: inf}}
	b := []ph.Bar{{Birth: 1.5, Death: inf}, {Birth: 5, Death: inf}}
	var m distance.Matcher
	require.Equal(t, 3.0, wasserstein(t, &m, a, b, 1, inf))
	require.InDelta(t, math.Sqrt(.25+.25+4), wasserstein(t, &m, a, b, 2, inf), 1e-15)
	require.Equal(t, inf, wasserstein(t, &m, a, b[:1], 1, inf))
	require.Equal(t, inf, sliced(t, &m, a, b[:1], 4))
}

func TestWassersteinRefusesOrdersThatAreNone(t *testing.T) {
	var m distance.Matcher
	for _, x := range [][2]float64{{0.5, 2}, {0, 2}, {math.Inf(-1), 2}, {math.NaN(), 2}, {1, 0.5}, {1, math.NaN()}, {math.Inf(1), 0}} {
		_, err := m.Wasserstein(t.Context(), nil, nil, x[0], x[1])
		require.ErrorContains(t, err, fmt.Sprintf("order %v and norm %v: want", x[0], x[1]))
	}
	_, err := m.WassersteinGradient(t.Context(), nil, nil, math.Inf(1), 2, nil)
	require.EqualError(t, err, "distance: the gradient of a Wasserstein distance of order +Inf: want a finite order")
	_, err = m.SlicedWasserstein(t.Context(), nil, nil, 0)
	require.EqualError(t, err, "distance: a sliced Wasserstein distance over 0 directions: want at least 1")
}

func TestSlicedWassersteinIsWhatItSays(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	var m distance.Matcher
	for trial := range 100 {
		a, b := bars(r, r.IntN(30), trial), bars(r, r.IntN(30), trial)
		const directions = 12
		want := 0.0
		for k := range directions {
			angle := -math.Pi/2 + math.Pi*float64(k)/directions
			on := func(x, y float64) float64 { return x*math.Cos(angle) + y*math.Sin(angle) }
			var p, q []float64
			for _, x := range a {
				p = append(p, on(x.Birth, x.Death))
				q = append(q, on((x.Birth+x.Death)/2, (x.Birth+x.Death)/2))
			}
			for _, x := range b {
				q = append(q, on(x.Birth, x.Death))
				p = append(p, on((x.Birth+x.Death)/2, (x.Birth+x.Death)/2))
			}
			slices.Sort(p)
			slices.Sort(q)
			for i := range p {
				want += math.Abs(p[i]-q[i]) / directions
			}
		}
		require.InDelta(t, want, sliced(t, &m, a, b, directions), 1e-12*(1+want))
		require.LessOrEqual(t, want, 2*math.Sqrt2*wasserstein(t, &m, a, b, 1, 2)+1e-12)
	}
}

func TestDistancesDoNotAllocate(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	a, b := bars(r, 100, 2), bars(r, 90, 2)
	var m distance.Matcher
	ctx := t.Context()
	for name, measure := range measures {
		require.NoError(t, measure(ctx, &m, a, b))
		require.Zero(t, testing.AllocsPerRun(3, func() { measure(ctx, &m, a, b) }), name)
	}
}

// A countdown is a context that ends after it was asked a number of times.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// Every distance ends with its context, wherever it is.
func TestDistancesStop(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	plane, line := bars(r, 150, 2), bars(r, 150, 0)
	other := bars(r, 150, 2)
	for name, measure := range measures {
		for _, a := range [][]ph.Bar{plane, line} {
			b := other
			if &a[0] == &line[0] {
				b = line[:120]
			}
			var m distance.Matcher
			asked := &countdown{t.Context(), math.MaxInt}
			require.NoError(t, measure(asked, &m, a, b))
			times := math.MaxInt - asked.left
			require.Positive(t, times)
			for k := range times {
				require.ErrorIs(t, measure(&countdown{t.Context(), k}, &m, a, b), context.Canceled, "%s, asked %d times", name, k)
				require.Empty(t, m.Matching(nil), name)
			}
			require.NoError(t, measure(t.Context(), &m, a, b), "a matcher that was stopped works")
		}
	}
}

func FuzzWasserstein(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4}, []byte{5, 6}, uint8(0), uint8(0), int16(0))
	f.Add([]byte{10, 1}, []byte{1, 1}, uint8(5), uint8(3), int16(700))
	f.Add([]byte{0, 10, 16, 9, 32, 8}, []byte{32, 8, 16, 9, 0, 10}, uint8(6), uint8(8), int16(-900))
	f.Fuzz(func(t *testing.T, p, q []byte, order, norm uint8, exponent int16) {
		if len(p) > 10 || len(q) > 10 {
			return
		}
		scale := math.Ldexp(1, int(exponent)%1000)
		decode := func(data []byte) (list []ph.Bar) {
			for i := 0; i+1 < len(data); i += 2 {
				// Births and lengths of very different sizes.
				birth := math.Ldexp(float64(data[i]/16), -4*int(data[i]%4))
				length := math.Ldexp(float64(data[i+1]/16), -4*int(data[i+1]%8))
				list = append(list, ph.Bar{Birth: birth * scale, Death: (birth + length) * scale})
			}
			return list
		}
		a, b := decode(p), decode(q)
		x, y := extremeOrders[int(order)%len(extremeOrders)], extremeNorms[int(norm)%len(extremeNorms)]
		want := math.Inf(1)
		eachMatching(a, b, func(pairs []distance.Match) { want = min(want, priceOf(a, b, pairs, x, y)) })
		var m distance.Matcher
		requireClose(t, want, wasserstein(t, &m, a, b, x, y), 1e-14)
		approximate := approximateWasserstein(t, &m, a, b, x, y, 0.25)
		require.GreaterOrEqual(t, approximate*(1+1e-14), want)
		require.LessOrEqual(t, approximate, 1.25*want*(1+1e-14))
	})
}

// Two diagrams that differ by a small move of one bar and a bar near the diagonal.
func ExampleMatcher_Wasserstein() {
	a := []ph.Bar{{Birth: 0, Death: 1}, {Birth: 0.5, Death: 2}}
	b := []ph.Bar{{Birth: 0.5, Death: 2.1}, {Birth: 0, Death: 1}, {Birth: 0.9, Death: 1.1}}
	var m distance.Matcher
	d, err := m.Wasserstein(context.Background(), a, b, 1, math.Inf(1))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.3f\n", d)
	for _, pair := range m.Matching(nil) {
		fmt.Println(pair.A, pair.B)
	}
	// Output:
	// 0.200
	// 0 1
	// 1 0
	// -1 2
}
