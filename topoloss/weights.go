package topoloss

import "fmt"

// Names returns the names of the seven regularizers in the order of their
// weights.
func Names() [7]string {
	return [7]string{"bottleneck0", "bottleneck1", "entropy0", "entropy1", "dsigma0", "dsigma1", "density"}
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
	if most := 1 << 20; h.DensityNPoints > most {
		return fmt.Errorf("topoloss: density npoints is %d, must be at most %d", h.DensityNPoints, most)
	}
	return nil
}

// Weighted returns the weighted sum of the seven regularizers, in the order of
// [Names]. Those of weight 0 are left out. With degree 0 a weight on one of
// degree 1 is an error.
func Weighted(weights [7]float64, degree int, h Hyperparameters) (*Loss, error) {
	if degree < 0 || degree > 1 {
		return nil, fmt.Errorf("topoloss: degree %d, must be 0 or 1", degree)
	}
	if err := h.Validate(); err != nil {
		return nil, err
	}
	names := Names()
	l := new(Loss)
	for i, t := range [7]Term{
		{Degree: 0, Regularizer: &Bottleneck{}},
		{Degree: 1, Regularizer: &Bottleneck{}},
		{Degree: 0, Regularizer: Entropy{h.EntropyDelta0}},
		{Degree: 1, Regularizer: Entropy{h.EntropyDelta1}},
		{Degree: 0, Regularizer: &Dsigma{Sigma: h.DsigmaSigma0}},
		{Degree: 1, Regularizer: &Dsigma{Sigma: h.DsigmaSigma1}},
		{Degree: 0, Regularizer: &Density{Sigma: h.DensitySigma, Scale: h.DensityScale, Range: h.DensityRange, Points: h.DensityNPoints}},
	} {
		t.Name, t.Weight = names[i], weights[i]
		switch {
		case t.Weight == 0:
			continue
		case !isFinite(t.Weight):
			return nil, fmt.Errorf("topoloss: the weight of %s is %v, must be finite", t.Name, t.Weight)
		case t.Degree > degree:
			return nil, fmt.Errorf("topoloss: %s has weight %v but the degree is %d: raise the degree to %d or set the weight to 0", t.Name, t.Weight, degree, t.Degree)
		}
		l.Terms = append(l.Terms, t)
	}
	return l, nil
}
