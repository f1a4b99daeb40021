package train

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/topoloss"
)

// A Config decides a run entirely, together with the images it is given: the
// same configuration gives the same numbers, step for step. Its JSON form is
// the config.json of an output folder.
type Config struct {
	// Data says which images the run is given; it is recorded, and used to find
	// them again when the run resumes. See fashionmnist.Open.
	Data string `json:"data"`
	// Seed decides the split, the order of the batches, the initial weights and
	// the noise of the latent variables.
	Seed uint64 `json:"seed"`
	// Device names the device that the run computes on.
	Device string `json:"device"`

	Latent       int     `json:"n_latent"`
	BatchSize    int     `json:"batch_size"`
	Epochs       int     `json:"n_epochs"`
	LearningRate float64 `json:"learning_rate"`
	// MaxSteps ends the run early, after that many steps; 0 is no limit.
	MaxSteps int `json:"max_steps"`
	// PlotEvery is the number of steps between pictures; 0 draws none on the way.
	PlotEvery int `json:"n_plot"`

	// TopoWeights weigh the regularizers between the reconstructed and the true
	// batch, LatentWeights those between the batch's latent vectors and the
	// true batch, in the order of topoloss.OriginalNames.
	TopoWeights   [7]float64 `json:"topo_weights"`
	LatentWeights [7]float64 `json:"latent_weights"`
	// Degree is the largest homology degree: 0 or 1.
	Degree int `json:"deg"`
	// Hyperparameters of the regularizers.
	Hyperparameters topoloss.Hyperparameters `json:"hyperparameters"`
}

// Default returns the configuration of the original comparison.
func Default() Config {
	return Config{
		Data:            "auto",
		Seed:            1234,
		Device:          "cpu",
		Latent:          10,
		BatchSize:       128,
		Epochs:          2,
		LearningRate:    5e-4,
		PlotEvery:       50,
		TopoWeights:     [7]float64{10, 10, 10, 10, 0, 0, 0},
		Degree:          1,
		Hyperparameters: topoloss.DefaultHyperparameters(),
	}
}

// Validate returns an error that names the first field that makes no sense.
func (c Config) Validate() error {
	for _, field := range []struct {
		name       string
		value, low int
	}{
		{"n-latent", c.Latent, 1},
		{"batch-size", c.BatchSize, 2},
		{"n-epochs", c.Epochs, 1},
		{"max-steps", c.MaxSteps, 0},
		{"n-plot", c.PlotEvery, 0},
	} {
		if field.value < field.low {
			return fmt.Errorf("%s is %d, must be at least %d", field.name, field.value, field.low)
		}
	}
	if !(c.LearningRate > 0) || math.IsInf(c.LearningRate, 0) {
		return fmt.Errorf("learning-rate is %v, must be positive", c.LearningRate)
	}
	if c.Latent > 1<<16 {
		return fmt.Errorf("n-latent is %d, must be at most %d", c.Latent, 1<<16)
	}
	return nil
}

// CheckData returns an error if there are too few examples for the run.
func (c Config) CheckData(sets *data.Sets) error {
	training, validation := data.Split(sets.Train.Len(), trainingShare, c.Seed)
	if len(training) < 2 || len(validation) < 2 || sets.Test.Len() == 0 {
		return fmt.Errorf("%d training and %d test examples are too few to train on", sets.Train.Len(), sets.Test.Len())
	}
	return nil
}

// lines returns the settings as names and values.
func (c Config) lines() [][2]string {
	h := c.Hyperparameters
	return [][2]string{
		{"data", c.Data}, {"seed", fmt.Sprint(c.Seed)}, {"device", c.Device},
		{"latent variables", fmt.Sprint(c.Latent)}, {"batch size", fmt.Sprint(c.BatchSize)},
		{"epochs", fmt.Sprint(c.Epochs)}, {"most steps", fmt.Sprint(c.MaxSteps)},
		{"learning rate", fmt.Sprint(c.LearningRate)}, {"degree", fmt.Sprint(c.Degree)},
		{"weights", fmt.Sprint(c.TopoWeights)}, {"weights on latent vectors", fmt.Sprint(c.LatentWeights)},
		{"entropy δ", fmt.Sprint(h.EntropyDelta0, ", ", h.EntropyDelta1)},
		{"dsigma σ", fmt.Sprint(h.DsigmaSigma0, ", ", h.DsigmaSigma1)},
		{"density", fmt.Sprintf("σ %v, scale %v, maxrange %v, npoints %d", h.DensitySigma, h.DensityScale, h.DensityRange, h.DensityNPoints)},
	}
}
