package simd

import (
	"math"

	"github.com/topogen/topogen/kernels"
)

// The loops in plain Go compute a function by its definition in float64 and round the result
// once, so that tests can compare the assembly with them. Functions of one instruction have a
// formula in float32. [Loops] says what each loop does.

func fillPlain(dst []float32, v float32) {
	for i := range dst {
		dst[i] = v
	}
}

func affinePlain(dst, x []float32, a, b float32, add bool) {
	if add {
		for i, v := range x {
			dst[i] += a*v + b
		}
		return
	}
	for i, v := range x {
		dst[i] = a*v + b
	}
}

func roundPlain(dst, x []float32) {
	for i, v := range x[:len(dst)] {
		dst[i] = kernels.RoundBFloat16(v)
	}
}

func mapPlain(f kernels.Func, dst, x []float32) {
	switch f {
	case kernels.Identity:
		copy(dst, x)
	case kernels.ReLU:
		for i, v := range x {
			dst[i] = max(v, 0)
		}
	case kernels.Neg:
		for i, v := range x {
			dst[i] = -v
		}
	case kernels.Abs:
		for i, v := range x {
			dst[i] = math.Float32frombits(math.Float32bits(v) &^ (1 << 31))
		}
	case kernels.Square:
		for i, v := range x {
			dst[i] = v * v
		}
	case kernels.Reciprocal:
		for i, v := range x {
			dst[i] = 1 / v
		}
	default:
		for i, v := range x {
			dst[i] = float32(f.Value(float64(v)))
		}
	}
}

// gradPlain stores dy·f′(x) into dst, or adds it to dst. v is f(x) if f.GradFromOutput() is
// true, and x otherwise.
func gradPlain(f kernels.Func, dst, dy, v []float32, add bool) {
	for i, w := range v {
		Put(dst, i, derivative(f, dy[i], w), add)
	}
}

// derivative returns dy·f′(x). v is f(x) if f.GradFromOutput() is true, and x otherwise.
func derivative(f kernels.Func, dy, v float32) float32 {
	switch f {
	case kernels.Identity:
		return dy
	case kernels.ReLU:
		if v > 0 {
			return dy
		}
		return 0
	case kernels.Sigmoid:
		return dy * (v * (1 - v))
	case kernels.Tanh:
		return dy * (1 - v*v)
	case kernels.Exp:
		return dy * v
	case kernels.Sqrt:
		if v == 0 {
			return 0
		}
		return dy * (0.5 / v)
	case kernels.Neg:
		return -dy
	case kernels.Reciprocal:
		return dy * -(v * v)
	case kernels.Log:
		return dy / v
	case kernels.Abs:
		switch {
		case v > 0:
			return dy
		case v < 0:
			return -dy
		}
		return 0
	case kernels.Square:
		return dy * (2 * v)
	default:
		return float32(float64(dy) * f.Derivative(float64(v), float64(v)))
	}
}

// ZipSteps stores op(a[i·da], b[i·db]) into dst[i] for each i, or adds it to dst[i]. It is
// written in plain Go. If da or db is 0, the operand is the same number for all i.
func ZipSteps(op kernels.Op, dst, a, b []float32, da, db int, add bool) {
	for i := range dst {
		Put(dst, i, apply(op, a[i*da], b[i*db]), add)
	}
}

// apply returns op(a, b).
func apply(op kernels.Op, a, b float32) float32 {
	switch op {
	case kernels.Add:
		return a + b
	case kernels.Sub:
		return a - b
	case kernels.Mul:
		return a * b
	case kernels.Div:
		return a / b
	case kernels.Max:
		return max(a, b)
	case kernels.Min:
		return min(a, b)
	default: // kernels.Greater
		switch {
		case a > b:
			return 1
		case a == b:
			return 0.5
		}
		return 0
	}
}
