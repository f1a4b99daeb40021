package training

import (
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/topoloss"
)

// Terms are the flags that say what terms a loss has: a list of them, or the seven
// weights of the original and the numbers that those terms depend on.
type Terms struct {
	// Weights are the original's: of -topo-weights unless it is given, and of
	// -topo original.
	Weights [7]float64
	// Latent adds -latent-weights and -deg, Attract adds -attract.
	Latent, Attract bool

	specs           *topoloss.Specs
	gradient        *topoloss.Gradient
	list            string
	method          string
	latentWeights   [7]float64
	degree          int
	attract         bool
	hyperparameters topoloss.Hyperparameters
	originals       []string // the flags that ask for the original's terms, in place of -topo
}

// The words that stand for a list of terms.
const (
	originalWord = "original"
	noneWord     = "none"
	helpWord     = "help"
)

// Define defines the flags; specs and gradient hold the defaults, and are set by
// [Terms.Set].
func (t *Terms) Define(f *flag.FlagSet, specs *topoloss.Specs, gradient *topoloss.Gradient) {
	t.specs, t.gradient = specs, gradient
	t.degree, t.hyperparameters = 1, topoloss.DefaultHyperparameters()
	t.list, t.method = specs.String(), gradient.String()
	f.StringVar(&t.list, "topo", t.list, "`terms` of the topological loss, separated by commas, as in bottleneck0=10,deaths0@samples=0.3; original for the original's, none, or help for a list of all terms")
	f.StringVar(&t.method, "gradient", t.method, "`method` that carries gradients of these terms to more points: plain, average(bandwidth=0.3), interpolate(bandwidth=0.3); help lists all")

	before := names(f)
	cli.FloatsVar(f, t.Weights[:], "topo-weights", "seven `weights` of the original's terms, in place of -topo")
	if t.Latent {
		cli.FloatsVar(f, t.latentWeights[:], "latent-weights", "seven `weights` of the same terms between latent vectors and the batch, in place of -topo")
		f.IntVar(&t.degree, "deg", t.degree, "largest homology `degree` of the original's terms: 0 or 1")
	}
	h := &t.hyperparameters
	f.Float64Var(&h.EntropyDelta0, "entropy-delta0", h.EntropyDelta0, "`length` up to which bars of degree 0 are noise to the original's entropy")
	f.Float64Var(&h.EntropyDelta1, "entropy-delta1", h.EntropyDelta1, "`length` up to which bars of degree 1 are noise to the original's entropy")
	f.Float64Var(&h.DsigmaSigma0, "dsigma-sigma0", h.DsigmaSigma0, "`scale` of the original's dsigma kernel in degree 0")
	f.Float64Var(&h.DsigmaSigma1, "dsigma-sigma1", h.DsigmaSigma1, "`scale` of the original's dsigma kernel in degree 1")
	f.Float64Var(&h.DensitySigma, "density-sigma", h.DensitySigma, "`width` that the original's density is smoothed by")
	f.Float64Var(&h.DensityScale, "density-scale", h.DensityScale, "`factor` of the original's density")
	f.Float64Var(&h.DensityRange, "density-maxrange", h.DensityRange, "largest `death` that the original's density is compared at")
	f.IntVar(&h.DensityNPoints, "density-npoints", h.DensityNPoints, "`number` of deaths that the original's density is compared at")
	for _, name := range names(f) {
		if !slices.Contains(before, name) {
			t.originals = append(t.originals, name)
		}
	}
	if t.Attract {
		f.BoolVar(&t.attract, "attract", false, "give all bottleneck terms the option attract=yes: draw the nearest bar to a true bar without a partner that decides the distance")
	}
}

func names(f *flag.FlagSet) []string {
	var all []string
	f.VisitAll(func(f *flag.Flag) { all = append(all, f.Name) })
	return all
}

// Set sets the terms and the gradient that the parsed flags ask for. Where the
// user asks for a list of what there is, that goes to stdout and the error is
// flag.ErrHelp.
func (t *Terms) Set(f *flag.FlagSet, stdout io.Writer) error {
	given := make(map[string]bool)
	original := ""
	f.Visit(func(f *flag.Flag) {
		given[f.Name] = true
		if slices.Contains(t.originals, f.Name) {
			original = f.Name
		}
	})
	if t.list == helpWord || t.method == helpWord {
		fmt.Fprintf(stdout, "Terms, as in name@where=weight(option=value,…):\n\n%s\nGradients:\n\n%s\n",
			strings.TrimRight(topoloss.Help(), "\n")+"\n", strings.TrimRight(topoloss.GradientHelp(), "\n"))
		return flag.ErrHelp
	}
	if given["topo"] && original != "" {
		return cli.Usagef("-topo and -%s both say what terms there are: give one of them", original)
	}
	var err error
	switch {
	case given["topo"] && t.list == originalWord, original != "":
		*t.specs, err = t.original()
	case given["topo"] && t.list == noneWord:
		*t.specs = nil
	case given["topo"]:
		*t.specs, err = topoloss.Parse(t.list)
	}
	if err == nil && given["gradient"] {
		*t.gradient, err = topoloss.ParseGradient(t.method)
	}
	if err != nil {
		return cli.UsageError{Err: err}
	}
	if t.attract && !t.addAttract() {
		return cli.Usagef("-attract has no effect without a bottleneck term: leave it out")
	}
	return nil
}

// original returns the terms that the original's flags stand for.
func (t *Terms) original() (topoloss.Specs, error) {
	specs, err := topoloss.Original(topoloss.Output, t.Weights, t.degree, t.hyperparameters)
	if err != nil {
		return nil, err
	}
	latent, err := topoloss.Original(topoloss.Latent, t.latentWeights, t.degree, t.hyperparameters)
	return append(specs, latent...), err
}

// addAttract gives the bottleneck terms the option attract=yes. It returns false if there
// are none.
func (t *Terms) addAttract() bool {
	specs, found := slices.Clone(*t.specs), false
	for i, s := range specs {
		if !strings.HasPrefix(s.Name, "bottleneck") {
			continue
		}
		options := map[string]string{"attract": "yes"}
		for name, value := range s.Options {
			options[name] = value
		}
		specs[i].Options, found = options, true
	}
	*t.specs = specs
	return found
}
