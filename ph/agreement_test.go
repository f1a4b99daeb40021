package ph_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
)

// TestReducedAgreesWithCohomology compares degree 1 from the reduced filtration with
// degree 1 from cohomology, on clouds that are too large for the oracle. Their bitsets have
// from one word to more than rowLunes takes.
func TestReducedAgreesWithCohomology(t *testing.T) {
	r := rand.New(rand.NewPCG(20, 21))
	var reduced, cohomology ph.Engine
	for trial, n := range []int{40, 64, 65, 100, 128, 129, 200, 256, 300, 512, 513, 600} {
		coords := draw(r, n, 1+r.IntN(4), trial)
		if trial%2 == 1 {
			coords = circle(r, n)
		}
		m := distances(coords, n)
		want, err := cohomology.Compute(t.Context(), m, ph.Options{MaxDegree: 2})
		require.NoError(t, err)
		got, err := reduced.Rips(t.Context(), m, 1)
		require.NoError(t, err)
		require.Equal(t, want.Diagrams()[0], got[0], n)
		require.Equal(t, sortedBars(want.Diagrams()[1].Bars), sortedBars(got[1].Bars), n)
		for _, d := range got {
			requirePairing(t, m, d)
		}
	}
}

// sortedBars returns a sorted copy, which is not nil.
func sortedBars(bars []ph.Bar) []ph.Bar {
	bars = append([]ph.Bar{}, bars...)
	slices.SortFunc(bars, compareBars)
	return bars
}

// requirePairing checks that births and deaths are the lengths of their edges.
func requirePairing(t *testing.T, d ph.Distances, dgm ph.Diagram) {
	t.Helper()
	for _, b := range dgm.Bars {
		require.Equal(t, d.Distance(int(b.BirthCell.U), int(b.BirthCell.V)), b.Birth)
		if b.Essential() {
			require.Equal(t, ph.Cell{U: -1, V: -1}, b.DeathCell)
		} else {
			require.Equal(t, d.Distance(int(b.DeathCell.U), int(b.DeathCell.V)), b.Death)
		}
		require.LessOrEqual(t, b.Birth, b.Death)
	}
}

// TestOrderOfPointsDoesNotMatter checks that births and deaths do not depend on the order
// of points. The pairing does, where lengths tie.
func TestOrderOfPointsDoesNotMatter(t *testing.T) {
	r := rand.New(rand.NewPCG(22, 23))
	var e ph.Engine
	lifetimes := func(dgms []ph.Diagram) (all [][2]float64) {
		for _, d := range dgms {
			for _, b := range d.Bars {
				all = append(all, [2]float64{b.Birth, b.Death})
			}
		}
		slices.SortFunc(all, func(a, b [2]float64) int { return slices.Compare(a[:], b[:]) })
		return all
	}
	for trial := range 30 {
		n, dim := 2+r.IntN(150), 1+r.IntN(4)
		coords := draw(r, n, dim, trial)
		dgms, err := e.Rips(t.Context(), distances(coords, n), 1)
		require.NoError(t, err)
		want := lifetimes(dgms)
		var permuted []float32
		for _, i := range r.Perm(n) {
			permuted = append(permuted, coords[i*dim:(i+1)*dim]...)
		}
		dgms, err = e.Rips(t.Context(), distances(permuted, n), 1)
		require.NoError(t, err)
		require.Equal(t, want, lifetimes(dgms), trial)
	}
}

// TestFormsAgree checks that the same distances have the same diagrams in every form, with
// and without a threshold, for more points than the oracle takes.
func TestFormsAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(24, 25))
	var e ph.Engine
	for trial, n := range []int{30, 70, 130, 260} {
		for _, threshold := range []float64{0, 1.5, math.Inf(1)} {
			m := distances(draw(r, n, 3, trial), n)
			o := ph.Options{MaxDegree: 1, Threshold: threshold}
			res, err := e.Compute(t.Context(), m, o)
			require.NoError(t, err)
			want := [][]ph.Bar{slices.Clone(res.Diagrams()[0].Bars), slices.Clone(res.Diagrams()[1].Bars)}
			for name, d := range spaces(m) {
				res, err := e.Compute(t.Context(), d, o)
				require.NoError(t, err)
				require.Equal(t, want[0], res.Diagrams()[0].Bars, name)
				require.ElementsMatch(t, want[1], res.Diagrams()[1].Bars, name)
			}
		}
	}
}

