package ph_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
)

// cost is the sup-norm move of a pair, +Inf for nothing to nothing.
func cost(a, b []ph.Bar, m ph.Match) float64 {
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
func eachMatching(a, b []ph.Bar, visit func(pairs []ph.Match)) {
	used := make([]bool, len(b))
	var pairs []ph.Match
	var try func(i int)
	try = func(i int) {
		if i < len(a) {
			for j := range b {
				if !used[j] {
					used[j] = true
					pairs = append(pairs, ph.Match{A: i, B: j})
					try(i + 1)
					pairs = pairs[:len(pairs)-1]
					used[j] = false
				}
			}
			pairs = append(pairs, ph.Match{A: i, B: ph.Diagonal})
			try(i + 1)
			pairs = pairs[:len(pairs)-1]
			return
		}
		whole := append([]ph.Match(nil), pairs...)
		for j, taken := range used {
			if !taken {
				whole = append(whole, ph.Match{A: ph.Diagonal, B: j})
			}
		}
		visit(whole)
	}
	try(0)
}

// bruteForce tries all matchings. attaining lists the pairs that are the longest
// of an optimal matching.
func bruteForce(a, b []ph.Bar) (best float64, attaining map[ph.Match]bool) {
	best = math.Inf(1)
	eachMatching(a, b, func(pairs []ph.Match) {
		var worst float64
		for _, m := range pairs {
			worst = max(worst, cost(a, b, m))
		}
		if worst < best {
			best, attaining = worst, make(map[ph.Match]bool)
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
	var m ph.Matcher
	for trial := range 3000 {
		a, b := bars(r, r.IntN(6), trial), bars(r, r.IntN(6), trial)
		if len(a)+len(b) == 0 {
			continue
		}
		want, attaining := bruteForce(a, b)
		got, witness := m.Bottleneck(a, b)
		require.Equal(t, want, got, "trial %d: %v and %v", trial, a, b)
		require.True(t, attaining[witness], "trial %d: %v attains the distance of %v and %v", trial, witness, a, b)
		requireMatching(t, a, b, m.Matching(nil), got, witness)
		back, _ := m.Bottleneck(b, a)
		require.Equal(t, got, back, "symmetric")
	}
}

// requireMatching checks that every bar stands in the matching once, that no move
// is longer than the distance, and that the witness is one of them.
func requireMatching(t *testing.T, a, b []ph.Bar, matching []ph.Match, distance float64, witness ph.Match) {
	t.Helper()
	seenA, seenB := make([]int, len(a)), make([]int, len(b))
	for _, m := range matching {
		if m.A != ph.Diagonal {
			seenA[m.A]++
		}
		if m.B != ph.Diagonal {
			seenB[m.B]++
		}
		require.LessOrEqual(t, cost(a, b, m), distance)
	}
	for _, count := range append(seenA, seenB...) {
		require.Equal(t, 1, count)
	}
	require.Contains(t, matching, witness)
}

func TestBottleneckIsAMetric(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	var m ph.Matcher
	d := func(a, b []ph.Bar) float64 { v, _ := m.Bottleneck(a, b); return v }
	for trial := range 200 {
		a, b, c := bars(r, r.IntN(40), trial), bars(r, r.IntN(40), trial), bars(r, r.IntN(40), trial)
		require.Zero(t, d(a, a))
		require.Equal(t, d(a, b), d(b, a))
		require.LessOrEqual(t, d(a, c), d(a, b)+d(b, c)+1e-12)
	}
}

func TestBottleneckOfNothing(t *testing.T) {
	var m ph.Matcher
	distance, witness := m.Bottleneck(nil, nil)
	require.Zero(t, distance)
	require.Equal(t, ph.Match{A: ph.Diagonal, B: ph.Diagonal}, witness)
	require.Empty(t, m.Matching(nil))
	distance, witness = m.Bottleneck([]ph.Bar{{Birth: 1, Death: 4}}, nil)
	require.Equal(t, 1.5, distance)
	require.Equal(t, ph.Match{A: 0, B: ph.Diagonal}, witness)
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
			return cost(a, b, ph.Match{A: ph.Diagonal, B: j})
		case j >= len(b):
			return cost(a, b, ph.Match{A: i, B: ph.Diagonal})
		}
		return cost(a, b, ph.Match{A: i, B: j})
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
	var m ph.Matcher
	for trial := range 80 {
		a, b := bars(r, 1+r.IntN(40), trial), bars(r, r.IntN(40), trial)
		got, witness := m.Bottleneck(a, b)
		require.Equal(t, plainBottleneck(a, b), got)
		requireMatching(t, a, b, m.Matching(nil), got, witness)
	}
}

func TestApproximateBottleneck(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	var m ph.Matcher
	for trial := range 400 {
		a, b := bars(r, r.IntN(60), trial), bars(r, r.IntN(60), trial)
		exact, _ := m.Bottleneck(a, b)
		for _, relative := range []float64{math.NaN(), -1, 0, 0.01, 0.5} {
			d := m.ApproximateBottleneck(a, b, relative)
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
	var m ph.Matcher
	distance, witness := m.Bottleneck(a, b)
	require.Equal(t, 2.0, distance, "in the order of their births")
	require.Equal(t, ph.Match{A: 0, B: 1}, witness)
	require.ElementsMatch(t, []ph.Match{{A: 0, B: 1}, {A: 1, B: ph.Diagonal}, {A: 2, B: 0}}, m.Matching(nil))

	distance, witness = m.Bottleneck(a, b[:1])
	require.Equal(t, inf, distance, "a bar without end has no other to go to")
	require.Equal(t, ph.Match{A: 0, B: ph.Diagonal}, witness)
}

func TestDistancesRefuseWhatIsNoBar(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	good := ph.Bar{Birth: 0, Death: 1}
	var m ph.Matcher
	for _, bad := range []ph.Bar{{Birth: nan, Death: 1}, {Birth: 0, Death: nan}, {Birth: inf, Death: inf}, {Birth: -inf, Death: 1}, {Birth: 0, Death: -inf}} {
		for _, distance := range []func(a, b []ph.Bar){
			func(a, b []ph.Bar) { m.Bottleneck(a, b) },
			func(a, b []ph.Bar) { m.ApproximateBottleneck(a, b, 0.1) },
			func(a, b []ph.Bar) { m.Wasserstein(a, b, 1, 2) },
			func(a, b []ph.Bar) { m.ApproximateWasserstein(a, b, 1, 2, 0.1) },
			func(a, b []ph.Bar) { m.SlicedWasserstein(a, b, 3) },
		} {
			require.PanicsWithValue(t, fmt.Sprintf("ph: bar 1 of the second diagram is %v: want a finite birth, and a death that is finite or +Inf", bad),
				func() { distance([]ph.Bar{good}, []ph.Bar{good, bad}) })
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
		var m ph.Matcher
		want, attaining := bruteForce(a, b)
		got, witness := m.Bottleneck(a, b)
		require.Equal(t, want, got)
		require.True(t, attaining[witness])
	})
}
