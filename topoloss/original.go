package topoloss

import "fmt"

// OriginalNames returns the names of the seven terms of Topo-GEN, the Python program that
// this module follows and calls the original. The order is that in which Topo-GEN takes its
// seven weights.
func OriginalNames() [7]string {
	return [7]string{"bottleneck0", "bottleneck1", "entropy0", "entropy1", "dsigma0", "dsigma1", "density"}
}

// Hyperparameters are the numbers that the seven terms of [OriginalNames] depend on.
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

// DefaultHyperparameters returns the values that Topo-GEN has by default.
func DefaultHyperparameters() Hyperparameters {
	return Hyperparameters{
		EntropyDelta0: 0.001, EntropyDelta1: 0.001,
		DsigmaSigma0: 0.05, DsigmaSigma1: 0.05,
		DensitySigma: 0.2, DensityScale: 0.002, DensityRange: 35, DensityNPoints: 30,
	}
}

// Validate returns an error that names the first number out of range.
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

// options returns the options of the seven terms, in the order of [OriginalNames].
func (h Hyperparameters) options() [7]map[string]string {
	return [7]map[string]string{
		nil, nil,
		{"delta": number(h.EntropyDelta0)}, {"delta": number(h.EntropyDelta1)},
		{"sigma": number(h.DsigmaSigma0)}, {"sigma": number(h.DsigmaSigma1)},
		{
			"sigma": number(h.DensitySigma), "scale": number(h.DensityScale),
			"maxrange": number(h.DensityRange), "npoints": number(float64(h.DensityNPoints)),
		},
	}
}

// Original returns the seven terms of Topo-GEN at a place, with their weights in the order
// of [OriginalNames]. It leaves out terms of weight 0. The degree is 0 or 1. With degree 0,
// a weight other than 0 for a term of degree 1 is an error.
//
// The result is in normal form: [Parse] reads it back from its text form.
func Original(where Place, weights [7]float64, degree int, h Hyperparameters) (Specs, error) {
	if degree < 0 || degree > 1 {
		return nil, fmt.Errorf("topoloss: degree %d, must be 0 or 1", degree)
	}
	if err := h.Validate(); err != nil {
		return nil, err
	}
	var specs Specs
	names, options := OriginalNames(), h.options()
	for i, weight := range weights {
		switch of := []int{0, 1, 0, 1, 0, 1, 0}[i]; {
		case weight == 0:
			continue
		case !isFinite(weight):
			return nil, fmt.Errorf("topoloss: the weight of %s is %v, must be finite", names[i], weight)
		case of > degree:
			return nil, fmt.Errorf("topoloss: %s has weight %v but the degree is %d: raise the degree to %d or set the weight to 0", names[i], weight, degree, of)
		}
		specs = append(specs, Spec{Name: names[i], Where: where, Weight: weight, Options: options[i]})
	}
	return specs.normal()
}

// Weighted returns the [Loss] of the terms that [Original] returns for the place [Output].
func Weighted(weights [7]float64, degree int, h Hyperparameters) (*Loss, error) {
	specs, err := Original(Output, weights, degree, h)
	if err != nil {
		return nil, err
	}
	l := new(Loss)
	for _, s := range specs {
		t, err := s.term()
		if err != nil {
			return nil, err
		}
		l.Terms = append(l.Terms, t)
	}
	return l, nil
}
