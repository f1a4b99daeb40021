package models

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/autograd"
)

// A Bound holds lower bounds of the log-likelihood log p(x) of examples, in nats.
type Bound struct {
	// ELBO is the mean of the log-weights log p(x|z) + log p(z) − log q(z|x) over draws z
	// of the posterior q. Its expectation is the evidence lower bound (Kingma and Welling
	// 2014).
	ELBO []float64
	// Importance is the logarithm of the mean of the weights (Burda et al.,
	// arXiv:1509.00519). With one draw it is ELBO. With more draws it grows, on average, and
	// approaches log p(x).
	Importance []float64
}

// Bound returns bounds for N examples, whose values are x one after another, from the given
// number of draws for each. It decodes N examples draws times on t, which it empties. The
// streams of seed from stream on decide the draws. The weights do not depend on β. A
// Bernoulli likelihood takes values between 0 and 1 for probabilities, as its loss does:
// for such values log p(x) is not the logarithm of a density. It panics unless there is a
// draw, and whole examples.
func (v *VAE) Bound(t *autograd.Tape, x []float32, draws int, seed, stream uint64) (Bound, error) {
	if t == nil {
		panic("models: a bound on a nil tape")
	}
	size, latent := autograd.Size(v.shape), v.Latent()
	if draws < 1 || len(x)%size != 0 {
		panic(fmt.Sprintf("models: a bound of %d values, %d an example, with %d draws", len(x), size, draws))
	}
	n := len(x) / size
	var b Bound
	logSigma, err := v.likelihood.logDeviation()
	if err != nil {
		return b, err
	}
	read := func(f func() []*autograd.Var) (values [][]float32) {
		t.Reset()
		t.Eval()
		t.NoGrad(func() {
			for _, y := range f() {
				var one []float32
				if one, err = y.Values(); err != nil {
					return
				}
				values = append(values, one)
			}
		})
		return values
	}
	posterior := read(func() []*autograd.Var {
		mean, logVar := v.Posterior(t.Constant(x, append([]int{n}, v.shape...)...))
		return []*autograd.Var{mean, autograd.Exp(autograd.Scale(logVar, 0.5)), logVar}
	})
	if err != nil {
		return b, err
	}
	logVar := posterior[2]
	all := make([]float64, n*draws)
	for k := range draws {
		draw := read(func() []*autograd.Var {
			noise := t.Normal(seed, stream+uint64(k), n, latent)
			z := autograd.Add(t.Constant(posterior[0], n, latent), autograd.Mul(t.Constant(posterior[1], n, latent), noise))
			return []*autograd.Var{noise, z, v.Decode(z)}
		})
		if err != nil {
			return b, err
		}
		for i := range n {
			w := v.likelihood.log(draw[2][i*size:(i+1)*size], x[i*size:(i+1)*size], logSigma)
			for d := i * latent; d < (i+1)*latent; d++ {
				// log p(z) − log q(z|x), in which the constants cancel
				e, z := float64(draw[0][d]), float64(draw[1][d])
				w += (e*e + float64(logVar[d]) - z*z) / 2
			}
			all[i*draws+k] = w
		}
	}
	for i := range n {
		own := all[i*draws : (i+1)*draws]
		b.ELBO = append(b.ELBO, average(own))
		b.Importance = append(b.Importance, logMean(own))
	}
	return b, nil
}

func average(values []float64) float64 {
	var sum float64
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// logMean returns the logarithm of the mean of the exponentials of values.
func logMean(values []float64) float64 {
	largest := math.Inf(-1)
	for _, v := range values {
		largest = max(largest, v)
	}
	var sum float64
	for _, v := range values {
		sum += math.Exp(v - largest)
	}
	return largest + math.Log(sum/float64(len(values)))
}

// logDeviation returns the logarithm of the deviation of a Gaussian likelihood.
func (l *likelihood) logDeviation() (float64, error) {
	if l.logSigma == nil {
		return math.Log(l.sigma), nil
	}
	values, err := l.logSigma.Value.Values()
	if err != nil {
		return 0, err
	}
	return float64(values[0]), nil
}

// log returns the log-likelihood of an example x, given its decoded y.
func (l *likelihood) log(y, x []float32, logSigma float64) float64 {
	var sum float64
	if l.kind == Bernoulli {
		for i, p := range y {
			t := float64(x[i])
			if t != 0 {
				sum += t * max(math.Log(float64(p)), leastLog)
			}
			if t != 1 {
				sum += (1 - t) * max(math.Log1p(-float64(p)), leastLog)
			}
		}
		return sum
	}
	for i, m := range y {
		d := float64(x[i]) - float64(m)
		sum += d * d
	}
	return -sum*math.Exp(-2*logSigma)/2 - float64(len(x))*(math.Log(2*math.Pi)/2+logSigma)
}

// leastLog bounds logarithms of probabilities from below, as the loss does.
const leastLog = -100
