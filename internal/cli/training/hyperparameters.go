package training

import (
	"flag"

	"github.com/topogen/topogen/topoloss"
)

// HyperparametersVar defines a flag for each number that the regularizers
// depend on; h holds the defaults.
func HyperparametersVar(flags *flag.FlagSet, h *topoloss.Hyperparameters) {
	flags.Float64Var(&h.EntropyDelta0, "entropy-delta0", h.EntropyDelta0, "`length` up to which bars of degree 0 are noise to the entropy")
	flags.Float64Var(&h.EntropyDelta1, "entropy-delta1", h.EntropyDelta1, "`length` up to which bars of degree 1 are noise to the entropy")
	flags.Float64Var(&h.DsigmaSigma0, "dsigma-sigma0", h.DsigmaSigma0, "`scale` of the dsigma kernel in degree 0")
	flags.Float64Var(&h.DsigmaSigma1, "dsigma-sigma1", h.DsigmaSigma1, "`scale` of the dsigma kernel in degree 1")
	flags.Float64Var(&h.DensitySigma, "density-sigma", h.DensitySigma, "`width` that the density is smoothed by")
	flags.Float64Var(&h.DensityScale, "density-scale", h.DensityScale, "`factor` of the density")
	flags.Float64Var(&h.DensityRange, "density-maxrange", h.DensityRange, "largest `death` that the density is compared at")
	flags.IntVar(&h.DensityNPoints, "density-npoints", h.DensityNPoints, "`number` of deaths that the density is compared at")
}
