package cpu

import (
	"math"

	"github.com/topogen/topogen/kernels"
)

// Fill sets every element of dst to v.
func (d *Device) Fill(dst kernels.Buffer, v float32) {
	d.args = args{dst: d.span(dst), a: v}
	d.pool.run(chunks(dst.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		dst := a.dst[lo:hi]
		for i := range dst {
			dst[i] = a.a
		}
	}, &d.args)
}

// Copy copies src to dst.
func (d *Device) Copy(dst, src kernels.Buffer) {
	kernels.CheckSame("Copy", dst, src)
	d.args = args{dst: d.span(dst), x: d.span(src)}
	d.pool.run(chunks(dst.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		copy(a.dst[lo:hi], a.x[lo:hi])
	}, &d.args)
}

// Affine stores a·x + b into dst.
func (d *Device) Affine(dst, x kernels.Buffer, a, b float32, store kernels.Store) {
	kernels.CheckSame("Affine", dst, x)
	d.args = args{dst: d.span(dst), x: d.span(x), a: a, b: b, add: store == kernels.Add}
	d.pool.run(chunks(dst.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		dst, x := a.dst[lo:hi], a.x[lo:hi]
		for i, v := range x {
			put(dst, i, a.a*v+a.b, a.add)
		}
	}, &d.args)
}

// AddScaled adds a·x to dst.
func (d *Device) AddScaled(dst kernels.Buffer, a float32, x kernels.Buffer) {
	d.Affine(dst, x, a, 0, kernels.Add)
}

// put stores v into dst[i].
func put(dst []float32, i int, v float32, add bool) {
	if add {
		v += dst[i]
	}
	dst[i] = v
}

// Map sets dst = f(x).
func (d *Device) Map(f kernels.Func, dst, x kernels.Buffer) {
	kernels.CheckSame("Map", dst, x)
	d.args = args{dst: d.span(dst), x: d.span(x), fn: f}
	d.pool.run(chunks(dst.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		mapSpan(a.fn, a.dst[lo:hi], a.x[lo:hi])
	}, &d.args)
}

func mapSpan(f kernels.Func, dst, x []float32) {
	x = x[:len(dst)]
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
	case kernels.Square:
		for i, v := range x {
			dst[i] = v * v
		}
	case kernels.Reciprocal:
		for i, v := range x {
			dst[i] = 1 / v
		}
	default:
		g := scalar(f)
		for i, v := range x {
			dst[i] = float32(g(float64(v)))
		}
	}
}

