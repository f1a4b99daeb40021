package train

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/data/source"
	"github.com/topogen/topogen/experiment/run"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/models"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/topoloss"
)

// A Config decides a run entirely, together with the data it is given: the same
// configuration gives the same numbers, step for step. Its JSON form is the
// config.json of an output folder.
type Config struct {
	// Data is the specification of the data, as [source.Open] takes it. It is recorded and
	// finds the data again when the run resumes. DataOptions are the options of source.Open.
	Data        string         `json:"data"`
	DataOptions source.Options `json:"data_options"`
	// Seed decides the split, the order of the batches, the initial weights and
	// the noise of the latent variables.
	Seed uint64 `json:"seed"`
	// Device names the device that the run computes on.
	Device string `json:"device"`
	// Precision is the precision of the products of the models. The caller of [New] opens the
	// device with it.
	Precision kernels.Precision `json:"precision,omitempty"`

	// Model describes the model. Its zero values take defaults that depend on the data.
	Model models.Spec `json:"model"`

	BatchSize int `json:"batch_size"`
	// Reshuffle deals the training set into new batches in each epoch. Without it all epochs
	// have the batches of the first, and the terms' targets are computed once for each.
	Reshuffle bool `json:"reshuffle,omitempty"`
	// Epochs ends the run after it has gone that many times through the training set, and
	// MaxSteps after that many steps, whichever comes first; 0 is no limit. If both are 0, the
	// run goes twice through the training set, and more often if that makes fewer than 300
	// steps.
	Epochs       int     `json:"n_epochs"`
	LearningRate float64 `json:"learning_rate"`
	// WeightDecay times a parameter's value is added to its gradient.
	WeightDecay float64 `json:"weight_decay,omitempty"`
	// MaxSteps is described with Epochs.
	MaxSteps int `json:"max_steps"`
	// PlotEvery is the number of steps between pictures; with 0 only the end draws any.
	PlotEvery int `json:"n_plot"`

	// Alone leaves out the plain model, so that only the model with terms is trained.
	Alone bool `json:"alone"`
	// Topo lists the topological terms that are added to the losses of the model.
	Topo topoloss.Specs `json:"topo"`
	// Gradient says how the gradients of these terms reach points.
	Gradient topoloss.Gradient `json:"gradient"`
	// Samples is the number of examples drawn from the prior in a step, for terms
	// at the place samples; 0 stands for the size of the batch.
	Samples int `json:"samples"`

	// Sampler says from which distribution the latent vectors of the samples in the run's
	// last pictures are drawn. "" stands for SamplerMixture for a plain autoencoder, and
	// for SamplerPrior else.
	Sampler string `json:"sampler"`

	// Draw is the number of new examples of each model that the run writes when it ends, in the
	// units of the data: as samples-vae.csv, with the name of the model, if examples are rows of
	// a table, else as the array samples-vae.npy. An example is the output of the decoder: of a
	// Gaussian likelihood the mean, without its noise.
	Draw int `json:"draw,omitempty"`

	// ONNX writes encoders and decoders as ONNX files, too, when the run ends.
	ONNX bool `json:"onnx"`

	// CheckFinite checks all values, gradients and parameters of each step. One that is not
	// finite is an error, which names the first of them and the operation that made it.
	CheckFinite bool `json:"check_finite"`

	// SaveEvery is the time between checkpoints; 0 stands for [run.DefaultSaveEvery].
	// SaveSteps is the number of steps between further checkpoints; 0 stands for none.
	SaveEvery time.Duration `json:"save_every"`
	SaveSteps int           `json:"save_steps"`
}

// OriginalWeights are the weights of the original comparison, in the order of
// [topoloss.OriginalNames].
var OriginalWeights = [7]float64{10, 10, 10, 10}