// TestMatrixIsReadBelowTheDiagonal checks that the entries above the diagonal are ignored.
func TestMatrixIsReadBelowTheDiagonal(t *testing.T) {
	r := rand.New(rand.NewPCG(26, 27))
	for _, above := range []float32{0, 1e30, float32(math.NaN())} {
		m := distances(circle(r, 40), 40)
		want, err := new(ph.Engine).Rips(t.Context(), m, 1)
		require.NoError(t, err)
		for i := range m.N {
			for j := i; j < m.N; j++ {
				m.Data[i*m.N+j] = above
			}
		}
		got, err := new(ph.Engine).Rips(t.Context(), m, 1)
		require.NoError(t, err)
		require.Equal(t, want, got, above)
	}
}

func TestThresholds(t *testing.T) {
	square := ph.Points[float64]{Dim: 2, Coords: []float64{0, 0, 0, 1, 1, 0, 1, 1}}
	for _, c := range []struct {
		threshold  float64
		components int // the number of essential ones
		loops      []ph.Bar
	}{
		{0.5, 4, nil}, // shorter than all edges
		{1, 1, []ph.Bar{{Birth: 1, Death: math.Inf(1), BirthCell: ph.Cell{U: 3, V: 2}, DeathCell: ph.Cell{U: -1, V: -1}}}},
		{math.Nextafter(math.Sqrt2, 0), 1, []ph.Bar{{Birth: 1, Death: math.Inf(1), BirthCell: ph.Cell{U: 3, V: 2}, DeathCell: ph.Cell{U: -1, V: -1}}}},
		{math.Sqrt2, 1, []ph.Bar{{Birth: 1, Death: math.Sqrt2, BirthCell: ph.Cell{U: 3, V: 2}, DeathCell: ph.Cell{U: 2, V: 1}}}},
		{math.Inf(1), 1, []ph.Bar{{Birth: 1, Death: math.Sqrt2, BirthCell: ph.Cell{U: 3, V: 2}, DeathCell: ph.Cell{U: 2, V: 1}}}},
	} {
		res, err := ph.Rips(t.Context(), square, ph.Options{MaxDegree: 1, Threshold: c.threshold})
		require.NoError(t, err)
		require.Len(t, res.Diagrams()[0].Bars[len(res.Diagrams()[0].Finite()):], c.components, c.threshold)
		require.Equal(t, c.loops, res.Diagrams()[1].Bars, c.threshold)
	}
}

// TestLongestEdgesOnABoundOfBands checks that edges as long as the limit are not read
// twice if the limit is also the bound of a band before the last.
func TestLongestEdgesOnABoundOfBands(t *testing.T) {
	const n = 150
	m := ph.LowerMatrix[float32]{N: n}
	for i := range n {
		for j := range i {
			switch {
			case i == n-1 && j == 0: // the last point has one short edge, to the first
				m.Data = append(m.Data, 1)
			case i == n-1:
				m.Data = append(m.Data, 5)
			case (i+j)%50 == 0:
				m.Data = append(m.Data, 2)
			default:
				m.Data = append(m.Data, 1.99)
			}
		}
	}
	for degree := 1; degree <= 2; degree++ {
		res, err := ph.Rips(t.Context(), m, ph.Options{MaxDegree: degree, Threshold: 2})
		require.NoError(t, err)
		require.Len(t, res.Diagrams()[0].Bars, n)
		require.Empty(t, res.Diagrams()[1].Bars)
	}
}
