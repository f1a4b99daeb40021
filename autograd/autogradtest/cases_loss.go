package autogradtest

import (
	"math"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/nn"
)

func lossCases() (cases []Case) {
	for _, shape := range [][]int{{}, {5}, {3, 2}, {2, 1, 3}, {0}} {
		size := autograd.Size(shape)
		target := make([]float32, size) // 0, ¼, ½, ¾, 1, 0, …
		for i := range target {
			target[i] = float32(i%5) / 4
		}
		add := func(operation string, kinds []Kind, compute func(in []*autograd.Var) *autograd.Var, want func(in []Array) Array) {
			c := Case{Operation: operation, Compute: compute, Want: want}
			for _, kind := range kinds {
				c.Inputs = append(c.Inputs, Input{kind, shape})
			}
			cases = append(cases, c)
		}
		// sum returns Σ f(i), as a scalar.
		sum := func(f func(i int) float64) Array {
			s := 0.0
			for i := range size {
				s += f(i)
			}
			return scalar(s)
		}
		crossEntropy := func(p, t float64) float64 { return -t*math.Log(p) - (1-t)*math.Log(1-p) }
		add("nn.BCE", []Kind{Probability},
			func(in []*autograd.Var) *autograd.Var {
				return nn.BCE(in[0], in[0].Tape().Constant(target, shape...))
			},
			func(in []Array) Array {
				return sum(func(i int) float64 { return crossEntropy(in[0].data[i], float64(target[i])) })
			})
		add("nn.BCELogits", []Kind{Any},
			func(in []*autograd.Var) *autograd.Var {
				return nn.BCELogits(in[0], in[0].Tape().Constant(target, shape...))
			},
			func(in []Array) Array {
				return sum(func(i int) float64 { return crossEntropy(sigmoid(in[0].data[i]), float64(target[i])) })
			})
		divergence := func(mu, logvar float64) float64 { return -0.5 * (1 + logvar - mu*mu - math.Exp(logvar)) }
		add("nn.KLD", []Kind{Any, Any},
			func(in []*autograd.Var) *autograd.Var { return nn.KLD(in[0], in[1]) },
			func(in []Array) Array {
				return sum(func(i int) float64 { return divergence(in[0].data[i], in[1].data[i]) })
			})
		add("nn.KLD of x and x", []Kind{Any},
			func(in []*autograd.Var) *autograd.Var { return nn.KLD(in[0], in[0]) },
			func(in []Array) Array {
				return sum(func(i int) float64 { return divergence(in[0].data[i], in[0].data[i]) })
			})
		add("nn.MSE", []Kind{Any, Any},
			func(in []*autograd.Var) *autograd.Var { return nn.MSE(in[0], in[1]) },
			func(in []Array) Array {
				return sum(func(i int) float64 { return math.Pow(in[0].data[i]-in[1].data[i], 2) / float64(size) })
			})

		// The noise of Reparameterize equals that of Normal. The tests of the device compare
		// Normal with its definition.
		add("nn.Reparameterize", []Kind{Any, Any},
			func(in []*autograd.Var) *autograd.Var { return nn.Reparameterize(in[0], in[1], 7, 1<<40) }, nil)
		add("nn.Reparameterize of x and x", []Kind{Any},
			func(in []*autograd.Var) *autograd.Var { return nn.Reparameterize(in[0], in[0], 7, 1<<40) }, nil)
		const delta = 0.6
		difference := func(in []Array, i int) float64 { return math.Abs(in[0].data[i] - in[1].data[i]) }
		mean := func(f func(i int) float64) Array {
			return sum(func(i int) float64 { return f(i) / float64(size) })
		}
		add("nn.L1", []Kind{Stepped, Stepped},
			func(in []*autograd.Var) *autograd.Var { return nn.L1(in[0], in[1]) },
			func(in []Array) Array { return mean(func(i int) float64 { return difference(in, i) }) })
		add("nn.Huber", []Kind{Stepped, Stepped},
			func(in []*autograd.Var) *autograd.Var { return nn.Huber(in[0], in[1], delta) },
			func(in []Array) Array { return mean(func(i int) float64 { return huber(difference(in, i)) }) })
		add("nn.SmoothL1", []Kind{Stepped, Stepped},
			func(in []*autograd.Var) *autograd.Var { return nn.SmoothL1(in[0], in[1], delta) },
			func(in []Array) Array { return mean(func(i int) float64 { return huber(difference(in, i)) / delta }) })
		add("Dropout", []Kind{Any}, func(in []*autograd.Var) *autograd.Var {
			in[0].Tape().Train(7, 1)
			return autograd.Dropout(in[0], 0.3)
		}, nil)
		add("Dropout in an evaluation", []Kind{Any}, func(in []*autograd.Var) *autograd.Var {
			in[0].Tape().Eval()
			return autograd.Dropout(autograd.Scale(in[0], 1), 0.3)
		}, func(in []Array) Array { return in[0] })
		add("nn.Reparameterize less its noise", []Kind{Any, Any},
			func(in []*autograd.Var) *autograd.Var {
				mu, logvar := in[0], in[1]
				epsilon := mu.Tape().Normal(7, 1<<40, shape...)
				noise := autograd.Mul(epsilon, autograd.Exp(autograd.Scale(logvar, 0.5)))
				return autograd.Sub(nn.Reparameterize(mu, logvar, 7, 1<<40), noise)
			},
			func(in []Array) Array { return in[0] })
	}

	cases = append(cases, crossEntropyCases()...)

	for _, s := range []struct {
		shape []int
		axis  int
	}{
		{[]int{1}, 0},
		{[]int{5}, 0},
		{[]int{2, 3}, -1},
		{[]int{4, 3}, 0},
		{[]int{2, 6, 2}, 1},
		{[]int{0, 3}, 1},
		{[]int{3, 0}, 1},
	} {
		softmax := func(x Array) Array {
			exp := x.apply(math.Exp)
			total := exp.reduce([]int{s.axis}, true, false)
			return build(s.shape, func(index []int) float64 { return exp.at(index...) / total.at(index...) })
		}
		cases = append(cases,
			Case{"Softmax", []Input{{Any, s.shape}},
				func(in []*autograd.Var) *autograd.Var { return autograd.Softmax(in[0], s.axis) },
				func(in []Array) Array { return softmax(in[0]) }},
			Case{"LogSoftmax", []Input{{Any, s.shape}},
				func(in []*autograd.Var) *autograd.Var { return autograd.LogSoftmax(in[0], s.axis) },
				func(in []Array) Array { return softmax(in[0]).apply(math.Log) }})
	}

	for _, shape := range [][]int{{1, 2}, {4}, {2, 1}, {5, 3}, {4, 2, 2}, {0, 3}, {3, 0}} {
		d := autograd.Size(shape[1:])
		cases = append(cases, Case{"Distances", []Input{{Any, shape}},
			func(in []*autograd.Var) *autograd.Var { return autograd.Distances(in[0]) },
			func(in []Array) Array {
				return build([]int{shape[0], shape[0]}, func(index []int) float64 {
					sum := 0.0
					for k := range d {
						sum += math.Pow(in[0].data[index[0]*d+k]-in[0].data[index[1]*d+k], 2)
					}
					return math.Sqrt(sum)
				})
			}})
	}
	return cases
}
