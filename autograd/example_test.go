package autograd_test

import (
	"fmt"
	"log"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/kernels/fused"
	"github.com/topogen/topogen/nn"
)

// The derivative of a function at a point.
func Example() {
	dev := cpu.New()
	defer dev.Close()
	tape := autograd.NewTape(dev)

	x := tape.Variable(autograd.TensorOf(dev, []float32{1, 2, 3}, 3))
	y := autograd.Sum(autograd.Mul(x, autograd.Square(x))) // Σ x³
	tape.Backward(y)

	value, err := y.Item()
	if err != nil {
		log.Fatal(err)
	}
	gradient := make([]float32, 3)
	if err := dev.Read(gradient, x.Grad()); err != nil {
		log.Fatal(err)
	}
	fmt.Println(value, gradient)
	// Output: 36 [3 12 27]
}

// A line is fitted to points by gradient descent.
func ExampleTape_Param() {
	dev := cpu.New()
	defer dev.Close()
	x := autograd.TensorOf(dev, []float32{0, 1, 2, 3}, 4, 1)
	y := autograd.TensorOf(dev, []float32{1, 3, 5, 7}, 4, 1)
	weight := autograd.NewParameter("weight", autograd.NewTensor(dev, 1, 1))
	bias := autograd.NewParameter("bias", autograd.NewTensor(dev, 1))

	tape := autograd.NewTape(dev)
	for range 300 {
		line := autograd.Linear(tape.Input(x), tape.Param(weight), tape.Param(bias), autograd.ActNone)
		tape.Backward(nn.MSE(line, tape.Input(y)))
		for _, p := range []*autograd.Parameter{weight, bias} {
			fused.SGD(dev, p.Value.Buffer(), p.Grad.Buffer(), kernels.Buffer{}, kernels.SGD{LearningRate: 0.1, GradientScale: 1})
		}
		tape.Reset()
	}

	for _, p := range []*autograd.Parameter{weight, bias} {
		v, err := p.Value.Values()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s %.3f\n", p.Name, v[0])
	}
	// Output:
	// weight 2.000
	// bias 1.000
}

// Cube returns x³, element by element.
func Cube(x *autograd.Var) *autograd.Var {
	t, dev := x.Tape(), x.Tape().Device()
	square := t.Scratch(x.Len())
	y := t.Result(x.Shape(), x)
	dev.Zip(kernels.Mul, square, x.Value(), x.Value(), kernels.Overwrite)
	dev.Zip(kernels.Mul, y.Value(), square, x.Value(), kernels.Overwrite)
	y.OnBackward(func() { // dx = 3x²·dy
		g := t.Scratch(x.Len())
		dev.Affine(g, y.Grad(), 3, 0, kernels.Overwrite)
		dx, mode := x.GradTarget()
		dev.Zip(kernels.Mul, dx, g, square, mode)
	})
	return y
}

// An operation of one's own, from outside the package, held to finite
// differences.
func ExampleTape_Result() {
	dev := cpu.New()
	defer dev.Close()
	x := autograd.TensorOf(dev, []float32{-2, 0, 0.5, 3}, 4)

	err := autograd.Check(func(_ *autograd.Tape, in []*autograd.Var) *autograd.Var {
		return Cube(in[0])
	}, x)
	fmt.Println(err)

	values, err := Cube(autograd.NewTape(dev).Input(x)).Values()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(values)
	// Output:
	// <nil>
	// [-8 0 0.125 27]
}

// A gradient that is wrong is found, and where.
func ExampleCheck() {
	dev := cpu.New()
	defer dev.Close()
	halved := func(x *autograd.Var) *autograd.Var { // x², but with derivative x
		y := x.Tape().Result(x.Shape(), x)
		dev.Map(kernels.Square, y.Value(), x.Value())
		y.OnBackward(func() {
			dx, mode := x.GradTarget()
			dev.Zip(kernels.Mul, dx, y.Grad(), x.Value(), mode)
		})
		return y
	}
	x := autograd.TensorOf(dev, []float32{0, 3}, 2)
	fmt.Println(autograd.Check(func(_ *autograd.Tape, in []*autograd.Var) *autograd.Var {
		return autograd.Sum(halved(in[0]))
	}, x))
	// Output: autograd: the gradient with respect to input 0 of shape [2] at [1] (3) is 3; differences give 6
}

// A convolution that sums each 2×2 block, as an image pyramid does.
func ExampleConv2d() {
	dev := cpu.New()
	defer dev.Close()
	tape := autograd.NewTape(dev)
	image := tape.Constant([]float32{
		1, 2, 3, 4,
		5, 6, 7, 8,
	}, 1, 1, 2, 4)
	kernel := tape.Constant([]float32{1, 1, 1, 1}, 1, 1, 2, 2)
	y := autograd.Conv2d(image, kernel, nil, autograd.ConvOptions{Stride: 2}, autograd.ActNone)
	values, err := y.Values()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(y.Shape(), values)
	// Output: [1 1 1 2] [14 22]
}
