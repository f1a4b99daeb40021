package kernels

import "fmt"

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
	numFuncs
)

var funcNames = [numFuncs]string{
	"Identity", "ReLU", "Sigmoid", "Tanh", "Exp", "Log", "Sqrt", "Softplus",
	"Neg", "Abs", "Square", "Reciprocal", "Sin", "Cos",
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
		return funcNames[f]
	}
	return fmt.Sprintf("Func(%d)", uint8(f))
}

// GradFromOutput reports whether the kernels compute f′(x) from f(x) alone. It is true for
// every function that Gemm and the convolutions can apply as an activation.
func (f Func) GradFromOutput() bool {
	switch f {
	case Identity, ReLU, Sigmoid, Tanh, Exp, Sqrt, Neg, Reciprocal:
		return true
	}
	return false
}

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
