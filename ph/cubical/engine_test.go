package cubical_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/golden"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/cubical"
)

// requireBars compares classes with bars, in the order of deaths.
func requireBars(t *testing.T, want [][]ph.Bar, got *ph.Result, about ...any) {
	t.Helper()
	require.Len(t, got.Classes, len(want))
	for degree, d := range got.Diagrams() {
		require.True(t, slices.IsSortedFunc(d.Bars, func(a, b ph.Bar) int {
			switch {
			case a.Death < b.Death:
				return -1
			case a.Death > b.Death:
				return 1
			}
			return 0
		}), "bars are in the order of their deaths")
		slices.SortFunc(d.Bars, compareBars)
		require.Len(t, d.Bars, len(want[degree]), "degree %d: %s", degree, fmt.Sprint(about...))
		for i, b := range d.Bars {
			require.Equal(t, want[degree][i], b, "degree %d: %s", degree, fmt.Sprint(about...))
		}
	}
}

var allOptions = []cubical.Options{
	{Construction: cubical.TopCells}, {Construction: cubical.Vertices},
	{Construction: cubical.TopCells, Superlevel: true}, {Construction: cubical.Vertices, Superlevel: true},
}

// checkImage compares every way to compute with the oracle.
func checkImage(t *testing.T, shape []int, values []float64) {
	t.Helper()
	var e cubical.Engine[float64]
	var single cubical.Engine[float32]
	rounded := make([]float32, len(values))
	for i, v := range values {
		rounded[i] = float32(v)
	}
	for _, o := range allOptions {
		want := oracle(shape, values, o)
		got, err := e.Compute(t.Context(), cubical.Image[float64]{Shape: shape, Values: values}, o)
		require.NoError(t, err)
		requireBars(t, want, got, shape, values, o)
		got, err = single.Compute(t.Context(), cubical.Image[float32]{Shape: shape, Values: rounded}, o)
		require.NoError(t, err)
		requireBars(t, want, got, shape, values, o)
	}
}

func TestAgainstOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for trial := range 60 {
		shape := []int{1 + r.IntN(7), 1 + r.IntN(7)}
		if trial%3 == 0 {
			shape = []int{1 + r.IntN(4), 1 + r.IntN(4), 1 + r.IntN(4)}
		}
		n := 1
		for _, s := range shape {
			n *= s
		}
		values := make([]float64, n)
		for i := range values {
			switch trial % 4 {
			case 0:
				values[i] = float64(float32(r.NormFloat64()))
			case 1:
				values[i] = float64(r.IntN(2))
			case 2:
				values[i] = float64(r.IntN(5) - 2)
			case 3:
				values[i] = math.Copysign(float64(r.IntN(2)), -1) // −0, too
			}
		}
		checkImage(t, shape, values)
	}
}

func FuzzImage(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 4, 3, 2, 1}, uint8(3), uint8(1))
	f.Add([]byte{0, 9, 0, 9, 1, 9, 0, 9, 0}, uint8(3), uint8(1))
	f.Add([]byte{5, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8}, uint8(2), uint8(3))
	f.Fuzz(func(t *testing.T, data []byte, columns, rows uint8) {
		if columns == 0 || rows == 0 || len(data) > 48 {
			return
		}
		shape := []int{int(rows), int(columns)}
		size := int(rows) * int(columns)
		if len(data) >= 2*size {
			shape = []int{len(data) / size, int(rows), int(columns)}
			size *= shape[0]
		}
		if len(data) < size {
			return
		}
		values := make([]float64, size)
		for i := range values {
			values[i] = float64(int8(data[i]))
		}
		checkImage(t, shape, values)
	})
}

