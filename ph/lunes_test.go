package ph_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/golden"
	"github.com/topogen/topogen/kernels/kerneltest"
	"github.com/topogen/topogen/ph"
)

// lunesOf returns the lunes of a matrix that Engine.Lunes needs.
func lunesOf(m ph.Matrix32) []ph.Lune {
	var lunes []ph.Lune
	for _, l := range kerneltest.Lunes(m.Data, m.N) {
		lunes = append(lunes, ph.Lune{Edge: ph.Cell{U: l.U, V: l.V}, Length: l.Length, Apex: l.Apex, Other: l.Other})
	}
	return lunes
}

// requireSameOfLunes checks that the lunes of a matrix have the bars of the matrix, in the
// same order and with the same edges.
func requireSameOfLunes(t *testing.T, e *ph.Engine, m ph.Matrix32) {
	t.Helper()
	want, err := ph.Rips(t.Context(), m, ph.Options{MaxDegree: 1})
	require.NoError(t, err)
	got, err := e.Lunes(t.Context(), m.N, lunesOf(m))
	require.NoError(t, err)
	require.Len(t, got, 2)
	for degree, d := range got {
		require.Equal(t, degree, d.Degree)
		require.True(t, slices.Equal(want.Diagrams()[degree].Bars, d.Bars), "degree %d", degree)
	}
}

func TestLunesAreEnough(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	var e ph.Engine // one for all clouds: none may influence the next
	for trial := range 300 {
		n, dim := r.IntN(40), 1+r.IntN(12)
		m := ph.Matrix32{}
		if n > 0 {
			m = distances(draw(r, n, dim, trial), n)
		}
		if trial%4 == 3 { // the triangle inequality does not hold
			for i := range n {
				for j := range i {
					v := float32(r.IntN(1 + trial))
					m.Data[i*n+j], m.Data[j*n+i] = v, v
				}
			}
		}
		requireSameOfLunes(t, &e, m)
	}
	for _, n := range []int{63, 64, 65, 150} {
		requireSameOfLunes(t, &e, distances(circle(r, n), n)) // one long loop
		requireSameOfLunes(t, &e, distances(draw(r, n, 30, 0), n))
		_, err := e.Rips(t.Context(), distances(draw(r, n, 3, 0), n), 1) // the engine is used for distances in between
		require.NoError(t, err)
	}
}

func FuzzLunes(f *testing.F) {
	f.Add([]byte{3, 1, 4, 1, 5, 9, 2, 6, 5, 3})
	f.Add([]byte{1, 2, 1, 1, 2, 1, 3, 3, 3, 3, 1, 1, 2, 1, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		n := 1
		for n < 40 && n*(n+1)/2 <= len(data) {
			n++
		}
		m := ph.Matrix32{N: n, Data: make([]float32, n*n)}
		for i := range n {
			for j := range i {
				v := float32(data[i*(i-1)/2+j])
				m.Data[i*n+j], m.Data[j*n+i] = v, v
			}
		}
		var e ph.Engine
		requireSameOfLunes(t, &e, m)
	})
}

// TestLunesThatEndNothing leaves out lunes: classes that no listed edge ends are essential.
func TestLunesThatEndNothing(t *testing.T) {
	var e ph.Engine
	dgms, err := e.Lunes(t.Context(), 5, []ph.Lune{
		{ph.Cell{U: 1, V: 0}, 1, -1, -1}, {ph.Cell{U: 2, V: 1}, 1, -1, -1}, {ph.Cell{U: 2, V: 0}, 2, -1, -1},
	})
	require.NoError(t, err)
	require.Equal(t, "degree 0: [0, 1) [0, 1) [0, ∞) [0, ∞) [0, ∞)", fmt.Sprint(dgms[0]))
	require.Equal(t, "degree 1: [2, ∞)", fmt.Sprint(dgms[1]))
	for n := range 3 {
		dgms, err := e.Lunes(t.Context(), n, nil)
		require.NoError(t, err)
		require.Len(t, dgms[0].Bars, n)
		require.Empty(t, dgms[1].Bars)
	}
}

