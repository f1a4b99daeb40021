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

func bottleneck(t testing.TB, m *distance.Matcher, a, b []ph.Bar) (float64, distance.Match) {
	t.Helper()
	d, witness, err := m.Bottleneck(t.Context(), a, b)
	require.NoError(t, err)
	return d, witness
}

func approximateBottleneck(t testing.TB, m *distance.Matcher, a, b []ph.Bar, relative float64) float64 {
	t.Helper()
	d, err := m.ApproximateBottleneck(t.Context(), a, b, relative)
	require.NoError(t, err)
	return d
}

// measures are all distances.
var measures = map[string]func(ctx context.Context, m *distance.Matcher, a, b []ph.Bar) error{
	"bottleneck": func(ctx context.Context, m *distance.Matcher, a, b []ph.Bar) error {
		_, _, err := m.Bottleneck(ctx, a, b)
		return err
	},
	"approximate bottleneck": func(ctx context.Context, m *distance.Matcher, a, b []ph.Bar) error {
		_, err := m.ApproximateBottleneck(ctx, a, b, 0.01)
		return err
	},
	"Wasserstein": func(ctx context.Context, m *distance.Matcher, a, b []ph.Bar) error {
		_, err := m.Wasserstein(ctx, a, b, 2, 2)
		return err
	},
	"approximate Wasserstein": func(ctx context.Context, m *distance.Matcher, a, b []ph.Bar) error {
		_, err := m.ApproximateWasserstein(ctx, a, b, 2, 2, 0.1)
		return err
	},
	"sliced Wasserstein": func(ctx context.Context, m *distance.Matcher, a, b []ph.Bar) error {
		_, err := m.SlicedWasserstein(ctx, a, b, 10)
		return err
	},
}

// cost is the sup-norm move of a pair, +Inf for nothing to nothing.
func cost(a, b []ph.Bar, m distance.Match) float64 {
	half := func(x ph.Bar) float64 { return (x.Death - x.Birth) / 2 }
	switch {
	case m.A < 0:
		return half(b[m.B])
	case m.B < 0:
		return half(a[m.A])
	}
	return max(math.Abs(a[m.A].Birth-b[m.B].Birth), math.Abs(a[m.A].Death-b[m.B].Death))
}

// eachMatching visits all partial matchings of finite bars.
func eachMatching(a, b []ph.Bar, visit func(pairs []distance.Match)) {
	used := make([]bool, len(b))
	var pairs []distance.Match
	var try func(i int)
	try = func(i int) {
		if i < len(a) {
			for j := range b {
				if !used[j] {
					used[j] = true
					pairs = append(pairs, distance.Match{A: i, B: j})
					try(i + 1)
					pairs = pairs[:len(pairs)-1]
					used[j] = false
				}
			}
			pairs = append(pairs, distance.Match{A: i, B: distance.Diagonal})
			try(i + 1)
			pairs = pairs[:len(pairs)-1]
			return
		}
		whole := append([]distance.Match(nil), pairs...)
		for j, taken := range used {
			if !taken {
				whole = append(whole, distance.Match{A: distance.Diagonal, B: j})
			}
		}
		visit(whole)
	}
	try(0)
}

// bruteForce tries all matchings. attaining lists the pairs that are the longest
// of an optimal matching.
func bruteForce(a, b []ph.Bar) (best float64, attaining map[distance.Match]bool) {
	best = math.Inf(1)
	eachMatching(a, b, func(pairs []distance.Match) {
		var worst float64
		for _, m := range pairs {
			worst = max(worst, cost(a, b, m))
		}
		if worst < best {
			best, attaining = worst, make(map[distance.Match]bool)
		}
		if worst == best {
			for _, m := range pairs {
				if cost(a, b, m) == best {
					attaining[m] = true
				}
			}
		}
	})
	return best, attaining
}

// bars draws a diagram; kinds differ in ties and in whether births are all the same.
func bars(r *rand.Rand, n, kind int) []ph.Bar {
	list := make([]ph.Bar, n)
	for i := range list {
		var birth, length float64
		if kind%2 == 0 {
			birth, length = r.Float64(), r.ExpFloat64()
		} else {
			birth, length = float64(r.IntN(4)), float64(1+r.IntN(4))
		}
		if kind%4 < 2 {
			birth = float64(kind % 8 / 4 * 2) // all at once, at 0 or 2
		}
		list[i] = ph.Bar{Birth: birth, Death: birth + length}
	}
	return list
}

