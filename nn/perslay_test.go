package nn_test

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/alpha"
)

func TestPersLay(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	layer := nn.NewPersLay(nn.NewInitializer(dev, 1), 4, 3, nn.Tanh)
	params := nn.Parameters(layer)
	require.Equal(t, "bar.0.weight", params[0].Name)
	apply := func(bars []float32, shape ...int) []float32 {
		tape := autograd.NewTape(dev)
		y := layer.Forward(tape.Constant(bars, shape...))
		values, err := y.Values()
		require.NoError(t, err)
		require.Equal(t, append(shape[:len(shape)-2:len(shape)-2], 3), y.Shape())
		return values
	}
	one := apply([]float32{0, 1, 0.5, 2, 1, 1.25}, 3, 2)
	// Neither the order of bars nor bars of length 0 change the result.
	require.InDeltaSlice(t, one, apply([]float32{1, 1.25, 0, 0, 0.5, 2, 7, 7, 0, 1}, 5, 2), 1e-5)
	// A batch is one diagram after another.
	two := apply([]float32{0, 1, 0.5, 2, 1, 1.25, 0, 2, 0, 0, 0, 0}, 2, 3, 2)
	require.InDeltaSlice(t, one, two[:3], 1e-5)
	require.InDeltaSlice(t, apply([]float32{0, 2}, 1, 2), two[3:], 1e-5)
	require.Equal(t, []float32{0, 0, 0}, apply([]float32{3, 3}, 1, 2))

	x := autograd.TensorOf(dev, []float32{0, 1, 0.5, 2, 1, 1.25, 0, 2, 0.25, 0.5, -1, 1}, 2, 3, 2)
	require.NoError(t, autograd.Check(func(_ *autograd.Tape, in []*autograd.Var) *autograd.Var { return layer.Forward(in[0]) }, x))
	require.NoError(t, autograd.CheckParameters(func(tape *autograd.Tape) *autograd.Var {
		return layer.Forward(tape.Constant([]float32{0, 1, 0.5, 2, 1, 1.25}, 3, 2))
	}, params...))
	require.PanicsWithValue(t, "nn: PersLay of shape [2 3]; want …×bars×2", func() { apply(make([]float32, 6), 2, 3) })
}

// orbit returns the longest loops of an orbit of the linked twist map with a parameter, as
// bars of radii: (x, y) goes to (x + r·y(1−y), y + r·x(1−x)), with x new in the second
// coordinate, modulo 1.
func orbit(r *rand.Rand, parameter float64, bars int) []float32 {
	p := ph.Points[float64]{Dim: 2}
	x, y := r.Float64(), r.Float64()
	for range 300 {
		x += parameter * y * (1 - y)
		x -= float64(int(x))
		y += parameter * x * (1 - x)
		y -= float64(int(y))
		p.Coords = append(p.Coords, x, y)
	}
	complex, err := alpha.New(context.Background(), p, alpha.Options{Radii: true})
	if err != nil {
		log.Fatal(err)
	}
	result, err := ph.Compute(context.Background(), complex, ph.Options{MaxDegree: 1})
	if err != nil {
		log.Fatal(err)
	}
	list := make([]float32, 2*bars) // bars of length 0 where there are too few
	for i, b := range result.Classes[1][max(0, len(result.Classes[1])-bars):] {
		list[2*i], list[2*i+1] = 10*float32(b.Birth), 10*float32(b.Death)
	}
	return list
}

// A network learns the parameter of a dynamical system, of two, from the loops of its
// orbits.
func ExamplePersLay() {
	dev := cpu.New()
	defer dev.Close()
	init := nn.NewInitializer(dev, 1)
	model := nn.Sequential{
		nn.NewPersLay(init, 16, 8, nn.Tanh),
		nn.NewLinear(init, 8, 1, nn.Identity),
	}
	adam := nn.NewAdam(nn.Parameters(model), nn.OptimizerOptions{LearningRate: 0.02})
	const orbits, bars = 100, 100
	r := rand.New(rand.NewPCG(1, 2))
	draw := func() (diagrams, labels []float32) {
		for i := range orbits {
			diagrams = append(diagrams, orbit(r, []float64{2.5, 4.1}[i%2], bars)...)
			labels = append(labels, float32(i%2))
		}
		return diagrams, labels
	}
	tape := autograd.NewTape(dev)
	diagrams, labels := draw()
	for range 150 {
		tape.Reset()
		logits := model.Forward(tape.Constant(diagrams, orbits, bars, 2))
		tape.Backward(nn.BCELogits(logits, tape.Constant(labels, orbits, 1)))
		if err := adam.Step(); err != nil {
			log.Fatal(err)
		}
	}
	diagrams, labels = draw() // of other orbits
	tape.Reset()
	values, err := model.Forward(tape.Constant(diagrams, orbits, bars, 2)).Values()
	if err != nil {
		log.Fatal(err)
	}
	right := 0
	for i, v := range values {
		if (v > 0) == (labels[i] == 1) {
			right++
		}
	}
	fmt.Println("nine of ten are right:", 10*right >= 9*orbits)
	// Output: nine of ten are right: true
}
