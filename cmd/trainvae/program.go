package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"

	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/data/fashionmnist"
	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/internal/cli/training"
	"github.com/topogen/topogen/run"
	"github.com/topogen/topogen/topoloss"
	"github.com/topogen/topogen/train"
)

const synopsis = `Trainvae trains a variational autoencoder (VAE) and its topological twin
(TopoVAE), from equal weights on equal batches of 28×28 images, and compares
them. Into the output folder go config.json, metrics.csv (a row a step),
epochs.csv, pictures, the weights of both models as safetensors with PyTorch's
names, and report.html, which shows it all.

Usage:

  trainvae [flags]

  trainvae                                 two epochs on the images at hand
  trainvae -data download                  real FashionMNIST, fetched once
  trainvae -max-steps 100 -output try      a short run
  trainvae -output try -resume             go on with a run that was stopped
  trainvae -topo-weights 0,0,0,0,10,0,0    dsigma in degree 0 alone

Weights are seven numbers in the order bottleneck0, bottleneck1, entropy0,
entropy1, dsigma0, dsigma1, density; the digit is the homology degree.`

// options are the flags: a configuration and what is not part of one.
type options struct {
	train.Config
	output string
	resume bool
	mirror string
}

// newFlags returns all flags; o holds the defaults of the configuration's.
func newFlags(o *options) *flag.FlagSet {
	flags := flag.NewFlagSet("trainvae", flag.ContinueOnError)
	flags.StringVar(&o.Data, "data", o.Data, "`images` to train on: auto (real ones if in the cache folder, else embedded), embedded, embedded:n (n training images), download, or a folder with the four official files")
	flags.StringVar(&o.mirror, "mirror", fashionmnist.OfficialURL, "`URL` that -data download fetches from")
	training.DeviceVar(flags, &o.Device)
	flags.Uint64Var(&o.Seed, "seed", o.Seed, "`number` that decides split, batches, initial weights and noise")
	flags.IntVar(&o.Latent, "n-latent", o.Latent, "`number` of latent variables")
	flags.IntVar(&o.BatchSize, "batch-size", o.BatchSize, "`images` in a batch; the topological loss compares whole batches")
	flags.IntVar(&o.Epochs, "n-epochs", o.Epochs, "`times` to go through the training images")
	flags.Float64Var(&o.LearningRate, "learning-rate", o.LearningRate, "Adam's step `size`")
	flags.IntVar(&o.MaxSteps, "max-steps", o.MaxSteps, "end after that many `steps`; 0 for no limit")
	flags.IntVar(&o.PlotEvery, "n-plot", o.PlotEvery, "`steps` between pictures of reconstructions; 0 for none on the way")
	cli.FloatsVar(flags, o.TopoWeights[:], "topo-weights", "seven `weights` of the loss between reconstructed and true images")
	cli.FloatsVar(flags, o.LatentWeights[:], "latent-weights", "seven `weights` of the same loss between latent vectors and true images")
	flags.IntVar(&o.Degree, "deg", o.Degree, "largest homology `degree`: 0 or 1")
	training.HyperparametersVar(flags, &o.Hyperparameters)
	flags.StringVar(&o.output, "output", "", "`folder` to write to; a new one, runs/trainvae or the next free number, unless given")
	flags.BoolVar(&o.resume, "resume", false, "go on with the run in the -output folder; -n-epochs, -max-steps, -n-plot and -device may change")
	return flags
}

func program(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o := options{Config: train.Default()}
	flags := newFlags(&o)
	if err := cli.Parse(flags, args, synopsis, stdout); err != nil {
		return err
	}
	if o.resume {
		if err := restoreConfig(flags, args, &o); err != nil {
			return err
		}
	}
	if err := o.check(); err != nil {
		return cli.UsageError{Err: err}
	}
	dev, err := training.OpenDevice(o.Device)
	if err != nil {
		return err
	}
	defer dev.Close()
	progress := training.Progress(stderr)
	sets, err := openData(ctx, &o, progress)
	if err != nil {
		return err
	}
	if err := o.CheckData(sets); err != nil {
		return cli.UsageError{Err: err}
	}
	progress.Note(sets.Note)
	// The folder or number that auto and download came to, so that the run can
	// be resumed on the same images.
	o.Data = sets.Source

	r, err := o.open(train.Environment{Device: dev, Data: sets, Progress: progress})
	if err != nil {
		return err
	}
	defer r.Close()
	progress.Note(fmt.Sprintf("on %s, into %s", dev.Name(), r.Folder.Path()))
	if err := r.Train(ctx); err != nil {
		if errors.Is(err, context.Canceled) {
			done, total := r.Steps()
			return fmt.Errorf("%w after %d of %d steps, saved; go on with: trainvae -output %s -resume",
				cli.ErrInterrupted, done, total, r.Folder.Path())
		}
		return err
	}
	summary, err := r.Finish()
	if err != nil {
		return err
	}
	fmt.Fprint(stdout, summary)
	return nil
}

// restoreConfig takes the configuration from the run that is resumed, and over
// it what was given on the command line.
func restoreConfig(flags *flag.FlagSet, args []string, o *options) error {
	if o.output == "" {
		return cli.Usagef("-resume needs -output, the folder of the run to go on with")
	}
	if err := cli.Unchangeable(flags, "n-epochs", "max-steps", "n-plot", "device"); err != nil {
		return err
	}
	o.Config = train.Config{}
	if _, err := run.Open(o.output, &o.Config); err != nil {
		return cli.UsageError{Err: err}
	}
	return cli.Parse(newFlags(o), args, synopsis, io.Discard)
}

// check finds mistakes before anything is opened or written.
func (o *options) check() error {
	c := o.Config
	if o.mirror != fashionmnist.OfficialURL && c.Data != "download" {
		return fmt.Errorf("-mirror is where -data download fetches from; -data is %s", c.Data)
	}
	if err := c.Validate(); err != nil {
		return err
	}
	for _, weights := range [][7]float64{c.TopoWeights, c.LatentWeights} {
		if _, err := topoloss.Weighted(weights, c.Degree, c.Hyperparameters); err != nil {
			return err
		}
	}
	return nil
}

func openData(ctx context.Context, o *options, progress run.Progress) (*data.Sets, error) {
	current := ""
	sets, err := fashionmnist.Open(ctx, o.Data, fashionmnist.DownloadOptions{
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
	if err != nil && ctx.Err() != nil {
		return nil, fmt.Errorf("%w while fetching the images; they will be fetched further next time", cli.ErrInterrupted)
	}
	if err != nil {
		return nil, cli.UsageError{Err: err}
	}
	return sets, nil
}

// open begins the run or goes on with it.
func (o *options) open(env train.Environment) (*train.Run, error) {
	var err error
	if !o.resume {
		if env.Folder, err = createFolder(o); err != nil {
			return nil, err
		}
		return train.New(o.Config, env)
	}
	var before train.Config
	if env.Folder, err = run.Open(o.output, &before); err != nil {
		return nil, cli.UsageError{Err: err}
	}
	r, err := train.Resume(o.Config, env)
	if err != nil {
		return nil, cli.UsageError{Err: err}
	}
	if err := env.Folder.WriteJSON(run.ConfigFile, o.Config); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

func createFolder(o *options) (*run.Folder, error) {
	if o.output == "" {
		var err error
		if o.output, err = run.Unused(filepath.Join("runs", "trainvae")); err != nil {
			return nil, err
		}
	}
	folder, err := run.Create(o.output, o.Config)
	if err != nil {
		return nil, cli.UsageError{Err: err}
	}
	return folder, nil
}
