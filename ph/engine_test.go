package ph_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
)

// draw returns a random cloud. Its kind, modulo 3, decides how many lengths tie.
func draw(r *rand.Rand, n, dim, kind int) []float32 {
	coords := make([]float32, n*dim)
	for i := range coords {
		switch kind % 3 {
		case 0:
			coords[i] = float32(r.NormFloat64())
		case 1:
			coords[i] = float32(r.IntN(4)) // a grid, with duplicates
		case 2:
			coords[i] = float32(r.IntN(2))
		}
	}
	return coords
}

// requireBars compares diagrams with those of the oracle, pairing included.
func requireBars(t *testing.T, want [][]ph.Bar, got []ph.Diagram, about ...any) {
	t.Helper()
	for degree := len(got); degree < len(want); degree++ { // left out of the result
		require.Empty(t, want[degree])
	}
	require.LessOrEqual(t, len(got), len(want))
	for degree, d := range got {
		require.Equal(t, degree, d.Degree)
		require.True(t, slices.IsSortedFunc(d.Bars, func(a, b ph.Bar) int {
			switch {
			case a.Death > b.Death:
				return 1
			case a.Death < b.Death:
				return -1
			}
			return 0
		}), "bars are in the order of deaths")
		bars := slices.Clone(d.Bars)
		slices.SortFunc(bars, compareBars)
		if len(want[degree])+len(bars) > 0 {
			require.Equal(t, want[degree], bars, "degree %d: %s", degree, fmt.Sprint(about...))
		}
	}
}

// TestRipsAgainstOracle tests Engine.Rips, which training uses.
func TestRipsAgainstOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var e ph.Engine // one for all clouds: none may influence the next
	for trial := range 400 {
		n, dim := 1+r.IntN(13), 1+r.IntN(4)
		m := distances(draw(r, n, dim, trial), n)
		dgms, err := e.Rips(t.Context(), m, 1)
		require.NoError(t, err)
		requireBars(t, newGraph(m, 0).oracle(1, 2), dgms, trial)
	}
}

// A metric hides the type of its distances.
type metric struct{ ph.Distances }

// spaces returns the same distances as each type of Distances.
func spaces(m ph.Matrix32) map[string]ph.Distances {
	lower := ph.LowerMatrix[float32]{N: m.N}
	sparse := ph.Sparse[float32]{N: m.N}
	double := ph.Matrix[float64]{N: m.N}
	lower64 := ph.LowerMatrix[float64]{N: m.N}
	sparse64 := ph.Sparse[float64]{N: m.N}
	for i := range m.N {
		for j := range m.N {
			v := m.Data[i*m.N+j]
			double.Data = append(double.Data, float64(v))
			if j < i {
				lower.Data = append(lower.Data, v)
				lower64.Data = append(lower64.Data, float64(v))
				sparse.Entries = append(sparse.Entries, ph.Entry[float32]{I: j, J: i, Distance: v})
				sparse64.Entries = append(sparse64.Entries, ph.Entry[float64]{I: i, J: j, Distance: float64(v)})
			}
		}
	}
	return map[string]ph.Distances{
		"matrix": m, "lower": lower, "sparse": sparse,
		"matrix of float64": double, "lower of float64": lower64, "sparse of float64": sparse64,
		"metric": metric{m},
	}
}

func TestComputeAgainstOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var e ph.Engine
	for trial := range 120 {
		n, dim := 1+r.IntN(10), 1+r.IntN(4)
		m := distances(draw(r, n, dim, trial), n)
		o := ph.Options{MaxDegree: r.IntN(4), Modulus: []int{0, 2, 3, 5}[r.IntN(4)]}
		if r.IntN(3) == 0 {
			o.Threshold = 0.1 + 2*r.Float64()
		}
		want := newGraph(m, o.Threshold).oracle(o.MaxDegree, max(2, o.Modulus))
		for name, d := range spaces(m) {
			res, err := e.Compute(t.Context(), d, o)
			require.NoError(t, err)
			requireBars(t, want, res.Diagrams(), name, trial, o)
		}
	}
}

