package delaunay

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/topogen/topogen/ph/internal/parallel"
)

func BenchmarkBuild(b *testing.B) {
	for _, dim := range []int{2, 3} {
		for _, n := range []int{2000, 20000, 200000} {
			b.Run(fmt.Sprintf("%d/%d", dim, n), func(b *testing.B) {
				r := rand.New(rand.NewPCG(1, 2))
				coords := make([]float64, n*dim)
				for i := range coords {
					coords[i] = r.Float64()
				}
				var t Triangulation
				t.Build(dim, coords, parallel.Stop{})
				b.ReportAllocs()
				for b.Loop() {
					t.Build(dim, coords, parallel.Stop{})
				}
			})
		}
	}
	b.Run("grid", func(b *testing.B) {
		var coords []float64
		for i := range 12 * 12 * 12 {
			coords = append(coords, 0.1*float64(i/144), 0.1*float64(i/12%12), 0.1*float64(i%12))
		}
		var t Triangulation
		b.ReportAllocs()
		for b.Loop() {
			t.Build(3, coords, parallel.Stop{})
		}
	})
}
