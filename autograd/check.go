package autograd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Check compares the gradients of f with respect to its inputs, as Backward
// finds them, with finite differences, and returns an error that names the
// first input and element where gradient and difference disagree, with both numbers. If the
// result of f is not a scalar, Check takes its inner product with a fixed random array, and
// differentiates that.
//
// f must compute the same each time it is called. Rounding to float32 disturbs
// the differences least at inputs of order 1. f should be smooth within
// max(1, |x|)/256 of each element x: check ReLU away from 0. Check evaluates f
// four times for each element of each input, and four times more with a smaller
// step if the results disagree.
//
// The inputs must be different tensors on one device. They change while Check
// runs and are restored before it returns.
func Check(f func(t *Tape, inputs []*Var) *Var, inputs ...*Tensor) error {
	if len(inputs) == 0 {
		panic("autograd: Check of a function without inputs")
	}
	if i := slices.Index(inputs, nil); f == nil || i >= 0 {
		panic("autograd: Check of a nil function or input")
	}
	vars := make([]*Var, len(inputs))
	c := check{tape: NewTape(inputs[0].device)}
	c.run = func() *Var {
		for i, x := range inputs {
			vars[i] = c.tape.Variable(x)
		}
		return f(c.tape, vars)
	}
	for i, x := range inputs {
		c.checked = append(c.checked, checked{fmt.Sprintf("input %d", i), x, func() ([]float32, error) {
			gradient := make([]float32, x.Len())
			if g := vars[i].Grad(); g.Len() > 0 {
				return gradient, x.device.Read(gradient, g)
			}
			return gradient, nil
		}})
	}
	return c.all()
}

// CheckParameters is [Check] for the gradients of f with respect to parameters
// that it puts on the tape itself, such as those of a layer.
func CheckParameters(f func(t *Tape) *Var, params ...*Parameter) error {
	if len(params) == 0 {
		panic("autograd: CheckParameters of a function without parameters")
	}
	c := check{tape: NewTape(params[0].Value.device)}
	c.run = func() *Var { return f(c.tape) }
	for _, p := range params {
		c.checked = append(c.checked, checked{"parameter " + p.Name, p.Value, p.Grad.Values})
	}
	return c.all()
}

// check compares the gradients of a function f with differences. The projection of f is
// the inner product of its result with direction.
type check struct {
	tape      *Tape
	run       func() *Var // computes f on the tape
	checked   []checked
	direction []float32
	result    []float32 // scratch for f's result
}

// checked is a tensor by which check differentiates f.
type checked struct {
	name     string
	x        *Tensor
	gradient func() ([]float32, error) // reads the gradient that Backward found
}

// The differences are of fourth order: (8(f(x+h) − f(x−h)) − (f(x+2h) − f(x−2h)))/12h
// errs by about h⁴/30 times the fifth derivative, so that h can be large, which
// keeps the effect of rounding small. The smaller step is for a kink or a pole
// nearby.
var checkSteps = [2]float64{1. / 64, 1. / 512}

const (
	checkTolerance = 1e-3        // relative to the largest of derivative, gradient and scale
	checkRounding  = 8 * 0x1p-23 // rounding error of f's projection, relative to Σ|terms|
)

func (c *check) all() error {
	defer c.tape.Free()
	gradients, value, err := c.backward()
	if err != nil {
		return err
	}
	again, size, err := c.value()
	if err != nil {
		return err
	}
	if again != value {
		return fmt.Errorf("autograd: a function under Check gives %v, then %v for the same inputs; fix its seeds", value, again)
	}
	for i, ch := range c.checked {
		if err := c.one(ch, gradients[i], size); err != nil {
			return err
		}
	}
	return nil
}

