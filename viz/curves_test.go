package viz

import (
	"bytes"
	"errors"
	"image/png"
	"io"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/recorder"
)

// A recording is a canvas that remembers what was drawn on it.
type recording struct {
	recorder.Canvas
	width, height vg.Length
}

func (r *recording) Size() (w, h vg.Length)             { return r.width, r.height }
func (r *recording) WriteTo(w io.Writer) (int64, error) { return 0, nil }

func record(t *testing.T, title string, series ...Series) *recording {
	r := new(recording)
	_, err := curves(title, "step", "loss", true, series, func(width, height vg.Length) vg.CanvasWriterTo {
		r.width, r.height = width, height
		return r
	})
	require.NoError(t, err)
	return r
}

// texts returns what is written on the canvas.
func (r *recording) texts() (texts []string) {
	for _, a := range r.Actions {
		if s, ok := a.(*recorder.FillString); ok {
			texts = append(texts, s.String)
		}
	}
	return texts
}

// lines returns the number of points of every line in a colour.
func (r *recording) lines(i ink) (lines []int) {
	var now any
	for _, a := range r.Actions {
		switch a := a.(type) {
		case *recorder.SetColor:
			now = a.Color
		case *recorder.Stroke:
			if now == i.color() {
				lines = append(lines, len(a.Path))
			}
		}
	}
	return lines
}

func TestCurvesDrawsEverySeries(t *testing.T) {
	nan := math.NaN()
	x := make([]float64, 30)
	y := make([]float64, 30)
	for i := range x {
		x[i], y[i] = float64(i), float64(i%7)
	}
	gap := append([]float64(nil), y...)
	gap[10], gap[11] = nan, nan
	r := record(t, "All losses", Series{Name: "first", X: x, Y: y}, Series{Name: "with a gap", X: x, Y: gap}, Series{Name: "none", X: []float64{1}, Y: []float64{nan}})
	require.Subset(t, r.texts(), []string{"All losses", "step", "loss", "first", "with a gap", "none", "0", "10", "20"})
	require.Contains(t, r.lines(blue), 30)
	require.Contains(t, r.lines(vermillion), 18)
	require.NotContains(t, r.lines(vermillion), 30)
	require.Len(t, r.lines(green), 1, "only the sample in the legend")
}

func TestCurvesOfNothing(t *testing.T) {
	require.Contains(t, record(t, "Nothing yet").texts(), "Nothing yet")
	require.Contains(t, record(t, "", Series{Name: "empty", X: nil, Y: nil}).texts(), "empty")
	require.NotEmpty(t, record(t, "", Series{Name: "constant", X: []float64{3, 3}, Y: []float64{2, 2}}).lines(blue))
}

func TestCurvesTakesLogarithms(t *testing.T) {
	x := []float64{1, 2, 3, 4}
	r := record(t, "", Series{Name: "a", X: x, Y: []float64{1000, 10, 1, 0.1}})
	require.Subset(t, r.texts(), []string{"loss (logarithmic)", "0.1", "1", "10", "100", "1000"})
	r = record(t, "", Series{Name: "a", X: x, Y: []float64{1000, 10, 1, 0}})
	require.Contains(t, r.texts(), "loss")
}

func TestLongCurvesGetARunningMean(t *testing.T) {
	var x, y []float64
	for i := range 600 {
		x, y = append(x, float64(i)), append(y, float64(i%2))
	}
	r := record(t, "", Series{Name: "noise", X: x, Y: y})
	require.Contains(t, r.lines(blue), 600)
	mean := runningMean(y, 10)
	for _, v := range mean[10:590] {
		require.InDelta(t, 0.5, v, 0.03)
	}
	require.Equal(t, y[0], mean[0])
	require.Equal(t, y[599], mean[599])
	require.True(t, math.IsNaN(runningMean([]float64{1, math.NaN(), 3}, 1)[1]))
	require.Equal(t, []float64{1, 2, 3}, runningMean([]float64{1, 2, 3}, 1))
}

// On the picture itself, the curve is where its values say.
func TestCurvesPicture(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, Curves(&b, "rising", "x", "y", Series{Name: "a", X: []float64{0, 1, 2}, Y: []float64{0, 1, 2}}))
	m, err := png.Decode(&b)
	require.NoError(t, err)
	require.Equal(t, 1008, m.Bounds().Dx())
	height := func(x int) int { // of the lowest blue pixel in a column
		for y := m.Bounds().Max.Y - 1; y >= 0; y-- {
			if m.At(x, y) == blue.color() {
				return y
			}
		}
		return -1
	}
	left, right := height(250), height(700)
	require.Greater(t, left, 0)
	require.Greater(t, right, 0)
	require.Greater(t, left, right+100, "rises to the right")
}

func TestCurvesRefuses(t *testing.T) {
	require.ErrorContains(t, Curves(io.Discard, "", "", "", Series{Name: "a", X: []float64{1}, Y: nil}), `curve "a" has 1 x and 0 y`)
	require.ErrorContains(t, Curves(io.Discard, "", "", "", Series{Name: "a", X: []float64{1, 2}, Y: []float64{0, math.Inf(1)}}), `curve "a": value 1 is +Inf at 2`)
	require.ErrorContains(t, Curves(io.Discard, "", "", "", Series{Name: "a", X: []float64{math.NaN()}, Y: []float64{0}}), `curve "a": value 0 is 0 at NaN`)
	require.ErrorIs(t, Curves(failingWriter{}, "", "", ""), errFull)
}

var errFull = errors.New("disk full")

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errFull }

func TestTicks(t *testing.T) {
	for _, test := range []struct {
		low, high float64
		whole     bool
		want      []string
	}{
		{0, 1, false, []string{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"}},
		{-1.1, 1.1, false, []string{"-1.0", "-0.5", "0.0", "0.5", "1.0"}},
		{1, 2, true, []string{"1", "2"}},
		{1, 750, true, []string{"100", "200", "300", "400", "500", "600", "700"}},
		{0, 3e7, false, []string{"0", "5e+06", "1e+07", "1.5e+07", "2e+07", "2.5e+07", "3e+07"}},
		{0.001, 0.0017, false, []string{"0.0010", "0.0011", "0.0012", "0.0013", "0.0014", "0.0015", "0.0016", "0.0017"}},
		{1, 1, false, nil},
		{math.Inf(1), math.Inf(-1), false, nil},
	} {
		var got []string
		for _, tick := range (ticks{whole: test.whole}).Ticks(test.low, test.high) {
			got = append(got, tick.Label)
		}
		require.Equal(t, test.want, got)
	}
	// Where steps are lost to rounding there is an end, too.
	require.LessOrEqual(t, len(ticks{}.Ticks(8.9e15-1, 8.9e15+1)), 9)
	require.NoError(t, Curves(io.Discard, "large", "x", "y", Series{Name: "y", X: []float64{1, 2}, Y: []float64{8.9e15, 8.9e15}}))
	var labels []string
	for _, tick := range (logTicks{}).Ticks(-3, 30) {
		if tick.Label != "" {
			labels = append(labels, tick.Label)
		}
	}
	require.Equal(t, []string{"1", "100000", "1e+10", "1e+15", "1e+20", "1e+25", "1e+30"}, labels)
}
