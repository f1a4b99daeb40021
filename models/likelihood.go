package models

import (
	"math"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/nn"
)

// A likelihood computes the probability of examples, given the output of the decoder.
type likelihood struct {
	kind     string              // Bernoulli, Gaussian or GaussianLearn
	sigma    float64             // deviation, for Gaussian
	logSigma *autograd.Parameter // logarithm of the deviation, for GaussianLearn; else nil
}

func newLikelihood(dev kernels.Device, s Spec) *likelihood {
	l := &likelihood{kind: s.Likelihood, sigma: s.Sigma}
	if l.kind == GaussianLearn {
		l.logSigma = autograd.NewParameter("log_sigma", autograd.NewTensor(dev, 1)) // a deviation of 1
	}
	return l
}

// Visit visits log_sigma, if it is learnt.
func (l *likelihood) Visit(f nn.Visitor) {
	if l.logSigma != nil {
		f("log_sigma", l.logSigma)
	}
}

func (l *likelihood) lossName() string {
	if l.kind == Bernoulli {
		return "bce"
	}
	return "nll"
}

// loss returns the negative log-likelihood of examples x, given the decoded y, summed
// over the batch: "bce" of Bernoulli variables, "nll" of Gaussian ones.
func (l *likelihood) loss(y, x *autograd.Var) Loss {
	if l.kind == Bernoulli {
		return Loss{"bce", nn.BCE(y, x)}
	}
	n := float32(x.Len())
	half := float32(math.Log(2*math.Pi) / 2)
	square := squaredError(y, x)
	if l.logSigma == nil {
		scaled := autograd.Scale(square, float32(1/(2*l.sigma*l.sigma)))
		return Loss{"nll", autograd.AddScalar(scaled, n*(half+float32(math.Log(l.sigma))))}
	}
	s := autograd.Sum(x.Tape().Param(l.logSigma))
	scaled := autograd.Mul(autograd.Scale(square, 0.5), autograd.Exp(autograd.Scale(s, -2)))
	return Loss{"nll", autograd.Add(scaled, autograd.Scale(autograd.AddScalar(s, half), n))}
}

// squaredError returns Σ (y − x)².
func squaredError(y, x *autograd.Var) *autograd.Var {
	return autograd.Sum(autograd.Square(autograd.Sub(y, x)))
}