// DefaultTerms are the terms of [Default]: draws from the prior get the spanning-tree lengths
// of the batch, with a weight that falls to 0 in the first steps. Of the terms that were
// tried on pictures, these make the reconstruction error fall fastest at the least cost:
// see docs/evidence.md. The original's terms did not show an effect.
const DefaultTerms = "deaths0@samples=1(fade=150)"

// Default returns the configuration of the original comparison, but for its terms, which
// are [DefaultTerms].
func Default() Config {
	terms, err := topoloss.Parse(DefaultTerms)
	if err != nil {
		panic(err)
	}
	return Config{
		Data:         "auto",
		Seed:         1234,
		Device:       "cpu",
		BatchSize:    128,
		LearningRate: 5e-4,
		PlotEvery:    50,
		Topo:         terms,
	}
}

// limit bounds counts, so that products of two of them are exact.
const limit = 1 << 30

// Validate returns an error that names the first field that makes no sense.
func (c Config) Validate() error {
	for _, field := range []struct {
		name            string
		value, low, top int
	}{
		{"batch-size", c.BatchSize, 2, limit},
		{"n-epochs", c.Epochs, 0, limit},
		{"max-steps", c.MaxSteps, 0, math.MaxInt},
		{"n-plot", c.PlotEvery, 0, math.MaxInt},
		{"samples", c.Samples, 0, 1 << 16},
		{"draw", c.Draw, 0, 1 << 24},
		{"save-steps", c.SaveSteps, 0, math.MaxInt},
	} {
		switch {
		case field.value < field.low:
			return fmt.Errorf("%s is %d, must be at least %d", field.name, field.value, field.low)
		case field.value > field.top:
			return fmt.Errorf("%s is %d, must be at most %d", field.name, field.value, field.top)
		}
	}
	if !(c.LearningRate > 0) || math.IsInf(c.LearningRate, 0) {
		return fmt.Errorf("learning-rate is %v, must be positive", c.LearningRate)
	}
	if !(c.WeightDecay >= 0) || math.IsInf(c.WeightDecay, 0) {
		return fmt.Errorf("weight-decay is %v, must be a number of at least 0", c.WeightDecay)
	}
	if c.SaveEvery < 0 {
		return fmt.Errorf("save-every is %v, must be at least 0", c.SaveEvery)
	}
	if !slices.Contains([]string{"", SamplerPrior, SamplerMixture}, c.Sampler) {
		return fmt.Errorf("sampler is %q, must be %s or %s", c.Sampler, SamplerPrior, SamplerMixture)
	}
	if c.Sampler == SamplerMixture && c.Model.Kind == models.KindGAN {
		return fmt.Errorf("sampler is %s: a %s has no encoder, whose latent vectors the mixture is fitted to", SamplerMixture, models.KindGAN)
	}
	_, err := c.objective()
	return err
}

// Resolve returns c with its zero values replaced by the defaults that depend on the data.
// [New] does the same.
func (c Config) Resolve(sets *data.Sets) Config {
	c.Model = c.Model.Resolve(sets.Train.Shape(), sets.Unit)
	if c.Sampler == "" {
		c.Sampler = SamplerPrior
		if c.Model.Kind == models.KindAE {
			c.Sampler = SamplerMixture
		}
	}
	if c.Epochs == 0 && c.MaxSteps == 0 {
		first, _ := data.Split(sets.Train.Len(), trainingShare, c.Seed)
		c.Epochs = max(defaultEpochs, (defaultSteps+c.epoch(len(first))-1)/c.epoch(len(first)))
	}
	return c
}

// A run without limits makes at least this number of epochs, and at least this number of steps.
const defaultEpochs, defaultSteps = 2, 300

// epoch returns the number of steps of an epoch of n examples, at least 1.
func (c Config) epoch(n int) int { return max(1, (n+c.BatchSize-1)/c.BatchSize) }

// steps returns the number of steps of a run whose epochs have epoch steps. One of Epochs and
// MaxSteps is positive.
func (c Config) steps(epoch int) int {
	switch {
	case c.Epochs == 0:
		return c.MaxSteps
	case c.MaxSteps == 0:
		return c.Epochs * epoch
	}
	return min(c.Epochs*epoch, c.MaxSteps)
}

