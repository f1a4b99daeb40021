package ph_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
	euclid "github.com/topogen/topogen/ph/internal/metric"
)

// Points of which many coincide have the diagrams, cells included, of the matrix of their
// distances, whose edges are all visited.
func TestCoincidentPoints(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	points, matrix := new(ph.Engine), new(ph.Engine)
	loops := 0
	for round := range 24 {
		n, dim := 257+r.IntN(500), 1+r.IntN(4)
		cloud := ph.Points[float32]{Dim: dim, Coords: make([]float32, n*dim)}
		for i := range n {
			x := cloud.Coords[i*dim:][:dim]
			switch {
			case i > 0 && (round == 0 || r.IntN(4) < round%4): // a copy of one of few points
				copy(x, cloud.Coords[r.IntN(min(i, 1+round))*dim:][:dim])
			default:
				for k := range x {
					x[k] = float32(r.NormFloat64())
					if round%2 == 0 {
						x[k] = float32(r.IntN(40)) / 8
					}
				}
			}
			if x[0] == 0 && i%2 == 0 {
				x[0] = float32(math.Copysign(0, -1)) // coincides with 0
			}
		}
		lower := make([]float32, 0, euclid.Triangle(n))
		for i := range n {
			for j := range i {
				lower = append(lower, euclid.Distance(cloud.Coords[i*dim:][:dim], cloud.Coords[j*dim:][:dim]))
			}
		}
		for _, o := range []ph.Options{{MaxDegree: 0}, {MaxDegree: 1}, {MaxDegree: 1, Threshold: 0.3}, {MaxDegree: 1, Workers: 1}} {
			got, err := points.Compute(t.Context(), cloud, o)
			require.NoError(t, err)
			want, err := matrix.Compute(t.Context(), ph.LowerMatrix[float32]{N: n, Data: lower}, o)
			require.NoError(t, err)
			require.Equal(t, want.Diagrams(), got.Diagrams(), "round %d, %d points of R^%d, %+v", round, n, dim, o)
			if o.MaxDegree == 1 {
				loops += len(got.Diagrams()[1].Bars)
			}
		}
	}
	require.Greater(t, loops, 1000)
}
