package main

import (
	"slices"

	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/models"
	"github.com/topogen/topogen/topoloss"
)

// checkUsed returns a mistake if a flag was given that has no effect on a new run of the
// model m, which has no defaults any more.
func (o *options) checkUsed(m models.Spec) error {
	if o.output.Resume {
		return nil // the configuration has every field, and flags that may change have effects
	}
	if o.Model.Sigma != 0 && m.Likelihood != models.Gaussian {
		return cli.Usagef("-sigma has no effect with -likelihood %s: leave it out, or give -likelihood %s", m.Likelihood, models.Gaussian)
	}
	for _, k := range models.Kinds() {
		for flag, value := range map[string]float64{"beta": o.Model.Beta, "mmd": o.Model.MMD} {
			if k.Name == m.Kind && value != 0 && !slices.Contains(k.Weights, flag) {
				return cli.Usagef("-%s has no effect with -model %s: leave it out", flag, m.Kind)
			}
		}
	}
	atSamples := func(s topoloss.Spec) bool { return s.Where == topoloss.Samples }
	if o.Samples != 0 && !slices.ContainsFunc(o.Topo, atSamples) {
		return cli.Usagef("-samples has no effect without a term @%s: leave it out", topoloss.Samples)
	}
	return nil
}
