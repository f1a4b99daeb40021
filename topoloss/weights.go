package topoloss

import "fmt"

// Names are the seven regularizers in the order of their weights.
var Names = [7]string{
	"bottleneck0", "bottleneck1", "entropy0", "entropy1", "dsigma0", "dsigma1", "density",
}

// Hyperparameters are the numbers that the seven regularizers depend on.
type Hyperparameters struct {
	EntropyDelta0  float64 `json:"entropy_delta0"`
	EntropyDelta1  float64 `json:"entropy_delta1"`
	DsigmaSigma0   float64 `json:"dsigma_sigma0"`
	DsigmaSigma1   float64 `json:"dsigma_sigma1"`
	DensitySigma   float64 `json:"density_sigma"`
	DensityScale   float64 `json:"density_scale"`
	DensityRange   float64 `json:"density_maxrange"`
	DensityNPoints int     `json:"density_npoints"`
}

// DefaultHyperparameters returns the original's.
func DefaultHyperparameters() Hyperparameters {
	return Hyperparameters{
		EntropyDelta0: 0.001, EntropyDelta1: 0.001,
		DsigmaSigma0: 0.05, DsigmaSigma1: 0.05,
		DensitySigma: 0.2, DensityScale: 0.002, DensityRange: 35, DensityNPoints: 30,
	}
}

// Validate returns an error that names the first number that makes no sense.
func (h Hyperparameters) Validate() error {
	for _, p := range []struct {
		name       string
		value      float64
		zeroIsFine bool
	}{
		{"entropy delta in degree 0", h.EntropyDelta0, true},
		{"entropy delta in degree 1", h.EntropyDelta1, true},
		{"dsigma sigma in degree 0", h.DsigmaSigma0, false},
		{"dsigma sigma in degree 1", h.DsigmaSigma1, false},
		{"density sigma", h.DensitySigma, false},
		{"density scale", h.DensityScale, false},
		{"density maxrange", h.DensityRange, false},
		{"density npoints", float64(h.DensityNPoints), false},
	} {
		if !(p.value > 0 || p.zeroIsFine && p.value == 0) || p.value-p.value != 0 {
			return fmt.Errorf("topoloss: %s is %v, must be positive and finite", p.name, p.value)
		}
	}
	return nil
}

// Weighted returns the loss of the seven regularizers with the given weights, in
// the order of [Names].
func Weighted(weights [7]float64, degree int, h Hyperparameters) (*Loss, error) {
	if err := h.Validate(); err != nil {
		return nil, err
	}
	return New(degree,
		Term{weights[0], &Bottleneck{In: 0}},
		Term{weights[1], &Bottleneck{In: 1}},
		Term{weights[2], &Entropy{In: 0, Delta: h.EntropyDelta0}},
		Term{weights[3], &Entropy{In: 1, Delta: h.EntropyDelta1}},
		Term{weights[4], &Dsigma{In: 0, Sigma: h.DsigmaSigma0}},
		Term{weights[5], &Dsigma{In: 1, Sigma: h.DsigmaSigma1}},
		Term{weights[6], &Density{Sigma: h.DensitySigma, Scale: h.DensityScale, Range: h.DensityRange, Points: h.DensityNPoints}},
	)
}