func TestLunesRefuses(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	at := func(u, v int32, length float32, points ...int32) ph.Lune {
		l := ph.Lune{Edge: ph.Cell{U: u, V: v}, Length: length, Apex: -1, Other: -1}
		if len(points) > 0 {
			l.Apex = points[0]
		}
		if len(points) > 1 {
			l.Other = points[1]
		}
		return l
	}
	square := []ph.Lune{at(1, 0, 1), at(2, 1, 1), at(3, 0, 1), at(3, 2, 1)}
	with := func(l ...ph.Lune) []ph.Lune { return slices.Concat(square, l) }
	var e ph.Engine
	for _, c := range []struct {
		n     int
		lunes []ph.Lune
		want  string
	}{
		{-1, nil, "lunes of -1 points"},
		{math.MaxInt, nil, "points: want 0 to 2147483647"},
		{4, []ph.Lune{at(0, 1, 1)}, "lune 0 is of an edge from point 0 to 1: want U > V, of 4 points"},
		{4, []ph.Lune{at(1, 1, 1)}, "from point 1 to 1"},
		{4, []ph.Lune{at(1, -1, 1)}, "from point 1 to -1"},
		{4, with(at(4, 1, 1)), "lune 4 is of an edge from point 4 to 1"},
		{4, with(at(2, 0, nan)), "points 2 and 0 is NaN"},
		{4, with(at(2, 0, inf)), "points 2 and 0 is +Inf"},
		{4, []ph.Lune{at(2, 0, -1)}, "points 2 and 0 is -1"},
		{4, with(at(2, 0, 0.5)), "lune 4, of the edge from point 2 to 0, is out of order"},
		{4, with(at(2, 0, 1)), "out of order"},
		{4, with(at(3, 2, 1)), "out of order"}, // twice
		{4, with(at(3, 2, 2)), "out of order"}, // longer the second time
		{4, with(at(3, 1, 2, 2, 0), at(3, 1, 2, 2, 0)), "out of order"},
		{4, with(at(3, 1, 2, 2), at(3, 1, 2, 2, 0)), "out of order"},
		{4, with(at(3, 1, 2, 0, 2), at(3, 1, 2, 2, 3)), "out of order"}, // of another apex
		{4, with(at(2, 0, 2, 2)), "has the point 2, but the edges to it do not both come before"},
		{4, with(at(3, 1, 2, 7)), "has the point 7"},
		{4, with(at(3, 1, 2, -2)), "has the point -2"},
		{4, with(at(3, 1, 2, 2, -2)), "has the point -2"},
		{5, with(at(4, 0, 2), at(4, 2, 2, 0)), "lune 5, of the edge from point 4 to 2, has the point 0"},
		{4, with(at(3, 1, 2, -1, 0)), "lune 4, of the edge from point 3 to 1, has several components but no apex"},
	} {
		_, err := e.Lunes(t.Context(), c.n, c.lunes)
		require.ErrorContains(t, err, c.want)
	}
	dgms, err := e.Lunes(t.Context(), 4, with(at(2, 0, 2), at(3, 1, 2, 0, 2)))
	require.NoError(t, err)
	require.Equal(t, "degree 1: [1, 2) [2, ∞)", fmt.Sprint(dgms[1]))
}

func TestLunesAllocateNothingWhenUsedAgain(t *testing.T) {
	lunes := lunesOf(distances(circle(rand.New(rand.NewPCG(5, 6)), 100), 100))
	var e ph.Engine
	run := func() {
		_, err := e.Lunes(t.Context(), 100, lunes)
		require.NoError(t, err)
	}
	run()
	require.Zero(t, testing.AllocsPerRun(10, run))
}

// BenchmarkLunes times degrees 0 and 1 of images from all distances and from lunes.
func BenchmarkLunes(b *testing.B) {
	for _, n := range []int{128, 512} {
		random := rand.New(rand.NewPCG(5, uint64(n)))
		pixels := golden.Images(b)
		m := distances(golden.Pixels(pixels, random.Perm(len(pixels) / 784)[:n]), n)
		lunes := lunesOf(m)
		var e ph.Engine
		b.Run(fmt.Sprint(n, "/distances"), func(b *testing.B) {
			for b.Loop() {
				_, err := e.Rips(b.Context(), m, 1)
				require.NoError(b, err)
			}
		})
		b.Run(fmt.Sprint(n, "/lunes"), func(b *testing.B) {
			for b.Loop() {
				_, err := e.Lunes(b.Context(), n, lunes)
				require.NoError(b, err)
			}
			b.ReportMetric(float64(len(lunes)), "lunes")
		})
	}
}