// facts returns the facts that identify the run: the settings that must not change when it
// resumes, and checksums of the data.
func (c Config) facts(sets *data.Sets) (run.Facts, error) {
	facts, err := run.FactsOf(c, "data", "device", "n_epochs", "max_steps", "n_plot", "learning_rate", "sampler", "draw", "onnx", "save_every", "save_steps", "check_finite")
	if err != nil {
		return nil, err
	}
	facts["training set"], facts["test set"] = data.Checksum(sets.Train), data.Checksum(sets.Test)
	return facts, nil
}

// samplerWords returns a description of the distribution from which the sampler draws.
func (c Config) samplerWords() string {
	if c.Sampler == SamplerMixture {
		return "mixture of Gaussians that was fitted to those of the training set"
	}
	return "prior, the unit Gaussian"
}

// objective returns the weighted sum of the terms, which the twin minimises besides its own
// losses.
func (c Config) objective() (*topoloss.Objective, error) {
	return topoloss.New(c.Topo, topoloss.Options{Gradient: c.Gradient, Seed: c.Seed})
}

// CheckData returns an error if there are too few examples for the run, or if the model does
// not fit them.
func (c Config) CheckData(sets *data.Sets) error {
	if sets == nil || sets.Train == nil || sets.Test == nil {
		return errors.New("the data lack a training set or a test set: data.Sets needs both")
	}
	if err := c.Model.Validate(sets.Train.Shape(), sets.Unit); err != nil {
		return err
	}
	if !utf8.ValidString(sets.Source) {
		return fmt.Errorf("data %q: the name is no UTF-8, which the configuration cannot hold: rename it", sets.Source)
	}
	training, validation := data.Split(sets.Train.Len(), trainingShare, c.Seed)
	if len(training) < 2 || len(validation) < 2 || sets.Test.Len() == 0 {
		return fmt.Errorf("%d training and %d test examples are too few to train on", sets.Train.Len(), sets.Test.Len())
	}
	if c.Model.Normalize && c.BatchSize > 0 && len(training)%c.BatchSize == 1 {
		return fmt.Errorf("the last of the batches of %d has one example, which a batch normalization cannot normalize: choose another batch size", c.BatchSize)
	}
	return nil
}

// optimizer returns the options of the optimizers of a model and its critic.
func (c Config) optimizer() nn.OptimizerOptions {
	return nn.OptimizerOptions{LearningRate: c.LearningRate, WeightDecay: c.WeightDecay}
}

// lines returns the settings as names and values.
func (c Config) lines() [][]string {
	terms := c.Topo.String()
	if terms == "" {
		terms = "none"
	}
	return [][]string{
		{"data", c.Data}, {"seed", fmt.Sprint(c.Seed)}, {"device", c.Device}, {"precision", c.Precision.String()},
		{"model", c.Model.Kind}, {"latent variables", fmt.Sprint(c.Model.Latent)},
		{"channels", orNone(c.Model.Channels...)}, {"dense layers", orNone(c.Model.Hidden...)},
		{"likelihood", c.Model.Likelihood}, {"batch size", fmt.Sprint(c.BatchSize)},
		{"most epochs", orNone(c.Epochs)}, {"most steps", orNone(c.MaxSteps)},
		{"learning rate", fmt.Sprint(c.LearningRate)},
		{"topological terms", terms}, {"their gradient", c.Gradient.String()},
	}
}

// orNone returns numbers as text, "none" if there are none or they are 0.
func orNone(numbers ...int) string {
	var texts []string
	for _, n := range numbers {
		if n != 0 {
			texts = append(texts, fmt.Sprint(n))
		}
	}
	if len(texts) == 0 {
		return "none"
	}
	return strings.Join(texts, ", ")
}
