package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/data/fashionmnist"
	"github.com/topogen/topogen/data/source"
	"github.com/topogen/topogen/device"
	"github.com/topogen/topogen/experiment/run"
	"github.com/topogen/topogen/experiment/train"
	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/internal/cli/training"
	"github.com/topogen/topogen/models"
)

const synopsis = `Trainvae trains a generative model, a variational autoencoder (VAE) unless another
is asked for, and its topological twin (TopoVAE), from equal weights on equal
batches, and compares them. Into the output folder go config.json, metrics.csv
(a row a step), epochs.csv, pictures, the weights of both models as safetensors
with PyTorch's names (-onnx writes ONNX files besides), and report.html, which
shows it all.

Usage:

  trainvae [flags]

  trainvae                                 FashionMNIST if downloaded, else garments
  trainvae -data fashionmnist              real FashionMNIST, fetched once
  trainvae -data photographs -side 32      a folder of pictures
  trainvae -data table.csv -label kind     a table with a column of classes
  trainvae -data table.csv -ignore date,id a table with columns to leave out
  trainvae -data table.csv -draw 1000      write a thousand new rows, too
  trainvae -data circles -topo cross0@samples=30
  trainvae -max-steps 100 -output try      a short run
  trainvae -output try -resume             go on with a run that was stopped
  trainvae -topo original                  the original's terms, on reconstructions
  trainvae -topo help                      all terms
  trainvae -topo-weights 0,0,0,0,10,0,0    the original's dsigma in degree 0 alone

Pictures of a folder may have any size: they are cut to squares and resized.
Where they lie in folders of their own, each is a class. A table has columns of
numbers and, for -label, one of classes; -ignore leaves others out. An .npz file has examples x and, for
labels, y; or x_train, x_test, y_train and y_test.

The twin's loss has besides the model's own the terms of -topo, each written
name@where=weight(option=value,…). Where is output, the reconstructions, unless
it is given; latent, the latent vectors; or samples, draws from the prior. Each
place is compared with the batch of true images.

By default draws from the prior are compared with the data in the first steps.
docs/evidence.md has what that changes, and what the original's terms change.

The seven weights of -topo-weights are those of bottleneck0, bottleneck1,
entropy0, entropy1, dsigma0, dsigma1 and density; the digit is the homology
degree.`

// options are the flags: a configuration and what is not part of one.
type options struct {
	train.Config
	terms  training.Terms
	output training.Output
	memory training.Memory
	mirror string
}

