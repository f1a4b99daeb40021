package topoloss_test

import (
	"encoding/json"
	"flag"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/topoloss"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"":                    "",
		"  ":                  "",
		"bottleneck0=10":      "bottleneck0@output=10",
		"bottleneck0@output=": "!character 20 of the terms: the weight of bottleneck0 is \"\", must be a finite number",
		" bottleneck0 @ latent = 1e1 , entropy1=-.5 ( delta = 1e-2 )": "bottleneck0@latent=10,entropy1@output=-0.5(delta=0.01)",
		"entropy0=1(delta=.001)":                           "entropy0@output=1",
		"density=1(npoints=7,sigma=1),density@latent=1":    "density@output=1(npoints=7,sigma=1),density@latent=1",
		"dsigma0=1(),bottleneck1=2(attract=yes)":           "dsigma0@output=1,bottleneck1@output=2(attract=yes)",
		"bottleneck0=0,entropy0=1":                         "entropy0@output=1",
		"bottlneck0=1":                                     "!character 1 of the terms: no term is named \"bottlneck0\": the names are ",
		"bottleneck0":                                      "!character 12 of the terms: the text ends where '=' must follow: write name@where=weight",
		"entropy0=1 bottleneck0=1":                         "!character 10 of the terms: the weight of entropy0 is \"1 bottleneck0\"",
		"entropy0=1(delta=2)bottleneck0=1":                 "!character 20 of the terms: found 'b' where ',' must follow",
		"entropy0@outpt=1":                                 "!character 10 of the terms: no place is named \"outpt\": the places are output, latent, samples",
		"entropy0=1e400":                                   "!character 10 of the terms: the weight of entropy0 is \"1e400\"",
		"entropy0=NaN":                                     "!must be a finite number",
		"entropy0=1(sigma=1)":                              "!character 12 of the terms: entropy0 has no option \"sigma\": its options are delta",
		"entropy0=1(delta=-1)":                             "!character 18 of the terms: option delta of entropy0 is -1, must be at least 0",
		"entropy0=1(delta=1,delta=1)":                      "!character 20 of the terms: option delta of entropy0 is there twice",
		"dsigma0=1(sigma=0)":                               "!option sigma of dsigma0 is 0, must be larger than 0",
		"dsigma0=1(sigma=inf)":                             "!option sigma of dsigma0 is inf, must be at most",
		"dsigma0=1(sigma=nan)":                             "!option sigma of dsigma0 is nan, must be larger than 0",
		"dsigma0=1(sigma=wide)":                            "!option sigma of dsigma0 is \"wide\", must be a number",
		"density=1(npoints=1.5)":                           "!option npoints of density is 1.5, must be a whole number",
		"density=1(npoints=9e6)":                           "!must be at most 1.048576e+06",
		"bottleneck0=1(attract=maybe)":                     "!option attract of bottleneck0 is \"maybe\", must be no or yes",
		"push0=1(x=1)":                                     "!push0 has no option \"x\": its options are start, warmup, fade, every, share, balance",
		"entropy0=1(delta=1":                               "!the text ends where ',' must follow",
		"entropy0=1,":                                      "!character 12 of the terms: no term is named \"\"",
		"entropy0=1,,":                                     "!character 12 of the terms: no term is named \"\"",
		"entropy0=1,entropy0@output=2":                     "!term 2: entropy0@output is there twice with the same options",
		"entropy0=1,entropy0=2(delta=1),entropy0@latent=3": "entropy0@output=1,entropy0@output=2(delta=1),entropy0@latent=3",
		"ε=1": "!character 1 of",
	} {
		specs, err := topoloss.Parse(text)
		if want != "" && want[0] == '!' {
			require.ErrorContains(t, err, want[1:], text)
			continue
		}
		require.NoError(t, err, text)
		require.Equal(t, want, specs.String(), text)
	}
}

// The original's door and the text form end in the same value.
func TestOriginal(t *testing.T) {
	h := topoloss.DefaultHyperparameters()
	h.EntropyDelta1, h.DensityNPoints = 0.25, 12
	weights := [7]float64{10, 0, 10, 2.5, 0, 0, 1}
	specs, err := topoloss.Original(topoloss.Latent, weights, 1, h)
	require.NoError(t, err)
	const text = "bottleneck0@latent=10,entropy0@latent=10,entropy1@latent=2.5(delta=0.25),density@latent=1(npoints=12)"
	require.Equal(t, text, specs.String())
	parsed, err := topoloss.Parse(text)
	require.NoError(t, err)
	require.Equal(t, specs, parsed)
	_, err = topoloss.New(specs, topoloss.Options{})
	require.NoError(t, err)
}

func TestSpecsAreFlagsAndText(t *testing.T) {
	config := struct {
		Terms    topoloss.Specs
		Gradient topoloss.Gradient
	}{}
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	flags.Var(&config.Terms, "topo", "")
	flags.Var(&config.Gradient, "gradient", "")
	require.NoError(t, flags.Parse([]string{"-topo", "dsigma1@samples=3(sigma=1)", "-gradient", "average(bandwidth=0.3)"}))
	data, err := json.Marshal(config)
	require.NoError(t, err)
	require.JSONEq(t, `{"Terms": "dsigma1@samples=3(sigma=1)", "Gradient": "average(bandwidth=0.3)"}`, string(data))
	again := config
	again.Terms = nil
	require.NoError(t, json.Unmarshal(data, &again))
	require.Equal(t, config, again)
	require.Error(t, json.Unmarshal([]byte(`{"Terms": "x"}`), &again))
}