// scalar returns a function of the math package's precision.
func scalar(f kernels.Func) func(float64) float64 {
	switch f {
	case kernels.Sigmoid:
		return sigmoid
	case kernels.Tanh:
		return math.Tanh
	case kernels.Exp:
		return math.Exp
	case kernels.Log:
		return math.Log
	case kernels.Sqrt:
		return math.Sqrt
	case kernels.Softplus:
		return softplus
	case kernels.Abs:
		return math.Abs
	case kernels.Sin:
		return math.Sin
	case kernels.Cos:
		return math.Cos
	}
	panic("cpu: no function " + f.String())
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

// MapGrad stores dy·f′(x) into dx.
func (d *Device) MapGrad(f kernels.Func, dx, dy, x, y kernels.Buffer, store kernels.Store) {
	kernels.CheckSame("MapGrad", dx, dy, y)
	if !f.GradFromOutput() {
		kernels.CheckSame("MapGrad", dx, x)
	}
	d.args = args{dst: d.span(dx), z: d.span(dy), x: d.span(x), y: d.span(y), fn: f, add: store == kernels.Add}
	d.pool.run(chunks(dx.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		in := a.y
		if !a.fn.GradFromOutput() {
			in = a.x
		}
		mapGradSpan(a.fn, a.dst[lo:hi], a.z[lo:hi], in[lo:hi], a.add)
	}, &d.args)
}

// mapGradSpan takes y where the gradient can be told from it, else x.
func mapGradSpan(f kernels.Func, dx, dy, in []float32, add bool) {
	switch f {
	case kernels.Identity:
		for i, g := range dy {
			put(dx, i, g, add)
		}
	case kernels.ReLU:
		for i, g := range dy {
			if !(in[i] > 0) {
				g = 0
			}
			put(dx, i, g, add)
		}
	case kernels.Sigmoid:
		for i, g := range dy {
			y := in[i]
			put(dx, i, g*(y*(1-y)), add)
		}
	case kernels.Tanh:
		for i, g := range dy {
			y := in[i]
			put(dx, i, g*(1-y*y), add)
		}
	case kernels.Exp:
		for i, g := range dy {
			put(dx, i, g*in[i], add)
		}
	case kernels.Sqrt:
		for i, g := range dy {
			if in[i] == 0 {
				g = 0
			} else {
				g /= 2 * in[i]
			}
			put(dx, i, g, add)
		}
	case kernels.Neg:
		for i, g := range dy {
			put(dx, i, -g, add)
		}
	case kernels.Reciprocal:
		for i, g := range dy {
			y := in[i]
			put(dx, i, -g*(y*y), add)
		}
	case kernels.Log:
		for i, g := range dy {
			put(dx, i, g/in[i], add)
		}
	case kernels.Softplus:
		for i, g := range dy {
			put(dx, i, g*float32(sigmoid(float64(in[i]))), add)
		}
	case kernels.Abs:
		for i, g := range dy {
			switch {
			case in[i] == 0:
				g = 0
			case in[i] < 0:
				g = -g
			}
			put(dx, i, g, add)
		}
	case kernels.Square:
		for i, g := range dy {
			put(dx, i, g*(2*in[i]), add)
		}
	case kernels.Sin:
		for i, g := range dy {
			put(dx, i, g*float32(math.Cos(float64(in[i]))), add)
		}
	case kernels.Cos:
		for i, g := range dy {
			put(dx, i, -g*float32(math.Sin(float64(in[i]))), add)
		}
	default:
		panic("cpu: no derivative of " + f.String())
	}
}

// Zip stores op(a, b) into dst.
func (d *Device) Zip(op kernels.Op, dst, a, b kernels.Buffer, store kernels.Store) {
	kernels.CheckSame("Zip", dst, a, b)
	d.args = args{dst: d.span(dst), x: d.span(a), y: d.span(b), op: op, add: store == kernels.Add}
	d.pool.run(chunks(dst.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		zipSpan(a.op, a.dst[lo:hi], a.x[lo:hi], 1, a.y[lo:hi], 1, a.add)
	}, &d.args)
}

// zipSpan reads its operands at strides xs and ys.
func zipSpan(op kernels.Op, dst, x []float32, xs int, y []float32, ys int, add bool) {
	switch op {
	case kernels.AddOp:
		for i := range dst {
			put(dst, i, x[i*xs]+y[i*ys], add)
		}
	case kernels.SubOp:
		for i := range dst {
			put(dst, i, x[i*xs]-y[i*ys], add)
		}
	case kernels.MulOp:
		for i := range dst {
			put(dst, i, x[i*xs]*y[i*ys], add)
		}
	case kernels.DivOp:
		for i := range dst {
			put(dst, i, x[i*xs]/y[i*ys], add)
		}
	case kernels.MaxOp:
		for i := range dst {
			put(dst, i, max(x[i*xs], y[i*ys]), add)
		}
	case kernels.MinOp:
		for i := range dst {
			put(dst, i, min(x[i*xs], y[i*ys]), add)
		}
	case kernels.GreaterOp:
		for i := range dst {
			v := float32(0)
			switch p, q := x[i*xs], y[i*ys]; {
			case p > q:
				v = 1
			case p == q:
				v = 0.5
			}
			put(dst, i, v, add)
		}
	default:
		panic("cpu: no operation " + op.String())
	}
}
