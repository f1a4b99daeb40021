package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/topogen/topogen/data/cloud"
	"github.com/topogen/topogen/experiment/run"
	"github.com/topogen/topogen/experiment/synth"
	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/internal/cli/training"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/input"
	"github.com/topogen/topogen/viz"
)

const allWord = "all"

// options are the values of the command line that are not in a configuration.
type options struct {
	word   string   // "", "1", "2", "3" or "all"
	args   []string // the flags
	seed   uint64
	terms  training.Terms
	output training.Output
	memory training.Memory

	points, truth, diagram string

	note func(string) // receives notes on what a reader skipped in a file
}

// parse reads the command line. The flags of the configuration are only checked:
// they are read once more by [options.override], over the configuration that
// the others ask for.
func parse(args []string, stdout io.Writer) (*options, error) {
	o := &options{args: args, memory: training.Memory{Remedy: "clouds of fewer points, or fewer -frames"}}
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		o.word, o.args = args[0], args[1:]
		if _, err := experiment(o.word, 0); err != nil && o.word != allWord {
			return nil, cli.Usagef("%w, or give -point-cloud (see synth -help)", err)
		}
	}
	shown := synth.Defaults()
	flags := o.newFlags(&shown)
	if err := cli.Parse(flags, o.args, synopsis, stdout); err != nil {
		return nil, err
	}
	if err := o.terms.Set(flags, stdout); err != nil {
		return nil, err
	}
	if o.output.Resume && o.word != "" && o.word != allWord {
		return nil, cli.Usagef("the run in the -output folder is of its own experiment: leave out the %s before -resume", o.word)
	}
	o.seed = shown.Seed
	return o, o.output.Check(flags)
}

// newFlags returns all flags; c holds the defaults of the configuration's.
func (o *options) newFlags(c *synth.Config) *flag.FlagSet {
	f := flag.NewFlagSet("synth", flag.ContinueOnError)
	f.StringVar(&o.points, "point-cloud", "", "`cloud` that moves, in place of the experiment's")
	f.StringVar(&o.truth, "true-point-cloud", "", "`cloud` whose persistence is the target, in place of the experiment's")
	f.StringVar(&o.diagram, "true-diagram", "", "`file` of persistence diagrams, JSON or .pers, that are the target, in place of a true cloud")
	f.Uint64Var(&c.Seed, "seed", c.Seed, "`number` that decides what clouds are drawn, and what terms draw at random")
	f.IntVar(&c.Steps, "steps", c.Steps, "`steps` to make in all (default: 15000, 2500 or 7500 in the experiments, else 2500)")
	f.Float64Var(&c.LearningRate, "learning-rate", c.LearningRate, "`length` of a step, about (default: 0.01, 0.05 or 0.1 in the experiments, else a 500th of the cloud's extent)")
	f.StringVar((*string)(&c.Optimizer), "optimizer", string(c.Optimizer), "`name` of the optimizer: adam, adamw or sgd")
	o.terms = training.Terms{Weights: synth.OriginalWeights, Attract: true}
	o.terms.Define(f, &c.Topo, &c.Gradient)
	f.BoolVar(&c.Push, "push", c.Push, "drive points apart in steps where no term depends on a point that can move")
	f.IntVar(&c.FrameEvery, "frames", c.FrameEvery, "`steps` between frames of the animation (default: 50, 25 or 50 in the experiments, else 25)")
	f.Var((*windowFlag)(&c.Window), "window", "`part` of the plane that pictures show: auto, original, or four numbers xmin,xmax,ymin,ymax")
	f.Float64Var(&c.Gap, "gap", c.Gap, "`length` from which a bar counts as a cluster or loop in the report (default: 4, 3 or 3 in the experiments, else a tenth of the cloud's extent)")
	training.DeviceVar(f, &c.Device)
	f.BoolVar(&c.CheckFinite, "check-finite", c.CheckFinite, "check all values and gradients of each step, and name the operation that made the first that is not finite; slow")
	o.output.Define(f, &c.SaveEvery, &c.SaveSteps, "steps", "learning-rate", "window", "gap", "device", "check-finite", "max-memory")
	o.memory.Define(f)
	return f
}

// override puts those flags into the configuration that were given.
func (o *options) override(c *synth.Config) error {
	again := *o
	flags := again.newFlags(c)
	if err := cli.Parse(flags, o.args, synopsis, io.Discard); err != nil {
		return err
	}
	return again.terms.Set(flags, io.Discard)
}

// fresh returns the configuration of a new run: of the experiment that the argument word names
// or, if word is empty, of the user's clouds.
func (o *options) fresh(word string) (synth.Config, error) {
	points, err := o.cloud("point-cloud", o.points)
	if err != nil {
		return synth.Config{}, err
	}
	truth, err := o.cloud("true-point-cloud", o.truth)
	if err != nil {
		return synth.Config{}, err
	}
	var c synth.Config
	if word == "" {
		if points == nil {
			return c, errors.New("nothing to do: name an experiment (1, 2, 3 or all) or give -point-cloud and a target (see synth -help)")
		}
		c = synth.Between(points, truth)
	} else {
		if c, err = experiment(word, o.seed); err != nil {
			return c, err
		}
		if points != nil {
			c.Start = points
		}
		if truth != nil {
			c.Truth = truth
		}
	}
	if o.diagram != "" {
		if o.truth != "" {
			return c, errors.New("-true-point-cloud and -true-diagram are two targets: give one of them")
		}
		c.Truth = nil
		if c.TrueDiagrams, err = input.ReadDiagramsFile(o.diagram, o.note); err != nil {
			return c, fmt.Errorf("-true-diagram: %w", err)
		}
	}
	return c, o.override(&c)
}

// resumed returns the configuration of the run in a folder, and over it what was
// given on the command line.
func (o *options) resumed(output string) (synth.Config, error) {
	var c synth.Config
	if err := run.ReadConfig(output, &c); err != nil {
		return c, err
	}
	return c, o.override(&c)
}

func experiment(word string, seed uint64) (synth.Config, error) {
	number, err := strconv.Atoi(word)
	if err == nil {
		if c, err := synth.Experiment(number, seed); err == nil {
			return c, nil
		}
	}
	return synth.Config{}, fmt.Errorf("no experiment %q: say 1, 2, 3 or all", word)
}

// cloud returns the cloud that a flag names, nil if the flag is not given.
func (o *options) cloud(name, word string) (*ph.Points[float32], error) {
	if word == "" {
		return nil, nil
	}
	c, err := cloud.Parse(word, o.seed)
	if err != nil {
		return nil, fmt.Errorf("-%s: %w", name, err)
	}
	return c, nil
}

// windowFlag is a window as a flag.
type windowFlag viz.Window

func (w *windowFlag) String() string {
	if *w == (windowFlag{}) {
		return "auto"
	}
	return fmt.Sprintf("%v,%v,%v,%v", w.XMin, w.XMax, w.YMin, w.YMax)
}

// Set parses the flag's value.
func (w *windowFlag) Set(s string) error {
	switch s {
	case "auto":
		*w = windowFlag{}
		return nil
	case "original":
		*w = windowFlag(synth.OriginalWindow)
		return nil
	}
	words := strings.Split(s, ",")
	if len(words) != 4 {
		return errors.New("want auto, original, or four numbers xmin,xmax,ymin,ymax")
	}
	var numbers [4]float64
	for i, word := range words {
		var err error
		if numbers[i], err = strconv.ParseFloat(word, 64); err != nil {
			return fmt.Errorf("%q is not a number", word)
		}
	}
	*w = windowFlag{numbers[0], numbers[1], numbers[2], numbers[3]}
	return nil
}
