package metrics

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
)

// The radix sort orders as a stable comparison sort does, ties and both zeros included.
func TestSortMatchesComparisons(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	var s sorter
	for _, n := range []int{0, 1, 2, 3, 100, 5000, 70} {
		x := make([]float32, n)
		for i := range x {
			switch random.IntN(4) {
			case 0:
				x[i] = float32(random.IntN(5))
			case 1:
				x[i] = math.Float32frombits(uint32(random.IntN(0x7f800000)))
			case 2:
				x[i] = float32(math.Copysign(0, -1))
			default:
				x[i] = random.Float32()
			}
		}
		want := make([]int, n)
		for i := range want {
			want[i] = i
		}
		slices.SortStableFunc(want, func(i, j int) int {
			switch {
			case x[i] < x[j]:
				return -1
			case x[i] > x[j]:
				return 1
			}
			return 0
		})
		keys := s.sort(x)
		require.Len(t, keys, n)
		for place, key := range keys {
			require.Equal(t, want[place], int(uint32(key)))
			require.Equal(t, x[want[place]]+0, math.Float32frombits(uint32(key>>32)))
		}
	}
}

func TestTwoOfAreThoseOfSortedPairs(t *testing.T) {
	clouds := map[string]*Pooled{
		"drawn":    pool(t, drawn(1, 20, 3, 0), drawn(2, 13, 3, 0.5)),
		"equal":    pool(t, ph.Points[float32]{Dim: 1, Coords: make([]float32, 5)}, ph.Points[float32]{Dim: 1, Coords: make([]float32, 4)}),
		"few":      pool(t, ph.Points[float32]{Dim: 1, Coords: []float32{0, 0, 0, 1, 1e-30}}, ph.Points[float32]{Dim: 1, Coords: []float32{1, 1e9}}),
		"one pair": pool(t, drawn(1, 1, 3, 0), drawn(2, 1, 3, 0)),
	}
	for name, p := range clouds {
		pairs := p.upper()
		slices.Sort(pairs)
		for k, want := range pairs {
			j := max(0, k-1)
			first, second := p.twoOf(j, k)
			require.Equal(t, float64(pairs[j]), first, name)
			require.Equal(t, float64(want), second, name)
		}
		middle := (float64(pairs[(len(pairs)-1)/2]) + float64(pairs[len(pairs)/2])) / 2
		require.Equal(t, middle, p.MedianDistance(), name)
	}
	alone := &Pooled{real: 1, matrix: &matrix{n: 1, d: []float32{0}}}
	require.Zero(t, alone.MedianDistance())
}
