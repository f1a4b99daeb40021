package autograd_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
)

// No operation takes one of the modes for granted.
func TestModeMustBeDeclaredAfterEachReset(t *testing.T) {
	dev := newDevice(t)
	tape := autograd.NewTape(dev)
	ones := autograd.TensorOf(dev, []float32{1, 1}, 2)
	drop := func() { autograd.Dropout(tape.Input(ones), 0.5) }
	const want = "autograd: an operation differs between training and evaluation, and the tape was not told which this is; call Tape.Train or Tape.Eval after each Reset"
	require.PanicsWithValue(t, want, drop)
	tape.Train(1, 0)
	require.True(t, tape.Training())
	drop()
	tape.Eval()
	require.False(t, tape.Training())
	drop()
	tape.Reset()
	require.PanicsWithValue(t, want, drop)
}

func TestDropout(t *testing.T) {
	dev := newDevice(t)
	tape := autograd.NewTape(dev)
	const n, p = 20000, 0.3
	data := make([]float32, n)
	for i := range data {
		data[i] = 1
	}
	draw := func() []float32 { return read(t, dev, autograd.Dropout(tape.Constant(data, n), p).Value()) }
	tape.Train(1, 5)
	first, second := draw(), draw()
	kept := 0
	for _, v := range first {
		if v != 0 {
			require.InDelta(t, 1/0.7, v, 1e-6)
			kept++
		}
	}
	require.InDelta(t, 0.7*n, kept, 4*65) // four standard deviations √(n·p·(1−p))
	require.NotEqual(t, first, second, "two layers of one step")

	tape.Reset()
	tape.Train(1, 5)
	require.Equal(t, first, draw(), "the same step again")
	require.Equal(t, second, draw())
	tape.Train(1, 6)
	require.NotEqual(t, first, draw(), "the next step")
	tape.Train(2, 5)
	require.NotEqual(t, first, draw(), "another seed")
	tape.Eval()
	require.Equal(t, data, draw(), "an evaluation keeps all")
}

// halves is a device whose random numbers are all ½.
type halves struct{ kernels.Device }

func (h halves) Uniform(dst kernels.Buffer, _, _ uint64) { h.Fill(dst, 0.5) }

// Greater gives ½ for equal numbers, where an element must be kept whole.
func TestDropoutKeepsElementsAtTheThreshold(t *testing.T) {
	dev := halves{newDevice(t)}
	tape := autograd.NewTape(dev)
	tape.Train(3, 0)
	for _, c := range []struct {
		p    float32
		want []float32
	}{{0.5, []float32{4}}, {0.5 + 0x1p-24, []float32{0}}} {
		require.Equal(t, c.want, read(t, dev, autograd.Dropout(tape.Constant([]float32{2}, 1), c.p).Value()), "%v", c.p)
	}
}
