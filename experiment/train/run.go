package train

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/experiment/run"
	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/topoloss"
)

// A Run is a comparison in progress. It is used by one goroutine.
type Run struct {
	run.Environment
	config         Config
	sets           *data.Sets
	loop           *run.Loop
	models         []*model // the plain model, unless Config.Alone is set, then the model with terms
	objective      *topoloss.Objective
	training       []int              // the indices of the training examples
	train, holdout [][]int            // batches of indices; those of train belong to one epoch
	dealt          int                // the epoch that they belong to, from 0; Config.Reshuffle changes it
	targets        []*topoloss.Target // by training batch; nil before its first step
	values         []float32          // memory for the values of a batch
	epochs         *run.Metrics
	pictures       []run.Picture
	loops          []loopRow // of the test set, then of each model's samples
	noted          time.Time // of the last note about an epoch
}

// ScalingFile is the file in a run's folder that says how its data were scaled, if
// they were: a [data.Scaling] as JSON.
const ScalingFile = "scaling.json"

// trainingShare is the share of the training set on which models train. The rest is for
// validation.
const trainingShare = 0.8

// New begins a run in a folder from [run.Create], or resumes the run in a folder from
// [run.Open], bit for bit, from its last checkpoint. In the configuration of a resumed run,
// only these may differ from the run's: specification of the data, device, numbers of epochs
// and steps, learning rate, pictures, sampler, Draw, ONNX, intervals of checkpoints and CheckFinite.
// The data themselves must be the same. If New fails it closes the folder.
func New(config Config, sets *data.Sets, env run.Environment) (r *Run, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, env.Folder.Close())
		}
	}()
	if err := errors.Join(env.Check(), config.Validate(), config.CheckData(sets)); err != nil {
		return nil, err
	}
	config = config.Resolve(sets)
	r = &Run{config: config, sets: sets}
	if r.objective, err = config.objective(); err != nil {
		return nil, err
	}
	first, rest := data.Split(sets.Train.Len(), trainingShare, config.Seed)
	r.training = first
	r.train = data.Batches(first, config.BatchSize, config.Seed)
	r.holdout = data.Batches(rest, config.BatchSize, config.Seed)
	r.targets = make([]*topoloss.Target, len(r.train))
	name := strings.ToUpper(config.Model.Kind)
	if !config.Alone {
		plain, err := newModel(name, env.Device, config, sets, nil)
		if err != nil {
			return nil, err
		}
		r.models = append(r.models, plain)
	}
	twin, err := newModel("Topo"+name, env.Device, config, sets, r.objective.Parameters(env.Device))
	if err != nil {
		return nil, err
	}
	r.models = append(r.models, twin)
	facts, err := config.facts(sets)
	if err != nil {
		return nil, err
	}
	r.loop, err = run.NewLoop(env, stepper{r}, run.Options{
		Stage: "training", Total: config.steps(len(r.train)), Facts: facts, SaveEvery: config.SaveEvery, SaveSteps: config.SaveSteps,
	})
	if err != nil {
		return nil, err
	}
	r.Environment = r.loop.Environment
	if sets.Scaling != nil {
		if err := r.Folder.WriteJSON(ScalingFile, sets.Scaling); err != nil {
			return nil, errors.Join(err, r.loop.Close())
		}
	}
	// Drop the row of an epoch that was cut short: the run writes this row again, perhaps
	// after the whole epoch.
	if r.epochs, err = r.loop.Table("epochs.csv", r.epochColumns(), r.loop.Recorded()/len(r.train)); err != nil {
		return nil, errors.Join(err, r.loop.Close())
	}
	return r, nil
}

// deal deals the training examples into the batches of an epoch, if the run reshuffles. Epoch 0
// has the batches of a run that does not. The number and the sizes of the batches stay.
func (r *Run) deal(epoch int) {
	if r.config.Reshuffle && epoch != r.dealt {
		r.train = data.Batches(r.training, r.config.BatchSize, r.config.Seed+uint64(epoch)<<32)
		r.dealt = epoch
		clear(r.targets)
	}
}

// Steps returns how many steps are made and how many there are.
func (r *Run) Steps() (made, total int) { return r.loop.Steps() }

// Train makes all steps that are left. If ctx is cancelled it stops, writes a
// checkpoint and returns ctx's error.
func (r *Run) Train(ctx context.Context) error {
	if err := r.loop.Run(ctx); err != nil {
		return err
	}
	if made, _ := r.Steps(); made%len(r.train) > 0 {
		if err := r.finishEpoch(ctx, made); err != nil {
			return err
		}
		return r.loop.Sync()
	}
	return nil
}

// Close closes the run's tables.
func (r *Run) Close() error { return r.loop.Close() }

// columns returns the name of a column for each of the models: "vae_bce" and
// "topovae_bce".
func (r *Run) columns(name string) []string {
	var columns []string
	for _, m := range r.models {
		columns = append(columns, m.prefix()+"_"+name)
	}
	return columns
}

// errorName returns the name of the loss that compares reconstructions with the
// data.
func (r *Run) errorName() string { return r.models[0].net.LossNames()[0] }

// errorTitle returns the name of that loss as titles show it.
func (r *Run) errorTitle() string { return strings.ToUpper(r.errorName()) }

// errorWords returns the name of that loss in words.
func (r *Run) errorWords() string {
	switch name := r.errorName(); name {
	case "bce":
		return "binary cross-entropy"
	case "mse":
		return "squared error"
	case "nll":
		return "negative log-likelihood"
	case "generator":
		return "loss of the generator"
	default:
		return name
	}
}

// noun returns the word for an example in texts.
func (r *Run) noun() string {
	if len(r.sets.Train.Shape()) == 3 {
		return "image"
	}
	return "example"
}

// decode returns the values of a batch, valid until the next call.
func (r *Run) decode(set data.Dataset, indices []int) []float32 {
	r.values = reuse.Slice(r.values, len(indices)*data.ExampleSize(set))
	set.Decode(r.values, indices)
	return r.values
}

// twin returns the model whose loss has terms.
func (r *Run) twin() *model { return r.models[len(r.models)-1] }

// note returns a text with the values of a measure, one for each model.
func (r *Run) note(format string, values []float64) string {
	var parts []string
	for i, m := range r.models {
		parts = append(parts, fmt.Sprintf(format+" %s", values[i], m.name))
	}
	return strings.Join(parts, ", ")
}
