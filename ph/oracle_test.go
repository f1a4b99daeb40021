package ph_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
)

// An interval is a bar without its pairing.
type interval struct{ birth, death float64 }

func intervals(bars []ph.Bar) []interval {
	list := make([]interval, len(bars))
	for i, b := range bars {
		list[i] = interval{b.Birth, b.Death}
	}
	slices.SortFunc(list, compareIntervals)
	return list
}

func compareIntervals(a, b interval) int {
	switch {
	case a.death != b.death && a.death < b.death, a.death == b.death && a.birth < b.birth:
		return -1
	case a == b:
		return 0
	}
	return 1
}

// oracle reduces the whole boundary matrix over Z/2, columns in filtration
// order, as the textbook does. Bars of degree 1 have positive length.
func oracle(m ph.Matrix32) (components, loops []interval) {
	type simplex struct {
		points []int
		value  float64
	}
	n := m.N
	at := func(i, j int) float64 { return float64(m.Data[i*n+j]) }
	var all []simplex
	for i := range n {
		all = append(all, simplex{[]int{i}, 0})
		for j := range i {
			all = append(all, simplex{[]int{j, i}, at(i, j)})
			for k := range j {
				all = append(all, simplex{[]int{k, j, i}, max(at(i, j), at(i, k), at(j, k))})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b simplex) int {
		switch {
		case a.value != b.value && a.value < b.value, a.value == b.value && len(a.points) < len(b.points):
			return -1
		case a.value == b.value && len(a.points) == len(b.points):
			return 0
		}
		return 1
	})
	place := make(map[[3]int]int)
	key := func(points ...int) [3]int {
		k := [3]int{-1, -1, -1}
		copy(k[:], points)
		return k
	}
	columns := make([]map[int]bool, len(all))
	owner := make(map[int]int) // of a pivot
	paired := make([]bool, len(all))
	for c, s := range all {
		place[key(s.points...)] = c
		column := make(map[int]bool)
		if len(s.points) > 1 {
			for skip := range s.points {
				facet := slices.Delete(slices.Clone(s.points), skip, skip+1)
				column[place[key(facet...)]] = true
			}
		}
		for len(column) > 0 {
			pivot := -1
			for r := range column {
				pivot = max(pivot, r)
			}
			o, taken := owner[pivot]
			if !taken {
				owner[pivot] = c
				paired[pivot], paired[c] = true, true
				bar := interval{all[pivot].value, s.value}
				switch {
				case len(s.points) == 2:
					components = append(components, bar)
				case bar.birth < bar.death:
					loops = append(loops, bar)
				}
				break
			}
			for r := range columns[o] {
				if column[r] {
					delete(column, r)
				} else {
					column[r] = true
				}
			}
		}
		columns[c] = column
	}
	for c, s := range all {
		if !paired[c] && len(s.points) == 1 {
			components = append(components, interval{0, math.Inf(1)})
		}
	}
	slices.SortFunc(components, compareIntervals)
	slices.SortFunc(loops, compareIntervals)
	return components, loops
}

// draw makes a cloud; the kinds differ in how many lengths tie.
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

func requireValid(t *testing.T, m ph.Matrix32, dgms []ph.Diagram) {
	t.Helper()
	length := func(e ph.Edge) float64 { return float64(m.Data[int(e.U)*m.N+int(e.V)]) }
	for degree, d := range dgms {
		require.Equal(t, degree, d.Degree)
		seen := make(map[ph.Edge]bool)
		for _, b := range d.Bars {
			require.Equal(t, b.Birth, length(b.BirthEdge))
			if b.Essential() {
				require.Equal(t, ph.Edge{U: -1, V: -1}, b.DeathEdge)
			} else {
				require.Equal(t, b.Death, length(b.DeathEdge))
			}
			require.False(t, seen[b.BirthEdge], "an edge gives birth once")
			seen[b.BirthEdge] = true
		}
		require.True(t, slices.IsSortedFunc(d.Bars, func(a, b ph.Bar) int { return int(max(-1, min(1, a.Death-b.Death))) }) || degree > 0)
	}
}

func TestEngineAgainstOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var e ph.Engine // one for all: what is left of a cloud must not show in the next
	for trial := range 400 {
		n, dim := 1+r.IntN(13), 1+r.IntN(4)
		m := distances(draw(r, n, dim, trial), n)
		dgms, err := e.Rips(m, 1)
		require.NoError(t, err)
		components, loops := oracle(m)
		require.Equal(t, components, intervals(dgms[0].Bars), "trial %d", trial)
		require.Equal(t, len(loops), len(dgms[1].Bars), "trial %d", trial)
		if len(loops) > 0 {
			require.Equal(t, loops, intervals(dgms[1].Bars), "trial %d", trial)
		}
		requireValid(t, m, dgms)
	}
}

