package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/run"
	"github.com/topogen/topogen/synth"
)

const synopsis = `Synth moves a point cloud so that its persistence becomes that of a true cloud.
Into the output folder go config.json, metrics.csv (a row a step), points and
bars as JSON and CSV, pictures, an animation of cloud and diagram side by side,
and report.html, which shows it all.

Usage:

  synth 1|2|3|all [flags]                            experiments
  synth -point-cloud CLOUD -true-point-cloud CLOUD   clouds of your own

  synth 1                                  five clusters become three
  synth 3 -seed 7 -output circle           two segments become a circle
  synth all -steps 1000                    all three experiments, shorter
  synth 1 -spread 1                        whole clusters move, not single points
  synth 3 -attract                         a loop is made on purpose
  synth -point-cloud square,n=80 -true-point-cloud circle,n=80 -attract
  synth -point-cloud sphere,n=60 -true-point-cloud torus,n=60 -attract
  synth -point-cloud mine.csv -true-diagram aim.json
  synth -output circle -resume -steps 9000 go on with a run

A CLOUD is a literal such as [[0,0],[1,0],[0,1]], a file (.json, .npy, or .csv
and other text), or a named shape with options, as in clusters:3,n=60,scale=10:
annulus, circle, clusters:k, disk, figure-eight, moons, segments:k, sphere,
square, swiss-roll, torus; options are n (points), noise, scale and at.

A diagram file is a list like [{"degree":0,"bars":[[0,1.5],[0,null]]}].

Weights are seven numbers in the order bottleneck0, bottleneck1, entropy0,
entropy1, dsigma0, dsigma1, density; the digit is the homology degree.`

func program(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stdout)
	if err != nil {
		return err
	}
	jobs, err := o.jobs()
	if err != nil {
		return cli.UsageError{Err: err}
	}
	progress := cli.Progress(stderr)
	for _, job := range jobs {
		summary, err := job.run(ctx, progress)
		if err != nil {
			return err
		}
		fmt.Fprint(stdout, summary)
	}
	return nil
}

// A job is one run.
type job struct {
	config synth.Config
	output string
	resume bool
}

// jobs returns what the options ask for, checked, with nothing written yet.
func (o *options) jobs() ([]job, error) {
	if o.output == "" && o.resume {
		return nil, errors.New("-resume needs -output, the folder of the run to go on with")
	}
	output := o.output
	if output == "" {
		name := "synth"
		if o.word != "" {
			name += "-" + o.word
		}
		var err error
		if output, err = run.Unused(filepath.Join("runs", name)); err != nil {
			return nil, err
		}
	}
	if o.word != allWord {
		j, err := o.job(o.word, output)
		return []job{j}, err
	}
	var jobs []job
	for number := 1; number <= synth.Experiments; number++ {
		word := strconv.Itoa(number)
		j, err := o.job(word, filepath.Join(output, "synth-"+word))
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, j)
	}
	return jobs, nil
}

func (o *options) job(word, output string) (job, error) {
	j := job{output: output, resume: o.resume}
	var err error
	if j.resume {
		j.config, err = o.resumed(output)
	} else {
		j.config, err = o.fresh(word)
	}
	if err != nil {
		return j, err
	}
	return j, j.config.Validate()
}

// run makes a run and returns what to say of it.
func (j job) run(ctx context.Context, progress run.Progress) (fmt.Stringer, error) {
	dev, err := cli.OpenDevice(j.config.Device)
	if err != nil {
		return nil, err
	}
	defer dev.Close()
	env := synth.Environment{Device: dev, Progress: progress}
	r, err := j.open(env)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	progress.Note(fmt.Sprintf("%s, on %s, into %s", j.config.Title, dev.Name(), r.Folder.Path()))
	if err := r.Move(ctx); err != nil {
		if errors.Is(err, context.Canceled) {
			done, total := r.Steps()
			return nil, fmt.Errorf("%w after %d of %d steps, saved; go on with: synth -output %s -resume",
				cli.ErrInterrupted, done, total, r.Folder.Path())
		}
		return nil, err
	}
	return r.Finish()
}

// open begins the run or goes on with it. If it cannot, it has written nothing.
func (j job) open(env synth.Environment) (*synth.Run, error) {
	var err error
	if !j.resume {
		if env.Folder, err = run.Create(j.output, j.config); err != nil {
			return nil, cli.UsageError{Err: err}
		}
		return synth.New(j.config, env)
	}
	var before synth.Config
	if env.Folder, err = run.Open(j.output, &before); err != nil {
		return nil, cli.UsageError{Err: err}
	}
	r, err := synth.Resume(j.config, env)
	if err != nil {
		return nil, cli.UsageError{Err: err}
	}
	return r, env.Folder.WriteJSON(run.ConfigFile, j.config)
}