func TestBottleneckAgainstBruteForce(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var m distance.Matcher
	for trial := range 3000 {
		a, b := bars(r, r.IntN(6), trial), bars(r, r.IntN(6), trial)
		if len(a)+len(b) == 0 {
			continue
		}
		want, attaining := bruteForce(a, b)
		got, witness := bottleneck(t, &m, a, b)
		require.Equal(t, want, got, "trial %d: %v and %v", trial, a, b)
		require.True(t, attaining[witness], "trial %d: %v attains the distance of %v and %v", trial, witness, a, b)
		requireMatching(t, a, b, m.Matching(nil), got, witness)
		back, _ := bottleneck(t, &m, b, a)
		require.Equal(t, got, back, "symmetric")
	}
}

// requireMatching checks that every bar stands in the matching once, that no move
// is longer than the distance, and that the witness is one of them.
func requireMatching(t *testing.T, a, b []ph.Bar, matching []distance.Match, longest float64, witness distance.Match) {
	t.Helper()
	seenA, seenB := make([]int, len(a)), make([]int, len(b))
	for _, m := range matching {
		if m.A != distance.Diagonal {
			seenA[m.A]++
		}
		if m.B != distance.Diagonal {
			seenB[m.B]++
		}
		require.LessOrEqual(t, cost(a, b, m), longest)
	}
	for _, count := range append(seenA, seenB...) {
		require.Equal(t, 1, count)
	}
	require.Contains(t, matching, witness)
}

func TestBottleneckIsAMetric(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	var m distance.Matcher
	d := func(a, b []ph.Bar) float64 { v, _ := bottleneck(t, &m, a, b); return v }
	for trial := range 200 {
		a, b, c := bars(r, r.IntN(40), trial), bars(r, r.IntN(40), trial), bars(r, r.IntN(40), trial)
		require.Zero(t, d(a, a))
		require.Equal(t, d(a, b), d(b, a))
		require.LessOrEqual(t, d(a, c), d(a, b)+d(b, c)+1e-12)
	}
}

func TestBottleneckOfNothing(t *testing.T) {
	var m distance.Matcher
	d, witness := bottleneck(t, &m, nil, nil)
	require.Zero(t, d)
	require.Equal(t, distance.Match{A: distance.Diagonal, B: distance.Diagonal}, witness)
	require.Empty(t, m.Matching(nil))
	d, witness = bottleneck(t, &m, []ph.Bar{{Birth: 1, Death: 4}}, nil)
	require.Equal(t, 1.5, d)
	require.Equal(t, distance.Match{A: 0, B: distance.Diagonal}, witness)
}

// plainBottleneck tries the lengths of all moves by bisection, with an alternating
// path for each bar and each place on the diagonal.
func plainBottleneck(a, b []ph.Bar) float64 {
	n := len(a) + len(b)
	move := func(i, j int) float64 {
		switch {
		case i >= len(a) && j >= len(b):
			return 0
		case i >= len(a):
			return cost(a, b, distance.Match{A: distance.Diagonal, B: j})
		case j >= len(b):
			return cost(a, b, distance.Match{A: i, B: distance.Diagonal})
		}
		return cost(a, b, distance.Match{A: i, B: j})
	}
	var lengths []float64
	for i := range n {
		for j := range n {
			lengths = append(lengths, move(i, j))
		}
	}
	slices.Sort(lengths)
	lengths = slices.Compact(lengths)
	least, _ := slices.BinarySearchFunc(lengths, true, func(t float64, _ bool) int {
		partner := slices.Repeat([]int{-1}, n)
		var seen []bool
		var place func(i int) bool
		place = func(i int) bool {
			for j := range n {
				if move(i, j) <= t && !seen[j] {
					seen[j] = true
					if partner[j] < 0 || place(partner[j]) {
						partner[j] = i
						return true
					}
				}
			}
			return false
		}
		for i := range n {
			seen = make([]bool, n)
			if !place(i) {
				return -1
			}
		}
		return 0
	})
	return lengths[least]
}

func TestBottleneckAgainstPlainMatching(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	var m distance.Matcher
	for trial := range 80 {
		a, b := bars(r, 1+r.IntN(40), trial), bars(r, r.IntN(40), trial)
		got, witness := bottleneck(t, &m, a, b)
		require.Equal(t, plainBottleneck(a, b), got)
		requireMatching(t, a, b, m.Matching(nil), got, witness)
	}
}

