package ph_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/golden"
	"github.com/topogen/topogen/ph"
)

func BenchmarkRips128(b *testing.B) {
	var chosen map[string][]int
	golden.Read(b, &chosen, "bench", "images.json")
	x := golden.Pixels(golden.Images(b), chosen["img128"])
	m := distances(x, 128)
	var e ph.Engine
	b.ReportAllocs()
	for b.Loop() {
		_, err := e.Rips(m, 1)
		require.NoError(b, err)
	}
}

func BenchmarkBottleneck(b *testing.B) {
	for _, n := range []int{36, 127, 500} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 2))
			draw := func() []ph.Bar {
				bars := make([]ph.Bar, n)
				for i := range bars {
					bars[i].Birth = 5 + r.Float64()
					bars[i].Death = bars[i].Birth + r.ExpFloat64()*.3
				}
				return bars
			}
			p, q := draw(), draw()
			var m ph.Matcher
			b.ReportAllocs()
			for b.Loop() {
				m.Bottleneck(p, q)
			}
		})
	}
}
