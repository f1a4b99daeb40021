package kernels

import (
	"fmt"
	"math"
)

// A Func is an element-wise function of one variable.
type Func uint8

// The functions that every device has. The zero Func is Identity, so the zero value of
// an activation means none.
const (
	Identity Func = iota
	ReLU          // max(x, 0); its derivative at 0 is 0
	Sigmoid       // 1/(1+e^−x)
	Tanh
	Exp
	Log
	Sqrt     // its derivative at 0 is 0 here, instead of +Inf
	Softplus // log(1+e^x), without overflow
	Neg
	Abs // its derivative at 0 is 0
	Square
	Reciprocal
	Sin
	Cos
	Erf // the error function 2/√π ∫ e^(−t²) dt from 0 to x
	numFuncs
)

// functions holds what the contract says of each function.
var functions = [numFuncs]struct {
	name       string
	maxError   float64 // in ulp
	fromOutput bool
	value      func(x float64) float64
	derivative func(x, y float64) float64 // reads y = f(x) alone if fromOutput is true, and x alone otherwise
}{
	Identity: {"Identity", 0, true, func(x float64) float64 { return x }, func(_, _ float64) float64 { return 1 }},
	ReLU:     {"ReLU", 0, true, func(x float64) float64 { return max(x, 0) }, func(_, y float64) float64 { return positive(y) }},
	Sigmoid:  {"Sigmoid", 3, true, sigmoid, func(_, y float64) float64 { return y * (1 - y) }},
	Tanh:     {"Tanh", 3, true, math.Tanh, func(_, y float64) float64 { return 1 - y*y }},
	Exp:      {"Exp", 2, true, math.Exp, func(_, y float64) float64 { return y }},
	Log:      {"Log", 2, false, math.Log, func(x, _ float64) float64 { return 1 / x }},
	Sqrt: {"Sqrt", 1, true, math.Sqrt, func(_, y float64) float64 {
		if y == 0 {
			return 0
		}
		return 0.5 / y
	}},
	Softplus:   {"Softplus", 3, false, softplus, func(x, _ float64) float64 { return sigmoid(x) }},
	Neg:        {"Neg", 0, true, func(x float64) float64 { return -x }, func(_, _ float64) float64 { return -1 }},
	Abs:        {"Abs", 0, false, math.Abs, func(x, _ float64) float64 { return positive(x) - positive(-x) }},
	Square:     {"Square", 1, false, func(x float64) float64 { return x * x }, func(x, _ float64) float64 { return 2 * x }},
	Reciprocal: {"Reciprocal", 1, true, func(x float64) float64 { return 1 / x }, func(_, y float64) float64 { return -y * y }},
	Sin:        {"Sin", 2, false, math.Sin, func(x, _ float64) float64 { return math.Cos(x) }},
	Cos:        {"Cos", 2, false, math.Cos, func(x, _ float64) float64 { return -math.Sin(x) }},
	Erf:        {"Erf", 2, false, math.Erf, func(x, _ float64) float64 { return 2 / math.SqrtPi * math.Exp(-x*x) }},
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// softplus uses log(1+e^x) = max(x, 0) + log(1+e^−|x|), which cannot overflow.
func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

// positive returns 1 if x > 0, and 0 otherwise.
func positive(x float64) float64 {
	if x > 0 {
		return 1
	}
	return 0
}

// Funcs returns all functions, in order.
func Funcs() []Func {
	fs := make([]Func, numFuncs)
	for i := range fs {
		fs[i] = Func(i)
	}
	return fs
}

// Valid reports whether f is one of the functions of this package.
func (f Func) Valid() bool { return f < numFuncs }

// String returns the function's name.
func (f Func) String() string {
	if f.Valid() {
		return functions[f].name
	}
	return fmt.Sprintf("Func(%d)", uint8(f))
}

// Value returns f(x) in float64. It defines the function.
func (f Func) Value(x float64) float64 { return functions[f].value(x) }

// Derivative returns f′(x) in float64, given y = f(x). It reads y alone if
// [Func.GradFromOutput] is true, and x alone otherwise.
func (f Func) Derivative(x, y float64) float64 { return functions[f].derivative(x, y) }

// MaxError returns the largest error of f(x) that the contract allows, in units of the last
// place (ulp) of a float32. Errors of Sin and Cos count in ulp of 1, for |x| ≤ 10⁴.
func (f Func) MaxError() float64 { return functions[f].maxError }

// GradFromOutput reports whether the kernels compute f′(x) from f(x) alone. It is true for
// every function that Gemm and the convolutions can apply as an activation.
func (f Func) GradFromOutput() bool { return f.Valid() && functions[f].fromOutput }

// IsActivation reports whether Gemm and the convolutions can apply f to their results.
func (f Func) IsActivation() bool { return f <= Tanh }

// An Op is an element-wise function of two variables.
type Op uint8

// The operations that every device has.
const (
	Add     Op = iota // a + b
	Sub               // a − b
	Mul               // a · b
	Div               // a / b
	Max               // the larger operand; NaN if one is NaN
	Min               // the smaller operand; NaN if one is NaN
	Greater           // 1 where a > b, ½ where a = b, else 0: the derivative of max by a
	numOps
)

var opNames = [numOps]string{"Add", "Sub", "Mul", "Div", "Max", "Min", "Greater"}

// Ops returns all operations, in order.
func Ops() []Op {
	ops := make([]Op, numOps)
	for i := range ops {
		ops[i] = Op(i)
	}
	return ops
}

// Valid reports whether op is one of the operations of this package.
func (op Op) Valid() bool { return op < numOps }

// String returns the operation's name.
func (op Op) String() string {
	if op.Valid() {
		return opNames[op]
	}
	return fmt.Sprintf("Op(%d)", uint8(op))
}
