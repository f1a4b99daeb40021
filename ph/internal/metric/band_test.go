package metric

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// numberKinds are distributions of numbers that are hard for a sort on a linear scale.
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
	var b Band[float64]
	for kind, number := range numberKinds {
		r := rand.New(rand.NewPCG(3, 4))
		for _, n := range []int{0, 1, 2, 10, 1000} {
			b.Unsorted = b.Unsorted[:0]
			for i := range n {
				e := Edge[float64]{math.Abs(number(r)), int32(i + 1), int32(r.IntN(i + 1))}
				b.Unsorted = append(b.Unsorted, e)
			}
			before := []Edge[float64]{{-1, 1, 0}}
			want := append(slices.Clone(before), b.Unsorted...)
			slices.SortFunc(want, CompareEdges)
			require.Equal(t, want, b.Sort(before), "%d %s", n, kind)
		}
	}
}
