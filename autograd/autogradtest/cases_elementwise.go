package autogradtest

import (
	"math"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
)

// shapes are the shapes of inputs with which operations of one variable are tested.
var shapes = [][]int{{}, {1}, {7}, {2, 3}, {3, 1, 5}, {0}, {2, 0, 3}, {1, 2, 1, 2, 1, 2, 1, 2}}

func arithmeticCases() (cases []Case) {
	for _, op := range []struct {
		name    string
		compute func(a, b *autograd.Var) *autograd.Var
		want    func(a, b float64) float64
		kind    Kind
	}{
		{"Add", autograd.Add, func(a, b float64) float64 { return a + b }, Any},
		{"Sub", autograd.Sub, func(a, b float64) float64 { return a - b }, Any},
		{"Mul", autograd.Mul, func(a, b float64) float64 { return a * b }, Any},
		{"Div", autograd.Div, func(a, b float64) float64 { return a / b }, Nonzero},
		{"Maximum", autograd.Maximum, math.Max, Stepped},
		{"Minimum", autograd.Minimum, math.Min, Stepped},
	} {
		for _, s := range [][3][]int{ // a, b, result
			{{}, {}, {}},
			{{7}, {7}, {7}},
			{{2, 3}, {2, 3}, {2, 3}},
			{{0}, {0}, {0}},
			{{}, {3}, {3}},
			{{2, 3}, {3}, {2, 3}},
			{{2, 1}, {2, 3}, {2, 3}},
			{{2, 1}, {1, 3}, {2, 3}},
			{{1, 1}, {}, {1, 1}},
			{{3, 1, 2}, {4, 1}, {3, 4, 2}},
			{{2, 3, 2}, {1, 3, 1}, {2, 3, 2}},
			{{1}, {0}, {0}},
			{{3, 1}, {1, 0}, {3, 0}},
			{{0, 2}, {2}, {0, 2}},
			{{2, 1, 2, 1, 2}, {1, 2, 1, 2, 1}, {2, 2, 2, 2, 2}},
			{{2, 1, 2, 1, 2, 1, 2, 1}, {2, 1, 2, 1, 2, 1, 2}, {2, 2, 2, 2, 2, 2, 2, 2}},
		} {
			cases = append(cases, Case{
				op.name,
				[]Input{{op.kind, s[0]}, {op.kind, s[1]}},
				func(in []*autograd.Var) *autograd.Var { return op.compute(in[0], in[1]) },
				func(in []Array) Array {
					return build(s[2], func(index []int) float64 { return op.want(in[0].at(index...), in[1].at(index...)) })
				},
			})
		}
		if op.kind != Stepped { // with equal operands, Stepped operations have no derivative
			cases = append(cases, Case{
				op.name + " of x and x",
				[]Input{{op.kind, []int{2, 3}}},
				func(in []*autograd.Var) *autograd.Var { return op.compute(in[0], in[0]) },
				func(in []Array) Array {
					return build([]int{2, 3}, func(index []int) float64 { return op.want(in[0].at(index...), in[0].at(index...)) })
				},
			})
		}
	}
	return cases
}

func functionCases() (cases []Case) {
	type function struct {
		name    string
		compute func(x *autograd.Var) *autograd.Var
		want    func(x float64) float64
		kind    Kind
	}
	var functions []function
	for _, f := range kernels.Funcs()[1:] { // all but Identity
		kind := Any
		switch f {
		case kernels.Log, kernels.Sqrt:
			kind = Positive
		case kernels.ReLU, kernels.Abs, kernels.Reciprocal:
			kind = Nonzero
		}
		functions = append(functions, function{f.String(), func(x *autograd.Var) *autograd.Var { return autograd.Map(f, x) }, f.Value, kind})
	}
	for _, f := range append(functions, []function{
		{"Map", func(x *autograd.Var) *autograd.Var { return autograd.Map(kernels.Tanh, x) }, math.Tanh, Any},
		{"LeakyReLU", func(x *autograd.Var) *autograd.Var { return autograd.LeakyReLU(x, 0.2) }, func(x float64) float64 { return max(x, 0.2*x) }, Nonzero},
		{"ELU", func(x *autograd.Var) *autograd.Var { return autograd.ELU(x, 0.7) }, func(x float64) float64 { return max(x, 0) + 0.7*math.Expm1(min(x, 0)) }, Nonzero},
		{"SiLU", autograd.SiLU, func(x float64) float64 { return x * sigmoid(x) }, Any},
		{"GELU", autograd.GELU, func(x float64) float64 { return x * math.Erfc(-x/math.Sqrt2) / 2 }, Any},
		{"GELUTanh", autograd.GELUTanh, geluTanh, Any},
		{"Clamp", func(x *autograd.Var) *autograd.Var { return autograd.Clamp(x, -0.4, 0.7) },
			func(x float64) float64 { return min(0.7, max(-0.4, x)) }, Stepped},
		{"Huber", func(x *autograd.Var) *autograd.Var { return autograd.Huber(x, 0.6) }, huber, Stepped},
		{"Scale", func(x *autograd.Var) *autograd.Var { return autograd.Scale(x, -2.5) }, func(x float64) float64 { return -2.5 * x }, Any},
		{"AddScalar", func(x *autograd.Var) *autograd.Var { return autograd.AddScalar(x, 0.75) }, func(x float64) float64 { return x + 0.75 }, Any},
	}...) {
		for _, shape := range shapes {
			cases = append(cases, Case{
				f.name,
				[]Input{{f.kind, shape}},
				func(in []*autograd.Var) *autograd.Var { return f.compute(in[0]) },
				func(in []Array) Array {
					return build(shape, func(index []int) float64 { return f.want(in[0].at(index...)) })
				},
			})
		}
	}
	return cases
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func geluTanh(x float64) float64 {
	return x / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
}

// huber is Huber's function with delta 0.6.
func huber(x float64) float64 {
	if math.Abs(x) <= 0.6 {
		return x * x / 2
	}
	return 0.6 * (math.Abs(x) - 0.3)
}
