package models

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/topogen/topogen/internal/registry"
	"github.com/topogen/topogen/kernels"
)

// A Kind is a kind of model, whose Name a [Spec] gives.
type Kind struct {
	Name string
	Doc  string // some words

	// Weights are the fields of a [Spec] that weigh losses of the model, by their names in
	// JSON: "beta", "mmd".
	Weights []string

	build func(dev kernels.Device, s Spec, shape []int, seed uint64) Model
}

// kinds has a method for each file of models.
type kinds struct{}

// Kinds returns all kinds of models.
func Kinds() []Kind { return registry.All[Kind](kinds{}) }

// Likelihoods of an example, given the output of the decoder.
const (
	Bernoulli     = "bernoulli" // of values in [0, 1]
	Gaussian      = "gaussian"  // with the deviation Sigma
	GaussianLearn = "learnt"    // Gaussian with a learnt deviation, one for all values
)

// A Spec describes a model. A field with its zero value takes a default that depends on the
// data: see [Spec.Resolve]. For grey pictures of 28×28 pixels, the zero Spec describes the
// VAE of the program Topo-GEN.
type Spec struct {
	// Kind is the name of one of [Kinds].
	Kind string `json:"kind"`
	// Latent is the number of latent variables.
	Latent int `json:"n_latent"`
	// Channels has the number of channels of each convolution of the encoder. Each
	// convolution halves height and width. The decoder has them in reverse order. An empty
	// list stands for a model without convolutions.
	Channels []int `json:"channels"`
	// Hidden are the sizes of the encoder's dense layers. The decoder has them in reverse
	// order.
	Hidden []int `json:"hidden"`
	// Normalize puts a batch normalization before the activation of each of these layers.
	// The tape must say whether it trains: see [autograd.Tape.Train]. A GAN has none.
	Normalize bool `json:"normalize,omitempty"`
	// Likelihood is one of the likelihoods above. Sigma is the deviation for Gaussian.
	Likelihood string  `json:"likelihood"`
	Sigma      float64 `json:"sigma"`
	// Beta is the weight of the divergence "kld" of a VAE (Higgins et al. 2017). MMD is the
	// weight of the discrepancy "mmd" of a WAE.
	Beta float64 `json:"beta"`
	MMD  float64 `json:"mmd"`
}

// Resolve returns s with defaults in the place of zero values, for examples of a shape.
// unit says that their values lie in [0, 1]. The defaults are:
//
//	Kind        vae
//	Latent      10 for pictures, else 2
//	Channels    32, 64 for pictures unless Hidden is given
//	Hidden      256 with channels, else 64, 64
//	Likelihood  bernoulli if unit is set, else learnt
//	Sigma       0.1
//	Beta, MMD   1, 10
func (s Spec) Resolve(shape []int, unit bool) Spec {
	picture := len(shape) == 3
	if s.Kind == "" {
		s.Kind = KindVAE
	}
	if s.Latent == 0 {
		s.Latent = 2
		if picture {
			s.Latent = 10
		}
	}
	if picture && s.Channels == nil && s.Hidden == nil {
		s.Channels = []int{32, 64}
	}
	if s.Hidden == nil {
		s.Hidden = []int{64, 64}
		if len(s.Channels) > 0 {
			s.Hidden = []int{256}
		}
	}
	if s.Likelihood == "" {
		s.Likelihood = GaussianLearn
		if unit {
			s.Likelihood = Bernoulli
		}
	}
	for _, number := range []struct {
		value *float64
		usual float64
	}{{&s.Sigma, 0.1}, {&s.Beta, 1}, {&s.MMD, 10}} {
		if *number.value == 0 {
			*number.value = number.usual
		}
	}
	return s
}

const maxWidth = 1 << 16

// Validate returns an error that names the first field of s that is invalid for examples of
// a shape. unit says that their values lie in [0, 1].
func (s Spec) Validate(shape []int, unit bool) error {
	s = s.Resolve(shape, unit)
	if _, err := s.kind(); err != nil {
		return err
	}
	if s.Latent < 1 || s.Latent > maxWidth {
		return fmt.Errorf("n-latent is %d, must be 1 to %d", s.Latent, maxWidth)
	}
	for _, list := range []struct {
		name   string
		widths []int
	}{{"channels", s.Channels}, {"hidden", s.Hidden}} {
		for _, n := range list.widths {
			if n < 1 || n > maxWidth {
				return fmt.Errorf("%s are %v, each must be 1 to %d", list.name, list.widths, maxWidth)
			}
		}
	}
	switch {
	case len(s.Hidden) == 0:
		return fmt.Errorf("hidden is empty: there must be a dense layer")
	case s.Normalize && s.Kind == KindGAN:
		return fmt.Errorf("normalize is set: a %s has no batch normalization", KindGAN)
	case len(s.Channels) > 0 && len(shape) != 3:
		return fmt.Errorf("channels are for pictures: examples of shape %v have none", shape)
	case len(s.Channels) > 0 && min(shape[1], shape[2])>>len(s.Channels) < 1:
		return fmt.Errorf("pictures of %d×%d pixels cannot be halved %d times: give fewer channels", shape[1], shape[2], len(s.Channels))
	case s.Likelihood == Bernoulli && !unit:
		return fmt.Errorf("the likelihood %s is for values in [0, 1]: choose %s or %s, or scale the data to that interval", Bernoulli, Gaussian, GaussianLearn)
	case !slices.Contains([]string{Bernoulli, Gaussian, GaussianLearn}, s.Likelihood):
		return fmt.Errorf("likelihood is %q, must be %s, %s or %s", s.Likelihood, Bernoulli, Gaussian, GaussianLearn)
	}
	for _, number := range []struct {
		name  string
		value float64
	}{{"sigma", s.Sigma}, {"beta", s.Beta}, {"mmd", s.MMD}} {
		if !(number.value > 0) || math.IsInf(number.value, 0) {
			return fmt.Errorf("%s is %v, must be positive", number.name, number.value)
		}
	}
	return nil
}

// New returns the model that s describes after [Spec.Resolve], for examples of a shape. The
// seed decides the initial parameters. The errors are those of [Spec.Validate].
func New(dev kernels.Device, s Spec, shape []int, unit bool, seed uint64) (Model, error) {
	if err := s.Validate(shape, unit); err != nil {
		return nil, err
	}
	s = s.Resolve(shape, unit)
	kind, err := s.kind()
	if err != nil {
		return nil, err
	}
	return kind.build(dev, s, shape, seed), nil
}

// kind returns the kind that s names.
func (s Spec) kind() (Kind, error) {
	var names []string
	for _, k := range Kinds() {
		if k.Name == s.Kind {
			return k, nil
		}
		names = append(names, k.Name)
	}
	return Kind{}, fmt.Errorf("model is %q, must be one of %s", s.Kind, strings.Join(names, ", "))
}