// TestEngineAcrossWords uses clouds of more than 64 points, whose sets take
// several words.
func TestEngineAcrossWords(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var e ph.Engine
	for _, n := range []int{63, 64, 65, 70} {
		coords := make([]float32, 2*n)
		for i := range n { // a noisy circle: one long loop, and short ones
			s, c := math.Sincos(2 * math.Pi * r.Float64())
			coords[2*i], coords[2*i+1] = float32(c+0.1*r.NormFloat64()), float32(s+0.1*r.NormFloat64())
		}
		m := distances(coords, n)
		dgms, err := e.Rips(m, 1)
		require.NoError(t, err)
		components, loops := oracle(m)
		require.Equal(t, components, intervals(dgms[0].Bars))
		require.Equal(t, loops, intervals(dgms[1].Bars))
		requireValid(t, m, dgms)
	}
}

func FuzzEngine(f *testing.F) {
	f.Add([]byte{3, 1, 4, 1, 5, 9, 2, 6}, uint8(2))
	f.Add([]byte{0, 0, 0, 0, 0, 0}, uint8(1))
	f.Add([]byte{0, 0, 0, 1, 1, 0, 1, 1}, uint8(2))
	f.Fuzz(func(t *testing.T, data []byte, dim uint8) {
		d := int(dim%3) + 1
		n := len(data) / d
		if n < 1 || n > 14 {
			return
		}
		coords := make([]float32, n*d)
		for i := range coords {
			coords[i] = float32(data[i] % 8)
		}
		m := distances(coords, n)
		var e ph.Engine
		dgms, err := e.Rips(m, 1)
		require.NoError(t, err)
		components, loops := oracle(m)
		require.Equal(t, components, intervals(dgms[0].Bars))
		require.True(t, slices.Equal(loops, intervals(dgms[1].Bars)), "%v, want %v", dgms[1].Bars, loops)
		requireValid(t, m, dgms)
	})
}

func TestDegenerateClouds(t *testing.T) {
	for name, c := range map[string]struct {
		coords []float32
		dim    int
		finite []float64 // deaths in degree 0
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
			dgms, err := e.Rips(m, 1)
			require.NoError(t, err)
			var deaths []float64
			for _, b := range dgms[0].Finite() {
				deaths = append(deaths, b.Death)
			}
			require.Equal(t, c.finite, deaths)
			require.Len(t, dgms[0].Bars, m.N)
			require.Len(t, dgms[1].Bars, c.loops)
			same, err := again.Rips(m, 1)
			require.NoError(t, err)
			require.Equal(t, dgms, same)
		})
	}
	var e ph.Engine
	dgms, err := e.Rips(ph.Matrix32{}, 1)
	require.NoError(t, err)
	require.Empty(t, dgms[0].Bars)
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
		{ph.Matrix32{N: 1, Data: []float32{0}}, 2, "degree 2"},
		{ph.Matrix32{N: 1, Data: []float32{0}}, -1, "degree -1"},
	} {
		_, err := e.Rips(c.m, c.degree)
		require.ErrorContains(t, err, c.want)
	}
}

func TestEngineAllocatesNothingWhenUsedAgain(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	m := distances(draw(r, 100, 3, 0), 100)
	var e ph.Engine
	run := func() {
		_, err := e.Rips(m, 1)
		require.NoError(t, err)
	}
	run()
	require.Zero(t, testing.AllocsPerRun(10, run))
}