func TestSpecsByHand(t *testing.T) {
	require.NoError(t, topoloss.Specs{{Name: "push0", Weight: 1}}.Validate())
	for want, s := range map[string]topoloss.Spec{
		"term 1: no term is named \"\"":                       {},
		"term 1: no place is named \"top\"":                   {Name: "push0", Where: "top"},
		"term 1: the weight of push0 is NaN, must be finite":  {Name: "push0", Weight: math.NaN()},
		"option sigma of dsigma0 is 0, must be larger than 0": {Name: "dsigma0", Weight: 1, Options: map[string]string{"sigma": "0"}},
		"push0 has no option \"a\"":                           {Name: "push0", Weight: 1, Options: map[string]string{"a": "0"}},
	} {
		require.ErrorContains(t, topoloss.Specs{s}.Validate(), want)
		_, err := topoloss.New(topoloss.Specs{s}, topoloss.Options{})
		require.ErrorContains(t, err, want)
	}
	specs, err := topoloss.Parse("entropy0=1,entropy0@latent=1,entropy0=1(delta=1),entropy0@samples=1")
	require.NoError(t, err)
	require.Equal(t, []string{"entropy0", "latent_entropy0", "entropy0#2", "samples_entropy0"}, specs.Labels())
}

// Every kind is usable with its defaults, and its defaults are in normal form.
func TestKinds(t *testing.T) {
	require.Len(t, topoloss.Names(), len(topoloss.Kinds()))
	seen := map[string]bool{}
	for _, k := range topoloss.Kinds() {
		require.False(t, seen[k.Name], k.Name)
		seen[k.Name] = true
		require.NotEmpty(t, k.Doc)
		require.Contains(t, topoloss.Help(), k.Name)
		s := topoloss.Spec{Name: k.Name, Where: topoloss.Latent, Weight: 1, Options: map[string]string{}}
		for _, o := range k.Options {
			require.NotEmpty(t, o.Doc)
			s.Options[o.Name] = o.Default
		}
		specs, err := topoloss.Parse(s.String())
		require.NoError(t, err)
		require.Equal(t, topoloss.Specs{{Name: k.Name, Where: topoloss.Latent, Weight: 1}}, specs)
		_, err = topoloss.New(specs, topoloss.Options{})
		require.NoError(t, err)
	}
	for _, name := range topoloss.OriginalNames() {
		require.True(t, seen[name])
	}
}

func TestParseGradient(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "plain",
		"plain":                        "plain",
		" average ( bandwidth = 1e0 )": "average(bandwidth=1)",
		"interpolate":                  "interpolate(bandwidth=1)",
		"interpolate(bandwidth=0)":     "!option bandwidth of interpolate is 0, must be larger than 0",
		"interpolate(bandwidth=1)x":    "!character 25 of the terms: found \"x\" after the gradient",
		"plain(bandwidth=1)":           "!plain has no option \"bandwidth\"",
		"smooth(draws=3)":              "smooth(bandwidth=0.01,draws=3)",
		"bigstep":                      "bigstep",
		"bigstep(bandwidth=1)":         "!bigstep has no option \"bandwidth\": its options are conflict",
		"smoth":                        "!no gradient is named \"smoth\": the names are plain, average, interpolate, smooth, bigstep",
	} {
		g, err := topoloss.ParseGradient(text)
		if want[0] == '!' {
			require.ErrorContains(t, err, want[1:], text)
			continue
		}
		require.NoError(t, err, text)
		require.Equal(t, want, g.String(), text)
		require.NoError(t, g.Validate())
	}
	require.Contains(t, topoloss.GradientHelp(), "bandwidth=1")
}

// FuzzParse checks that what Parse accepts prints as text that it reads as the same
// value.
func FuzzParse(f *testing.F) {
	f.Add("bottleneck0@output=10,entropy1@latent=0.43,dsigma0@samples=30(sigma=64)")
	f.Add(" density = -1e-3 ( npoints = 07 , scale=.5 ) ")
	f.Fuzz(func(t *testing.T, text string) {
		specs, err := topoloss.Parse(text)
		if err != nil {
			return
		}
		again, err := topoloss.Parse(specs.String())
		require.NoError(t, err)
		require.Equal(t, specs, again)
		require.NoError(t, specs.Validate())
	})
}

func FuzzParseGradient(f *testing.F) {
	for _, text := range []string{"plain", "average(bandwidth=0.3)", "interpolate(bandwidth=1e-3)", "smooth(draws=4,sigma=0.1)", "bigstep", "average(bandwidth=NaN)", "("} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		g, err := topoloss.ParseGradient(text)
		if err != nil {
			return
		}
		again, err := topoloss.ParseGradient(g.String())
		require.NoError(t, err)
		require.Equal(t, g, again)
	})
}
