package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/internal/cli/training"
	"github.com/topogen/topogen/kernels"
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

A diagram file is a list like [{"degree":0,"bars":[[0,1.5],[0,null]]}], or what
rips -json prints.

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
	// All are opened before the first begins, so that all can be resumed if it is
	// interrupted.
	progress := training.Progress(stderr)
	for i := range jobs {
		defer jobs[i].close()
		if err := jobs[i].open(progress); err != nil {
			return err
		}
	}
	for _, j := range jobs {
		summary, err := j.finish(ctx)
		if errors.Is(err, context.Canceled) {
			done, total := j.run.Steps()
			return fmt.Errorf("%w after %d of %d steps, saved; go on with: synth %s-output %s -resume",
				cli.ErrInterrupted, done, total, o.resumeWord(), o.output)
		}
		if err != nil {
			return err
		}
		fmt.Fprint(stdout, summary)
	}
	return nil
}

// resumeWord returns what a command line needs before the flags to go on.
func (o *options) resumeWord() string {
	if o.word == allWord {
		return allWord + " "
	}
	return ""
}

// A job is one run.
type job struct {
	config synth.Config
	output string
	resume bool

	device kernels.Device // once it is open
	run    *synth.Run
}

// jobs returns what the options ask for, checked, with nothing written yet.
func (o *options) jobs() ([]job, error) {
	if o.output == "" && o.resume {
		return nil, errors.New("-resume needs -output, the folder of the run to go on with")
	}
	if o.output == "" {
		name := "synth"
		if o.word != "" {
			name += "-" + o.word
		}
		var err error
		if o.output, err = run.Unused(filepath.Join("runs", name)); err != nil {
			return nil, err
		}
	}
	if o.word != allWord {
		j, err := o.job(o.word, o.output)
		return []job{j}, err
	}
	var jobs []job
	for number := 1; number <= synth.Experiments; number++ {
		word := strconv.Itoa(number)
		j, err := o.job(word, filepath.Join(o.output, "synth-"+word))
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

// open begins the run or goes on with it. If it cannot, it has written nothing.
func (j *job) open(progress run.Progress) (err error) {
	if j.device, err = training.OpenDevice(j.config.Device); err != nil {
		return err
	}
	env := synth.Environment{Device: j.device, Progress: progress}
	if !j.resume {
		if env.Folder, err = run.Create(j.output, j.config); err != nil {
			return cli.UsageError{Err: err}
		}
		j.run, err = synth.New(j.config, env)
		return err
	}
	var before synth.Config
	if env.Folder, err = run.Open(j.output, &before); err != nil {
		return cli.UsageError{Err: err}
	}
	if j.run, err = synth.Resume(j.config, env); err != nil {
		return cli.UsageError{Err: err}
	}
	return env.Folder.WriteJSON(run.ConfigFile, j.config)
}

// finish makes the steps that are left and returns what to say of the run.
func (j *job) finish(ctx context.Context) (fmt.Stringer, error) {
	j.run.Progress.Note(fmt.Sprintf("%s, on %s, into %s", j.config.Title, j.device.Name(), j.output))
	if err := j.run.Move(ctx); err != nil {
		return nil, err
	}
	return j.run.Finish()
}

// close gives back what open took. All that was to be written is, by then.
func (j *job) close() {
	if j.run != nil {
		j.run.Close()
	}
	if j.device != nil {
		j.device.Close()
	}
}