// newFlags returns all flags; o holds the defaults of the configuration's.
func newFlags(o *options) *flag.FlagSet {
	flags := flag.NewFlagSet("trainvae", flag.ContinueOnError)
	flags.StringVar(&o.Data, "data", o.Data, "`data` to train on: auto (FashionMNIST if in the cache folder, else garments), garments, garments:n, fashionmnist (fetched once), a folder of pictures or of IDX files, a .csv, .npy or .npz file, or a drawn shape")
	d := &o.DataOptions
	flags.IntVar(&d.Side, "side", d.Side, "height and width of pictures in a folder, in `pixels`; 0 chooses")
	flags.StringVar((*string)(&d.Colour), "colour", string(d.Colour), "`colour` of pictures in a folder, grey or rgb; rgb if any has colours unless given")
	flags.StringVar(&d.Label, "label", d.Label, "`column` of a table that holds classes, by heading or number")
	flags.Func("ignore", "`columns` of a table to leave out, by heading or number, as in date,city", func(s string) error {
		d.Ignore = strings.Split(s, ",")
		return nil
	})
	flags.BoolVar(&d.DropMissing, "drop-missing", d.DropMissing, "leave out rows of a table with missing values")
	flags.StringVar(&d.Scale, "scale", d.Scale, "`method` that scales tables, arrays and drawn points: standard, unit or none (default standard, none for drawn points and pictures with values from 0 to 1)")
	flags.StringVar(&o.mirror, "mirror", fashionmnist.OfficialURL, "`URL` that -data fashionmnist fetches from")
	training.DeviceVar(flags, &o.Device)
	training.PrecisionVar(flags, &o.Precision)
	flags.Uint64Var(&o.Seed, "seed", o.Seed, "`number` that decides drawn points, split, batches, initial weights and noise")
	modelFlags(flags, &o.Model)
	flags.StringVar(&o.Sampler, "sampler", o.Sampler, "`source` of the latent vectors of new examples: prior, or mixture, Gaussians fitted to the training set (default prior, mixture for -model ae)")
	flags.IntVar(&o.BatchSize, "batch-size", o.BatchSize, "`examples` in a batch; the topological loss compares whole batches")
	flags.BoolVar(&o.Reshuffle, "reshuffle", o.Reshuffle, "deal the training set into new batches in each epoch; without it all epochs have the same batches, whose diagrams are computed once")
	flags.IntVar(&o.Epochs, "n-epochs", o.Epochs, "`times` to go through the training set (default as many as -max-steps takes; without it 2, or more if these make fewer than 300 steps)")
	flags.Float64Var(&o.LearningRate, "learning-rate", o.LearningRate, "Adam's step `size`")
	flags.Float64Var(&o.WeightDecay, "weight-decay", o.WeightDecay, "`factor` of a parameter's value that is added to its gradient, as Adam of PyTorch does; 0 for none")
	flags.IntVar(&o.MaxSteps, "max-steps", o.MaxSteps, "end after that many `steps`, however many epochs they take unless -n-epochs is given; 0 for no limit")
	flags.IntVar(&o.PlotEvery, "n-plot", o.PlotEvery, "`steps` between pictures of reconstructions; 0 for none on the way")
	o.terms = training.Terms{Weights: train.OriginalWeights, Latent: true}
	o.terms.Define(flags, &o.Topo, &o.Gradient)
	flags.BoolVar(&o.Alone, "alone", o.Alone, "train the model with the terms by itself, without its plain twin")
	flags.IntVar(&o.Samples, "samples", o.Samples, "`number` of draws from the prior in a step, for terms @samples; 0 for as many as the batch has")
	flags.IntVar(&o.Draw, "draw", o.Draw, "`number` of new examples of each model to write at the end, in the units of the data: as CSV for rows of a table, else as an array .npy; they are outputs of the decoder, without the noise of a Gaussian likelihood")
	flags.BoolVar(&o.ONNX, "onnx", o.ONNX, "write encoders and decoders as ONNX files, too")
	flags.BoolVar(&o.CheckFinite, "check-finite", o.CheckFinite, "check all values, gradients and parameters of each step, and name the operation that made the first that is not finite; slow")
	o.output.Define(flags, &o.SaveEvery, &o.SaveSteps, "n-epochs", "max-steps", "n-plot", "device", "learning-rate", "draw", "onnx", "check-finite", "max-memory")
	o.memory.Define(flags)
	return flags
}

// modelHelp lists the kinds of models.
func modelHelp() string {
	text := "`kind` of model: auto"
	for _, k := range models.Kinds() {
		text += fmt.Sprintf(", %s (%s)", k.Name, k.Doc)
	}
	return text + " (default auto, which is vae)"
}

// modelFlags defines the flags of a model.
func modelFlags(flags *flag.FlagSet, m *models.Spec) {
	flags.Func("model", modelHelp(), func(s string) error {
		if m.Kind = s; s == "auto" {
			m.Kind = ""
		}
		return nil
	})
	flags.IntVar(&m.Latent, "n-latent", m.Latent, "`number` of latent variables; 0 for 10 of pictures, 2 otherwise")
	cli.IntsVar(flags, &m.Channels, "channels", "`channels` of the encoder's convolutions, as in 32,64, each of which halves height and width (default 32,64 for pictures)")
	cli.IntsVar(flags, &m.Hidden, "hidden", "`sizes` of the encoder's dense layers, as in 64,64; for pictures without -channels, there are no convolutions (default 256 after convolutions, else 64,64)")
	flags.BoolVar(&m.Normalize, "normalize", m.Normalize, "normalize the batch before the activation of each of these layers; not for -model gan")
	flags.StringVar(&m.Likelihood, "likelihood", m.Likelihood, "`likelihood` of values: bernoulli, gaussian with the deviation -sigma, or learnt, gaussian with a learnt one (default bernoulli for pictures, else learnt)")
	flags.Float64Var(&m.Sigma, "sigma", m.Sigma, "`deviation` of -likelihood gaussian; 0 for 0.1")
	flags.Float64Var(&m.Beta, "beta", m.Beta, "`weight` of a VAE's divergence; 0 for 1")
	flags.Float64Var(&m.MMD, "mmd", m.MMD, "`weight` of a Wasserstein autoencoder's discrepancy; 0 for 10")
}