// TestGolden compares with gudhi and cripser.
func TestGolden(t *testing.T) {
	var file struct {
		Cubical []struct {
			Name   string
			Shape  []int
			Values []float64
			Ties   bool
			T, V   [][][4]*float64
		}
	}
	golden.Read(t, &file, "golden2", "complexes.json")
	require.NotEmpty(t, file.Cubical)
	for _, c := range file.Cubical {
		for construction, want := range map[cubical.Construction][][][4]*float64{cubical.TopCells: c.T, cubical.Vertices: c.V} {
			got, err := cubical.Compute(t.Context(), cubical.Image[float64]{Shape: c.Shape, Values: c.Values}, cubical.Options{Construction: construction})
			require.NoError(t, err)
			require.Len(t, got.Classes, len(want))
			for degree, d := range got.Diagrams() {
				var bars []ph.Bar
				for _, w := range want[degree] {
					b := ph.Bar{Birth: *w[0], Death: math.Inf(1), BirthCell: ph.Cell{U: int32(*w[2]), V: int32(*w[2])}, DeathCell: ph.Cell{U: -1, V: -1}}
					if w[1] != nil {
						b.Death, b.DeathCell = *w[1], ph.Cell{U: int32(*w[3]), V: int32(*w[3])}
					}
					if c.Ties { // the cells are not unique
						b.BirthCell, b.DeathCell = ph.Cell{}, ph.Cell{}
					}
					bars = append(bars, b)
				}
				for i := range d.Bars {
					if b := &d.Bars[i]; c.Ties {
						require.Equal(t, b.Birth, c.Values[b.BirthCell.U])
						b.BirthCell, b.DeathCell = ph.Cell{}, ph.Cell{}
					}
				}
				require.ElementsMatch(t, bars, d.Bars, "%s, %v, degree %d", c.Name, construction, degree)
			}
		}
	}
}

func TestRefuses(t *testing.T) {
	for _, c := range []struct {
		m    cubical.Image[float64]
		o    cubical.Options
		want string
	}{
		{cubical.Image[float64]{Shape: []int{4}, Values: make([]float64, 4)}, cubical.Options{}, "1 dimensions: want 2 or 3"},
		{cubical.Image[float64]{Shape: []int{2, 2}, Values: make([]float64, 3)}, cubical.Options{}, "3 values for an image of shape [2 2], want 4"},
		{cubical.Image[float64]{Shape: []int{2, -1}}, cubical.Options{}, "axis 1 has -1 pixels"},
		{cubical.Image[float64]{Shape: []int{1 << 20, 1 << 20}}, cubical.Options{}, "more than 536870912 cells"},
		{cubical.Image[float64]{Shape: []int{2, 2}, Values: []float64{0, 0, 0, math.NaN()}}, cubical.Options{}, "pixel [1 1] has the value NaN"},
		{cubical.Image[float64]{Shape: []int{1, 2, 2}, Values: []float64{0, 0, math.Inf(1), 0}}, cubical.Options{}, "pixel [0 1 0] has the value +Inf"},
		{cubical.Image[float64]{Shape: []int{1, 1}, Values: []float64{0}}, cubical.Options{Construction: 5}, "construction 5"},
		{cubical.Image[float64]{Shape: []int{1, 1}, Values: []float64{0}}, cubical.Options{Degrees: []int{0, 2}}, "degree 2 of an image of 2 dimensions: want 0 to 1"},
	} {
		_, err := cubical.Compute(t.Context(), c.m, c.o)
		require.ErrorContains(t, err, c.want)
	}
}

// TestDegrees: classes of the degrees that are asked for are those of all degrees.
func TestDegrees(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	for _, shape := range [][]int{{6, 7}, {3, 4, 5}} {
		size := 1
		for _, n := range shape {
			size *= n
		}
		values := make([]float64, size)
		for i := range values {
			values[i] = random.Float64()
		}
		m := cubical.Image[float64]{Shape: shape, Values: values}
		var e cubical.Engine[float64]
		for _, o := range allOptions {
			all, err := e.Compute(t.Context(), m, o)
			require.NoError(t, err)
			want := all.Clone()
			for _, degrees := range [][]int{{0}, {1}, {1, 0}} {
				o.Degrees = degrees
				got, err := e.Compute(t.Context(), m, o)
				require.NoError(t, err)
				require.Len(t, got.Classes, len(shape))
				for degree := range got.Classes {
					if slices.Contains(degrees, degree) {
						require.NotEmpty(t, want.Classes[degree])
						require.Equal(t, want.Classes[degree], got.Classes[degree])
					} else {
						require.Empty(t, got.Classes[degree])
					}
				}
			}
		}
	}
}