// one compares the gradient by one tensor with differences. The argument size is the sum of
// the magnitudes of the terms of f's projection.
func (c *check) one(ch checked, gradient []float32, size float64) error {
	scale := rootMeanSquare(gradient)
	x, err := ch.x.Values()
	if err != nil {
		return err
	}
	for i, g := range gradient {
		var first float64
		agree := false
		for k, step := range checkSteps {
			h := step * max(1, math.Abs(float64(x[i])))
			d, err := c.difference(ch.x, i, x[i], h)
			if err != nil {
				return err
			}
			if k == 0 {
				first = d
			}
			tolerance := checkTolerance*max(math.Abs(d), math.Abs(float64(g)), scale) + checkRounding*size/h
			if agree = math.Abs(float64(g)-d) <= tolerance; agree {
				break
			}
		}
		if !agree {
			return fmt.Errorf("autograd: the gradient with respect to %s of shape %s at %s (%v) is %v; differences give %.7g",
				ch.name, text(ch.x.shape), text(position(i, ch.x.shape)), x[i], g, first)
		}
	}
	return nil
}

// rootMeanSquare returns the root mean square of x's finite elements.
func rootMeanSquare(x []float32) float64 {
	sum := 0.0
	for _, v := range x {
		if s := float64(v) * float64(v); s <= math.MaxFloat64 {
			sum += s
		}
	}
	return math.Sqrt(sum / float64(max(1, len(x))))
}

// difference returns the derivative of f's projection by element i of x, which is at, from
// differences with step h. It restores the element.
func (c *check) difference(x *Tensor, i int, at float32, h float64) (derivative float64, err error) {
	element := x.buffer.Slice(i, i+1)
	defer x.device.Write(element, []float32{at})
	for _, point := range [4]struct{ steps, weight float64 }{{1, 8}, {-1, -8}, {2, -1}, {-2, 1}} {
		x.device.Write(element, []float32{at + float32(point.steps*h)})
		v, _, err := c.value()
		if err != nil {
			return 0, err
		}
		derivative += point.weight * v / (12 * h)
	}
	return derivative, nil
}

// value computes f and returns its projection, and size, the sum of the magnitudes of the
// terms of the projection.
func (c *check) value() (value, size float64, err error) {
	c.tape.Reset()
	var y *Var
	c.tape.NoGrad(func() { y = c.run() })
	return c.project(y)
}

// backward returns the gradient of f's projection by each tensor, and the value of the
// projection.
func (c *check) backward() (gradients [][]float32, value float64, err error) {
	c.tape.Reset()
	y := c.run()
	c.direction = direction(y.Len())
	c.result = make([]float32, y.Len())
	if value, _, err = c.project(y); err != nil {
		return nil, 0, err
	}
	if y.needsGrad {
		seed, _ := y.GradTarget()
		c.tape.device.Write(seed, c.direction)
	}
	c.tape.walk()
	for _, ch := range c.checked {
		g, err := ch.gradient()
		if err != nil {
			return nil, 0, err
		}
		gradients = append(gradients, g)
	}
	return gradients, value, nil
}

// direction returns n random numbers of magnitude 0.5 to 1.5 and random sign, always the
// same. If n is 1 it returns the number 1.
func direction(n int) []float32 {
	d := make([]float32, n)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range d {
		d[i] = float32(0.5+random.Float64()) * float32(1-2*random.IntN(2))
	}
	if n == 1 {
		d[0] = 1
	}
	return d
}

func (c *check) project(y *Var) (value, size float64, err error) {
	if y.Len() != len(c.result) {
		return 0, 0, fmt.Errorf("autograd: a function under Check gives %d values, then %d", len(c.result), y.Len())
	}
	if err := y.Read(c.result); err != nil {
		return 0, 0, err
	}
	for i, v := range c.result {
		p := float64(v) * float64(c.direction[i])
		if math.IsNaN(p) || math.IsInf(p, 0) {
			return 0, 0, fmt.Errorf("autograd: a function under Check gives %v at %s", v, text(position(i, y.shape)))
		}
		value += p
		size += math.Abs(p)
	}
	return value, size, nil
}

// position returns the indices of element i of an array.
func position(i int, shape []int) []int {
	p := make([]int, len(shape))
	for axis := len(shape) - 1; axis >= 0; axis-- {
		p[axis] = i % shape[axis]
		i /= shape[axis]
	}
	return p
}