// parse reads the command line into o.
func parse(o *options, args []string, stdout io.Writer) error {
	flags := newFlags(o)
	if err := cli.Parse(flags, args, synopsis, stdout); err != nil {
		return err
	}
	if err := o.output.Check(flags); err != nil {
		return err
	}
	if !o.output.Resume {
		o.DataOptions.Seed = o.Seed
		return o.terms.Set(flags, stdout)
	}
	// The configuration is the run's, and over it what was given.
	o.Config = train.Config{}
	if err := run.ReadConfig(o.output.Path, &o.Config); err != nil {
		return cli.UsageError{Err: err}
	}
	if err := cli.Parse(newFlags(o), args, synopsis, io.Discard); err != nil {
		return err
	}
	// A new limit takes the place of both.
	given := make(map[string]bool)
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	switch epochs, steps := given["n-epochs"] && o.Epochs > 0, given["max-steps"] && o.MaxSteps > 0; {
	case epochs && !given["max-steps"]:
		o.MaxSteps = 0
	case steps && !given["n-epochs"]:
		o.Epochs = 0
	}
	return nil
}

func program(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o := options{Config: train.Default(), memory: training.Memory{Remedy: "a smaller -batch-size, -draw or model"}}
	if err := parse(&o, args, stdout); err != nil {
		return err
	}
	if err := o.check(); err != nil {
		return cli.UsageError{Err: err}
	}
	dev, err := training.OpenDevice(o.Device, device.Precision(o.Precision))
	if err != nil {
		return err
	}
	defer dev.Close()
	progress := training.Progress(stderr)
	ctx, stop := o.memory.Watch(ctx)
	defer stop()
	sets, err := openData(ctx, &o, progress)
	if err != nil {
		return err
	}
	if err := o.CheckData(sets); err != nil {
		return cli.UsageError{Err: err}
	}
	if err := o.checkUsed(o.Resolve(sets).Model); err != nil {
		return err
	}
	if err := o.memory.Check(o.EstimateMemory(sets)); err != nil {
		return err
	}
	progress.Note(sets.Note)
	// The folder or number that auto and download came to, so that the run can
	// be resumed on the same images.
	o.Data = sets.Source
	o.Config = o.Resolve(sets)

	if err := o.output.Choose("trainvae"); err != nil {
		return err
	}
	folder, err := o.output.Begin(o.output.Path, o.Config, new(train.Config))
	if err != nil {
		return err
	}
	r, err := train.New(o.Config, sets, run.Environment{Device: dev, Folder: folder, Progress: progress})
	if err := o.output.Begun(folder, o.Config, err); err != nil {
		return err
	}
	defer r.Close()
	progress.Note(fmt.Sprintf("on %s, into %s", dev.Name(), folder.Path()))
	summary, err := finish(ctx, r)
	if err != nil {
		steps := func() (made, total int, begun bool) {
			made, total = r.Steps()
			return made, total, true
		}
		return o.output.Interrupted(o.memory.Ended(ctx, err), steps, "trainvae -output "+folder.Path())
	}
	fmt.Fprint(stdout, summary)
	return nil
}

func finish(ctx context.Context, r *train.Run) (train.Summary, error) {
	if err := r.Train(ctx); err != nil {
		return train.Summary{}, err
	}
	return r.Finish(ctx)
}

// check finds mistakes before anything is opened or written.
func (o *options) check() error {
	c := o.Config
	if o.mirror != fashionmnist.OfficialURL && c.Data != "download" && c.Data != "fashionmnist" {
		return fmt.Errorf("-mirror is where -data fashionmnist fetches from; -data is %s", c.Data)
	}
	return c.Validate()
}

func openData(ctx context.Context, o *options, progress run.Progress) (*data.Sets, error) {
	current := ""
	sets, err := source.Open(ctx, o.Data, o.DataOptions, fashionmnist.DownloadOptions{
		URL: o.mirror,
		Progress: func(file string, done, total int64) {
			if file != current {
				current = file
				progress.Begin(file, int(done), int(total))
			}
			progress.Step(int(done), "")
		},
	})
	progress.End()
	if err := o.memory.Ended(ctx, ctx.Err()); err != nil && !errors.Is(err, context.Canceled) {
		return nil, err
	}
	if err != nil && ctx.Err() != nil {
		return nil, fmt.Errorf("%w while fetching the images; the next run continues the download", cli.ErrInterrupted)
	}
	var failure *fashionmnist.DownloadError
	if errors.As(err, &failure) {
		return nil, err // no mistake of the user's
	}
	if err != nil {
		return nil, cli.UsageError{Err: err}
	}
	return sets, nil
}
