package radix_test

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph/internal/radix"
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

func TestOrderOfNumbers(t *testing.T) {
	var s radix.Sorter
	for kind, number := range numberKinds {
		r := rand.New(rand.NewPCG(1, 2))
		for _, n := range []int{0, 1, 2, 3, 10, 100, 3000} {
			numbers := make([]float64, n)
			want := make([]int32, n)
			for i := range numbers {
				numbers[i], want[i] = number(r), int32(i)
			}
			slices.SortStableFunc(want, func(i, j int32) int { return cmp.Compare(numbers[i], numbers[j]) })
			got := make([]int32, n)
			s.Order(got, numbers)
			require.Equal(t, want, got, "%d %s", n, kind)
		}
	}
}
