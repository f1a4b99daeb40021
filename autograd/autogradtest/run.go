// Package autogradtest tests the operations of package autograd on a given device. It
// compares the values of every operation with a plain float64 reference, and its gradients
// with finite differences.
//
//	func TestOperations(t *testing.T) {
//		autogradtest.Run(t, func() kernels.Device { return cpu.New() })
//	}
package autogradtest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
)

// A Case is one use of an operation.
type Case struct {
	Operation string // the name of the function in autograd, and words that tell the case from others
	Inputs    []Input
	Compute   func(in []*autograd.Var) *autograd.Var
	Want      func(in []Array) Array // the reference, in float64; nil if another case tests the values
}

// An Input is an array of random values of the given kind.
type Input struct {
	Kind
	Shape []int
}

// A Kind says at which values of an input an operation is tested.
type Kind int

const (
	Any         Kind = iota // in (−1.5, 1.5)
	Nonzero                 // 0.2 < |x| < 1.5
	Positive                // in (0.3, 2)
	Probability             // in (0.1, 0.9)
	Stepped                 // multiples of ½ plus a shift, which differs from input to input
	Spaced                  // in (−1.5, 1.5); any two elements differ by at least 1.4/size
)

// fill sets the elements of the input of the given number.
func (k Kind) fill(data []float32, r *rand.Rand, input int) {
	if k == Spaced {
		for i, place := range r.Perm(len(data)) {
			data[i] = 3*(float32(place)+0.5*r.Float32())/float32(len(data)) - 1.5
		}
		return
	}
	for i := range data {
		data[i] = k.value(r, input)
	}
}

func (k Kind) value(r *rand.Rand, input int) float32 {
	switch k {
	case Nonzero:
		return float32((0.2 + 1.3*r.Float64()) * float64(1-2*r.IntN(2)))
	case Positive:
		return float32(0.3 + 1.7*r.Float64())
	case Probability:
		return float32(0.1 + 0.8*r.Float64())
	case Stepped:
		return 0.5*float32(r.IntN(7)-3) + 0.25*float32(input)
	}
	return float32(3*r.Float64() - 1.5)
}

// Name describes the case by its operation and the shapes of its inputs.
func (c Case) Name() string {
	name := c.Operation
	for _, in := range c.Inputs {
		name += fmt.Sprint(in.Shape)
	}
	return name
}

// Cases returns all cases; together they use every operation.
func Cases() []Case {
	return slices.Concat(arithmeticCases(), functionCases(), reduceCases(), shapeCases(), productCases(), convolutionCases(), poolCases(), normalizeCases(), lossCases())
}

// Run tests all cases on one device, which newDevice returns. It closes the device.
func Run(t *testing.T, newDevice func() kernels.Device) {
	dev := poisoned{newDevice()}
	for k, c := range Cases() {
		t.Run(c.Name(), func(t *testing.T) { c.run(t, dev, uint64(k)) })
	}
	require.NoError(t, dev.Close())
}

// poisoned is a device whose new memory is filled with NaN, which exposes reads of
// memory that was never written.
type poisoned struct{ kernels.Device }

func (p poisoned) Alloc(n int) kernels.Buffer {
	b := p.Device.Alloc(n)
	p.Fill(b, float32(math.NaN()))
	return b
}

func (c Case) run(t *testing.T, dev kernels.Device, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 0))
	var inputs []*autograd.Tensor
	var arrays []Array
	for k, in := range c.Inputs {
		data := make([]float32, autograd.Size(in.Shape))
		in.fill(data, r, k)
		x := autograd.TensorOf(dev, data, in.Shape...)
		defer x.Free()
		inputs = append(inputs, x)
		arrays = append(arrays, newArray(data, in.Shape))
	}

	if c.Want != nil {
		t.Run("value", func(t *testing.T) { c.checkValue(t, dev, inputs, c.Want(arrays)) })
	}
	t.Run("gradient", func(t *testing.T) {
		require.NoError(t, autograd.Check(func(_ *autograd.Tape, in []*autograd.Var) *autograd.Var {
			return c.Compute(in)
		}, inputs...))
	})

	// Check has confirmed these gradients. They must be the same if they are added to other
	// gradients, and if only one input needs a gradient.
	gradients := c.gradients(t, dev, inputs, func(tape *autograd.Tape, k int) *autograd.Var { return tape.Variable(inputs[k]) })
	t.Run("gradient added to another", func(t *testing.T) {
		added := c.gradients(t, dev, inputs, func(tape *autograd.Tape, k int) *autograd.Var {
			x := tape.Variable(inputs[k])
			dx, _ := x.GradTarget()
			dev.Fill(dx, 1)
			return x
		})
		for k, gradient := range gradients {
			for i, g := range gradient {
				require.InDelta(t, g+1, added[k][i], 1e-5*max(1, math.Abs(float64(g))), "element %d of input %d", i, k)
			}
		}
	})
	for only := range inputs {
		t.Run(fmt.Sprintf("gradient of input %d alone", only), func(t *testing.T) {
			alone := c.gradients(t, dev, inputs, func(tape *autograd.Tape, k int) *autograd.Var {
				if k != only {
					return tape.Input(inputs[k])
				}
				return tape.Variable(inputs[k])
			})
			require.Equal(t, gradients[only], alone[only])
		})
	}
}

// gradients returns the gradients, by the inputs, of the inner product of the result with
// fixed numbers. The function put puts input k on the tape.
func (c Case) gradients(t *testing.T, dev kernels.Device, inputs []*autograd.Tensor, put func(tape *autograd.Tape, k int) *autograd.Var) [][]float32 {
	tape := autograd.NewTape(dev)
	defer tape.Free()
	vars := make([]*autograd.Var, len(inputs))
	for k := range inputs {
		vars[k] = put(tape, k)
	}
	y := c.Compute(vars)
	direction := make([]float32, y.Len())
	for i := range direction {
		direction[i] = float32(math.Sin(float64(i + 1)))
	}
	tape.Backward(autograd.Sum(autograd.Mul(y, tape.Constant(direction, y.Shape()...))))
	gradients := make([][]float32, len(inputs))
	for k, x := range vars {
		gradients[k] = make([]float32, x.Grad().Len())
		require.NoError(t, dev.Read(gradients[k], x.Grad()))
	}
	return gradients
}

func (c Case) checkValue(t *testing.T, dev kernels.Device, inputs []*autograd.Tensor, want Array) {
	tape := autograd.NewTape(dev)
	defer tape.Free()
	for range 2 { // the second time in memory that was used before
		y := c.Compute(onTape(tape, inputs))
		got, err := y.Values()
		require.NoError(t, err)
		require.Equal(t, want.shape, y.Shape())
		for i, w := range want.data {
			require.InDelta(t, w, got[i], 2e-5*max(1, math.Abs(w)), "element %d", i)
		}
		tape.Reset()
	}
}

// onTape returns the tensors as variables that need no gradient.
func onTape(tape *autograd.Tape, inputs []*autograd.Tensor) []*autograd.Var {
	vars := make([]*autograd.Var, len(inputs))
	for i, x := range inputs {
		vars[i] = tape.Input(x)
	}
	return vars
}