func TestEmptyImages(t *testing.T) {
	for _, shape := range [][]int{{0, 0}, {0, 3}, {3, 0}, {0, 2, 2}, {2, 2, 0}} {
		for _, o := range allOptions {
			result, err := cubical.Compute(t.Context(), cubical.Image[float32]{Shape: shape}, o)
			require.NoError(t, err)
			require.Len(t, result.Classes, len(shape))
			for _, classes := range result.Classes {
				require.Empty(t, classes)
			}
		}
	}
}

func noise(r *rand.Rand, shape ...int) cubical.Image[float32] {
	m := cubical.Image[float32]{Shape: shape}
	n := 1
	for _, s := range shape {
		n *= s
	}
	for range n {
		m.Values = append(m.Values, r.Float32())
	}
	return m
}

func TestAllocatesNothingWhenUsedAgain(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, m := range []cubical.Image[float32]{noise(r, 28, 28), noise(r, 8, 8, 8)} {
		for _, o := range allOptions {
			var e cubical.Engine[float32]
			run := func() {
				_, err := e.Compute(t.Context(), m, o)
				require.NoError(t, err)
			}
			run()
			require.Zero(t, testing.AllocsPerRun(10, run), "%v %v", m.Shape, o)
		}
	}
}

func TestStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := rand.New(rand.NewPCG(7, 8))
	for _, m := range []cubical.Image[float32]{noise(r, 28, 28), noise(r, 8, 8, 8)} {
		_, err := cubical.Compute(ctx, m, cubical.Options{})
		require.ErrorIs(t, err, context.Canceled)
	}
	for _, m := range []cubical.Image[float32]{noise(r, 1000, 1000), noise(r, 60, 60, 60)} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		_, err := cubical.Compute(ctx, m, cubical.Options{})
		cancel()
		require.ErrorIs(t, err, context.DeadlineExceeded)
	}
}

func BenchmarkCompute(b *testing.B) {
	for _, shape := range [][]int{{28, 28}, {256, 256}, {64, 64, 64}} {
		for _, kind := range []string{"noise", "smooth"} {
			m := noise(rand.New(rand.NewPCG(9, 10)), shape...)
			if kind == "smooth" {
				smooth(m)
			}
			for _, o := range allOptions[:2] {
				b.Run(fmt.Sprint(shape, "/", kind, "/", o.Construction), func(b *testing.B) {
					var e cubical.Engine[float32]
					b.ReportAllocs()
					for b.Loop() {
						_, err := e.Compute(b.Context(), m, o)
						require.NoError(b, err)
					}
				})
			}
		}
	}
}

// smooth takes means over windows of seven pixels along each axis, twice.
func smooth(m cubical.Image[float32]) {
	for range 2 {
		step := 1
		for axis := len(m.Shape) - 1; axis >= 0; axis-- {
			n := m.Shape[axis]
			out := slices.Clone(m.Values)
			for i := range out {
				at := i / step % n
				sum, count := float32(0), float32(0)
				for d := max(-3, -at); d <= min(3, n-1-at); d++ {
					sum += m.Values[i+d*step]
					count++
				}
				out[i] = sum / count
			}
			copy(m.Values, out)
			step *= n
		}
	}
}

func TestEach(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	var images []cubical.Image[float32]
	for range 40 {
		images = append(images, noise(r, 1+r.IntN(20), 1+r.IntN(20)), noise(r, 1+r.IntN(4), 1+r.IntN(4), 1+r.IntN(4)))
	}
	for _, o := range allOptions {
		for _, o.Workers = range []int{0, 1, 3} {
			results, err := cubical.Each(t.Context(), images, o)
			require.NoError(t, err)
			for i, m := range images {
				want, err := cubical.Compute(t.Context(), m, o)
				require.NoError(t, err)
				require.Equal(t, want.Diagrams(), results[i].Diagrams())
			}
		}
	}
	images[7].Values = append(images[7].Values, 0)
	images[70].Shape = nil
	_, err := cubical.Each(t.Context(), images, cubical.Options{Workers: 2})
	require.ErrorContains(t, err, "image 7: ")
	_, err = cubical.Each(t.Context(), images[:7], cubical.Options{Workers: -1})
	require.ErrorContains(t, err, "-1 workers")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = cubical.Each(ctx, images[:7], cubical.Options{})
	require.ErrorIs(t, err, context.Canceled)
}
