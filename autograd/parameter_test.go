package autograd_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
)

// parameters returns some of the given lengths, named a, b, …, whose elements
// count from 1.
func parameters(dev *spy, lengths ...int) []*autograd.Parameter {
	var params []*autograd.Parameter
	v := float32(0)
	for k, n := range lengths {
		data := make([]float32, n)
		for i := range data {
			v++
			data[i] = v
		}
		params = append(params, autograd.NewParameter(string(rune('a'+k)), autograd.TensorOf(dev, data, n)))
	}
	return params
}

func TestPack(t *testing.T) {
	dev := &spy{Device: newDevice(t), name: "spy"}
	params := parameters(dev, 2, 1)
	params[1].Grad.Write([]float32{4})
	require.Len(t, autograd.Spans(params), 2, "not packed")
	autograd.Pack(params)
	spans := autograd.Spans(params)
	require.Len(t, spans, 1)
	require.Equal(t, params, spans[0].Params)
	require.Equal(t, []float32{1, 2, 3}, read(t, dev, spans[0].Values))
	require.Equal(t, []float32{0, 0, 4}, read(t, dev, spans[0].Grads))
	require.Equal(t, dev.alloced-2, dev.freed, "the tensors' own memory is given back")

	dev.Fill(spans[0].Values, 7)
	require.Equal(t, []float32{7, 7}, values(t, params[0].Value))
	require.Equal(t, []int{1}, params[1].Value.Shape())

	autograd.Pack(nil)
	params[0].Free()
	require.Equal(t, dev.alloced-2, dev.freed, "the other parameter still needs the memory")
	params[1].Free()
	params[1].Free()
	require.Equal(t, dev.alloced, dev.freed)
}

// Whoever packed a parameter keeps seeing it when others pack it again.
func TestPackLeavesPackedParametersInPlace(t *testing.T) {
	dev := &spy{Device: newDevice(t), name: "spy"}
	params := parameters(dev, 1, 1, 1, 1)
	a, b, c, d := params[0], params[1], params[2], params[3]
	autograd.Pack([]*autograd.Parameter{b, c})
	first := autograd.Spans([]*autograd.Parameter{b, c})
	autograd.Pack(params)
	require.Equal(t, first, autograd.Spans([]*autograd.Parameter{b, c}))
	for _, s := range []struct {
		params []*autograd.Parameter
		want   [][]float32
	}{
		{params, [][]float32{{1}, {2, 3}, {4}}},
		{[]*autograd.Parameter{a, d, b, c}, [][]float32{{1, 4}, {2, 3}}},
		{[]*autograd.Parameter{c, b}, [][]float32{{3}, {2}}},
		{nil, nil},
	} {
		var got [][]float32
		for _, span := range autograd.Spans(s.params) {
			got = append(got, read(t, dev, span.Values))
		}
		require.Equal(t, s.want, got)
	}
}

func TestPackPanics(t *testing.T) {
	dev, other := &spy{Device: newDevice(t), name: "spy"}, &spy{Device: newDevice(t), name: "other"}
	p, q := parameters(dev, 1)[0], parameters(other, 1)[0]
	require.PanicsWithValue(t, "autograd: parameter a is on other, others on spy", func() {
		autograd.Pack([]*autograd.Parameter{p, q})
	})
	require.PanicsWithValue(t, "autograd: Pack of parameter a twice", func() { autograd.Pack([]*autograd.Parameter{p, p}) })
	require.PanicsWithValue(t, "autograd: Pack of parameter mean, which has no gradient", func() {
		autograd.Pack([]*autograd.Parameter{autograd.NewUntrained("mean", autograd.NewTensor(dev, 1))})
	})

	// A gradient would go where the parameter was.
	tape := autograd.NewTape(dev)
	loss := autograd.Sum(tape.Param(p))
	autograd.Pack([]*autograd.Parameter{p})
	require.PanicsWithValue(t, "autograd: parameter a was packed after it was put on the tape; make optimizers before the forward pass", func() { tape.Backward(loss) })
}

func TestFrozenParametersGetNoGradient(t *testing.T) {
	dev := newDevice(t)
	p := autograd.NewParameter("p", autograd.TensorOf(dev, []float32{3}, 1))
	q := autograd.NewUntrained("q", autograd.TensorOf(dev, []float32{5}, 1))
	x := autograd.TensorOf(dev, []float32{2}, 1)
	require.True(t, p.Trained())
	require.False(t, q.Trained())
	tape := autograd.NewTape(dev)
	gradients := func() (dp, dx []float32) {
		defer tape.Reset()
		v := tape.Variable(x)
		tape.Backward(autograd.Sum(autograd.Mul(autograd.Mul(tape.Param(p), tape.Param(q)), v)))
		return values(t, p.Grad), read(t, dev, v.Grad())
	}
	dp, dx := gradients()
	require.Equal(t, []float32{10}, dp)
	require.Equal(t, []float32{15}, dx)
	p.Frozen = true
	require.False(t, p.Trained())
	dp, dx = gradients()
	require.Equal(t, []float32{0}, dp)
	require.Equal(t, []float32{15}, dx, "gradients flow through a frozen parameter")
	p.Frozen = false
	dp, _ = gradients()
	require.Equal(t, []float32{10}, dp)
}