func TestDegenerateClouds(t *testing.T) {
	for name, c := range map[string]struct {
		coords []float32
		dim    int
		finite []float64 // the deaths of finite bars in degree 0
		loops  int
	}{
		"one point":  {[]float32{1, 2}, 2, nil, 0},
		"two points": {[]float32{0, 0, 3, 4}, 2, []float64{5}, 0},
		"duplicates": {[]float32{1, 1, 1, 1, 1, 1, 2, 1}, 2, []float64{0, 0, 1}, 0},
		"identical":  {[]float32{7, 7, 7, 7}, 1, []float64{0, 0, 0}, 0},
		"collinear":  {[]float32{0, 1, 3, 6}, 1, []float64{1, 2, 3}, 0},
		"square":     {[]float32{0, 0, 0, 1, 1, 0, 1, 1}, 2, []float64{1, 1, 1}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			m := distances(c.coords, len(c.coords)/c.dim)
			var e, again ph.Engine
			dgms, err := e.Rips(t.Context(), m, 1)
			require.NoError(t, err)
			var deaths []float64
			for _, b := range dgms[0].Finite() {
				deaths = append(deaths, b.Death)
			}
			require.Equal(t, c.finite, deaths)
			require.Len(t, dgms[0].Bars, m.N)
			require.Len(t, dgms[1].Bars, c.loops)
			same, err := again.Rips(t.Context(), m, 1)
			require.NoError(t, err)
			require.Equal(t, dgms, same)
		})
	}
	var e ph.Engine
	dgms, err := e.Rips(t.Context(), ph.Matrix32{}, 1)
	require.NoError(t, err)
	require.Empty(t, dgms[0].Bars)
}

// TestNegativeZero checks that −0 is a distance like 0.
func TestNegativeZero(t *testing.T) {
	zero := math.Copysign(0, -1)
	for _, data := range [][]float64{{zero}, {0, zero, 2}, {zero, zero, zero}, {1, 1, zero}} {
		n := 2 + len(data)/3
		m := ph.LowerMatrix[float64]{N: n, Data: data}
		res, err := ph.Rips(t.Context(), m, ph.Options{MaxDegree: 2})
		require.NoError(t, err)
		requireBars(t, newGraph(m, 0).oracle(2, 2), res.Diagrams(), data)
	}
}

// TestDegreesBeyondAll asks for degrees in which the points cannot have a class, after a
// computation that had one: they are left out, and cost nothing.
func TestDegreesBeyondAll(t *testing.T) {
	octahedron := ph.Points[float64]{Dim: 3, Coords: []float64{1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1}}
	var e ph.Engine
	res, err := e.Compute(t.Context(), octahedron, ph.Options{MaxDegree: 2})
	require.NoError(t, err)
	require.Len(t, res.Diagrams()[2].Bars, 1, "the least number of points with a void")
	for n := range 6 {
		p := ph.Points[float64]{Dim: 3, Coords: octahedron.Coords[:3*n]}
		res, err := e.Compute(t.Context(), p, ph.Options{MaxDegree: 1e8, Simplices: true, Cocycles: true})
		require.NoError(t, err)
		require.Len(t, res.Classes, max(2, n-1))
		require.Len(t, res.Diagrams()[0].Bars, n)
		for _, d := range res.Diagrams()[2:] {
			require.Empty(t, d.Bars)
		}
	}
}

func TestEngineRefuses(t *testing.T) {
	var e ph.Engine
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, c := range []struct {
		m      ph.Matrix32
		degree int
		want   string
	}{
		{ph.Matrix32{N: 2, Data: []float32{0, nan, nan, 0}}, 1, "points 1 and 0 is NaN"},
		{ph.Matrix32{N: 2, Data: []float32{0, inf, inf, 0}}, 1, "points 1 and 0 is +Inf"},
		{ph.Matrix32{N: 2, Data: []float32{0, -1, -1, 0}}, 1, "points 1 and 0 is -1"},
		{ph.Matrix32{N: 2, Data: []float32{0, 1, 1}}, 1, "3 distances for 2 points"},
		{ph.Matrix32{N: 1, Data: []float32{0}}, -1, "degree -1"},
	} {
		_, err := e.Rips(t.Context(), c.m, c.degree)
		require.ErrorContains(t, err, c.want)
	}
}