func TestApproximateBottleneck(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	var m distance.Matcher
	for trial := range 400 {
		a, b := bars(r, r.IntN(60), trial), bars(r, r.IntN(60), trial)
		exact, _ := bottleneck(t, &m, a, b)
		for _, relative := range []float64{math.NaN(), -1, 0, 0.01, 0.5} {
			d := approximateBottleneck(t, &m, a, b, relative)
			require.GreaterOrEqual(t, d, exact)
			if !(relative > 0) {
				require.Equal(t, exact, d)
			} else {
				require.LessOrEqual(t, d, exact*(1+relative))
			}
			for _, pair := range m.Matching(nil) {
				require.LessOrEqual(t, cost(a, b, pair), d)
			}
		}
	}
}

func TestBottleneckOfEssentialBars(t *testing.T) {
	inf := math.Inf(1)
	a := []ph.Bar{{Birth: 3, Death: inf}, {Birth: 0, Death: 1}, {Birth: 1, Death: inf}}
	b := []ph.Bar{{Birth: 1.5, Death: inf}, {Birth: 5, Death: inf}}
	var m distance.Matcher
	d, witness := bottleneck(t, &m, a, b)
	require.Equal(t, 2.0, d, "in the order of their births")
	require.Equal(t, distance.Match{A: 0, B: 1}, witness)
	require.ElementsMatch(t, []distance.Match{{A: 0, B: 1}, {A: 1, B: distance.Diagonal}, {A: 2, B: 0}}, m.Matching(nil))

	d, witness = bottleneck(t, &m, a, b[:1])
	require.Equal(t, inf, d, "a bar without end has no other to go to")
	require.Equal(t, distance.Match{A: 0, B: distance.Diagonal}, witness)
}

func TestDistancesRefuseWhatIsNoBar(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	good := ph.Bar{Birth: 0, Death: 1}
	for _, c := range []struct {
		birth, death float64
		want         string
	}{
		{nan, 1, "is born at NaN and dies at 1: a birth is finite, a death a number or +Inf"},
		{0, nan, "is born at 0 and dies at NaN: a birth is finite, a death a number or +Inf"},
		{inf, inf, "is born at +Inf and dies at +Inf: a birth is finite, a death a number or +Inf"},
		{-inf, 1, "is born at -Inf and dies at 1: a birth is finite, a death a number or +Inf"},
		{0, -inf, "is born at 0 and dies at -Inf, before its birth: negate both, as for a superlevel filtration"},
		{3, 1, "is born at 3 and dies at 1, before its birth: negate both, as for a superlevel filtration"},
	} {
		bad := ph.Bar{Birth: c.birth, Death: c.death}
		for name, measure := range measures {
			var m distance.Matcher
			require.EqualError(t, measure(t.Context(), &m, []ph.Bar{good}, []ph.Bar{good, bad}), "distance: bar 1 of the second diagram "+c.want, name)
			require.EqualError(t, measure(t.Context(), &m, []ph.Bar{bad}, nil), "distance: bar 0 of the first diagram "+c.want, name)
			require.Empty(t, m.Matching(nil), name)
		}
	}
}

func FuzzBottleneck(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4}, []byte{5, 6}, false)
	f.Add([]byte{10, 1}, []byte{1, 1}, true)
	f.Fuzz(func(t *testing.T, p, q []byte, zero bool) {
		if len(p) > 12 || len(q) > 12 || len(p)+len(q) < 2 {
			return
		}
		decode := func(data []byte) []ph.Bar {
			var list []ph.Bar
			for i := 0; i+1 < len(data); i += 2 {
				birth := float64(data[i] % 16)
				if zero {
					birth = 0
				}
				list = append(list, ph.Bar{Birth: birth, Death: birth + 1 + float64(data[i+1]%16)})
			}
			return list
		}
		a, b := decode(p), decode(q)
		if len(a)+len(b) == 0 {
			return
		}
		var m distance.Matcher
		want, attaining := bruteForce(a, b)
		got, witness := bottleneck(t, &m, a, b)
		require.Equal(t, want, got)
		require.True(t, attaining[witness])
	})
}

func ExampleMatcher_Bottleneck() {
	a := []ph.Bar{{Birth: 0, Death: 10}, {Birth: 0, Death: 1}}
	b := []ph.Bar{{Birth: 0, Death: 1}}
	var m distance.Matcher
	d, witness, err := m.Bottleneck(context.Background(), a, b)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(d, witness)
	// Output: 5 {0 -1}
}
