package alpha_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/alpha"
)

// BenchmarkAlpha times the complex and all its diagrams, of points drawn uniformly from the
// square or the cube.
func BenchmarkAlpha(b *testing.B) {
	for dim := 2; dim <= 3; dim++ {
		for _, n := range []int{2000, 20000} {
			b.Run(fmt.Sprintf("%d/%d", dim, n), func(b *testing.B) {
				r := rand.New(rand.NewPCG(1, 2))
				p := ph.Points[float64]{Dim: dim}
				for range n * dim {
					p.Coords = append(p.Coords, r.Float64())
				}
				var c alpha.Complex
				var e ph.Engine
				b.ReportAllocs()
				for b.Loop() {
					if err := alpha.Build(b.Context(), &c, p, alpha.Options{}); err != nil {
						b.Fatal(err)
					}
					if _, err := e.Filtration(b.Context(), &c, ph.Options{MaxDegree: dim - 1}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
