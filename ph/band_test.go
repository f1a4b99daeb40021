package ph

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Numbers of every kind that a sort by even steps may stumble over.
var numberKinds = map[string]func(r *rand.Rand) float64{
	"even":     func(r *rand.Rand) float64 { return r.Float64() },
	"signed":   func(r *rand.Rand) float64 { return r.NormFloat64() },
	"few":      func(r *rand.Rand) float64 { return float64(r.IntN(3)) },
	"equal":    func(*rand.Rand) float64 { return 7 },
	"uneven":   func(r *rand.Rand) float64 { return math.Exp(40 * r.NormFloat64()) },
	"greatest": func(r *rand.Rand) float64 { return (2*r.Float64() - 1) * math.MaxFloat64 },
	"least":    func(r *rand.Rand) float64 { return float64(r.IntN(100)) * math.SmallestNonzeroFloat64 },
	"outlier":  func(r *rand.Rand) float64 { return r.Float64() + 1e300*math.Floor(r.Float64()+0.01) },
}

func TestBandIsSorted(t *testing.T) {
	var b band[float64]
	for kind, number := range numberKinds {
		r := rand.New(rand.NewPCG(3, 4))
		for _, n := range []int{0, 1, 2, 10, 1000} {
			b.unsorted = b.unsorted[:0]
			for i := range n {
				e := filteredEdge[float64]{math.Abs(number(r)), int32(i + 1), int32(r.IntN(i + 1))}
				b.unsorted = append(b.unsorted, e)
			}
			before := []filteredEdge[float64]{{-1, 1, 0}}
			want := append(slices.Clone(before), b.unsorted...)
			slices.SortFunc(want, compareEdges)
			require.Equal(t, want, b.sort(before), "%d %s", n, kind)
		}
	}
}