func TestEngineAllocatesNothingWhenUsedAgain(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	m := distances(draw(r, 100, 3, 0), 100)
	var e ph.Engine
	run := func() {
		_, err := e.Rips(t.Context(), m, 1)
		require.NoError(t, err)
	}
	run()
	require.Zero(t, testing.AllocsPerRun(10, run))
}

// TestEngineAcrossWords uses clouds of about 64 points, whose bitsets take one or two
// words.
func TestEngineAcrossWords(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var e ph.Engine
	for _, n := range []int{63, 64, 65, 70} {
		m := distances(circle(r, n), n) // one long loop and short ones
		dgms, err := e.Rips(t.Context(), m, 1)
		require.NoError(t, err)
		requireBars(t, newGraph(m, 0).oracle(1, 2), dgms, n)
	}
}

// FuzzEngine compares every way to compute with the oracle. The bits of how choose the
// degree, the prime, the threshold and the distances that are unknown.
func FuzzEngine(f *testing.F) {
	f.Add([]byte{3, 1, 4, 1, 5, 9, 2, 6}, uint8(2), uint32(0))
	f.Add([]byte{0, 0, 0, 0, 0, 0}, uint8(1), uint32(0x101))
	f.Add([]byte{0, 0, 0, 1, 1, 0, 1, 1}, uint8(2), uint32(0x1012))
	f.Add([]byte{0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1}, uint8(3), uint32(0x13b7))
	f.Fuzz(func(t *testing.T, data []byte, dim uint8, how uint32) {
		p := ph.Points[float64]{Dim: int(dim%3) + 1}
		n := len(data) / p.Dim
		if n > 11 {
			return
		}
		for _, x := range data[:n*p.Dim] {
			p.Coords = append(p.Coords, float64(x%8))
		}
		o := ph.Options{MaxDegree: int(how % 4), Modulus: []int{2, 3, 5}[how>>2%3], Simplices: true, Cocycles: true, Cycles: true}
		if how>>4&1 != 0 {
			o.Threshold = float64(how>>5&7) + 0.5
		}
		// The sparse graph has all edges, or about half of them.
		sparse := ph.Sparse[float32]{N: n}
		keep := how>>8&1 == 0
		for i := range n {
			for j := range i {
				if keep || how>>9*uint32(i*31+j+1)%7 < 4 {
					sparse.Entries = append(sparse.Entries, ph.Entry[float32]{I: i, J: j, Distance: float32(p.Distance(i, j))})
				}
			}
		}
		whole := ph.LowerMatrix[float64]{N: n}
		for i := range n {
			for j := range i {
				whole.Data = append(whole.Data, p.Distance(i, j))
			}
		}
		var e ph.Engine
		for _, d := range []ph.Distances{p, whole, sparse} {
			g := newGraph(d, o.Threshold)
			want := g.oracle(o.MaxDegree, o.Modulus)
			for _, workers := range []int{1, 3} {
				o := o
				o.Workers = workers
				res, err := e.Compute(t.Context(), d, o)
				require.NoError(t, err)
				requireBars(t, want, res.Diagrams())
				requireSimplices(t, g, res)
				requireCocycles(t, g, res, o.Modulus)
				if o.Cycles && o.MaxDegree > 0 {
					requireCycles(t, g, res, o.Modulus)
				}
				o.Cocycles, o.Simplices, o.Cycles = false, false, false // degree 1 takes the reduced filtration now
				res, err = e.Compute(t.Context(), d, o)
				require.NoError(t, err)
				requireBars(t, want, res.Diagrams())
			}
		}
	})
}

// TestThresholdKeepsEdgesOfItsLength takes edges of length float32(0.1), which is greater
// than 0.1.
func TestThresholdKeepsEdgesOfItsLength(t *testing.T) {
	line := []float64{0, 0.1, 0.3, 0.4}
	n := len(line)
	matrix := ph.Matrix[float32]{N: n, Data: make([]float32, n*n)}
	var sparse ph.Sparse[float32]
	sparse.N = n
	for i, x := range line {
		for j, y := range line {
			matrix.Data[i*n+j] = float32(math.Round(10*math.Abs(x-y)) / 10)
			if j < i {
				sparse.Entries = append(sparse.Entries, ph.Entry[float32]{I: i, J: j, Distance: matrix.Data[i*n+j]})
			}
		}
	}
	for _, d := range []ph.Distances{matrix, sparse} {
		for degree := range 3 {
			result, err := ph.Rips(t.Context(), d, ph.Options{MaxDegree: degree, Threshold: 0.1})
			require.NoError(t, err)
			require.Len(t, result.Diagrams()[0].Finite(), 2, "%T, degree %d", d, degree)
		}
	}
}

// TestInfiniteDistances checks that points at infinite distance are never joined.
func TestInfiniteDistances(t *testing.T) {
	r := rand.New(rand.NewPCG(51, 52))
	var e ph.Engine
	for trial := range 120 {
		n := 1 + r.IntN(10)
		m := distances(draw(r, n, 2, trial), n)
		for i := range n {
			for j := range i {
				if r.IntN(1+trial%4) > 0 {
					m.Data[i*n+j], m.Data[j*n+i] = float32(math.Inf(1)), float32(math.Inf(1))
				}
			}
		}
		o := ph.Options{MaxDegree: r.IntN(4), Modulus: []int{2, 3}[r.IntN(2)], Threshold: []float64{0, 1.5, math.Inf(1)}[r.IntN(3)]}
		want := newGraph(m, o.Threshold).oracle(o.MaxDegree, o.Modulus)
		for name, d := range spaces(m) {
			if name == "sparse" || name == "sparse of float64" {
				continue // they leave out such pairs
			}
			res, err := e.Compute(t.Context(), d, o)
			require.NoError(t, err)
			requireBars(t, want, res.Diagrams(), name, trial, o)
		}
	}
	nan := ph.LowerMatrix[float32]{N: 3, Data: []float32{float32(math.Inf(1)), float32(math.NaN()), 1}}
	_, err := ph.Rips(t.Context(), nan, ph.Options{})
	require.ErrorContains(t, err, "points 2 and 0 is NaN")
	far := ph.Points[float32]{Dim: 1, Coords: []float32{-3e38, 3e38}}
	_, err = ph.Rips(t.Context(), far, ph.Options{})
	require.ErrorContains(t, err, "points 1 and 0 is +Inf")
}

// TestManyInfiniteDistances does the same for two clouds that are far apart, each large
// enough for several bands of edges.
func TestManyInfiniteDistances(t *testing.T) {
	r := rand.New(rand.NewPCG(53, 54))
	const n = 300
	m := distances(circle(r, 2*n), 2*n)
	for i := range 2 * n {
		for j := range 2 * n {
			if (i < n) != (j < n) {
				m.Data[i*2*n+j] = float32(math.Inf(1))
			}
		}
	}
	res, err := ph.Rips(t.Context(), m, ph.Options{MaxDegree: 1})
	require.NoError(t, err)
	both := slices.Clone(res.Diagrams()[1].Bars)
	require.Len(t, res.Classes[0][2*n-2:], 2)
	require.True(t, res.Classes[0][2*n-2].Essential())
	var each []ph.Bar
	for half := range 2 {
		part := ph.Matrix32{N: n}
		for i := range n {
			part.Data = append(part.Data, m.Data[(half*n+i)*2*n+half*n:][:n]...)
		}
		res, err := ph.Rips(t.Context(), part, ph.Options{MaxDegree: 1, Threshold: math.Inf(1)})
		require.NoError(t, err)
		for _, b := range res.Diagrams()[1].Bars {
			b.BirthCell = ph.Cell{U: b.BirthCell.U + int32(half*n), V: b.BirthCell.V + int32(half*n)}
			b.DeathCell = ph.Cell{U: b.DeathCell.U + int32(half*n), V: b.DeathCell.V + int32(half*n)}
			each = append(each, b)
		}
	}
	require.ElementsMatch(t, each, both)
}
