package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"github.com/topogen/topogen/experiment/run"
	"github.com/topogen/topogen/experiment/synth"
	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/internal/cli/training"
	"github.com/topogen/topogen/kernels"
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
  synth 1 -gradient 'average(bandwidth=1)' whole clusters move, not single points
  synth 3 -attract                         a loop is made on purpose
  synth -point-cloud square,n=80 -true-point-cloud circle,n=80 -attract
  synth -point-cloud sphere,n=60 -true-point-cloud torus,n=60 -attract
  synth -point-cloud mine.csv -true-diagram aim.json
  synth -output circle -resume -steps 9000 go on with a run

A CLOUD is a literal such as [[0,0],[1,0],[0,1]], a file (.json, .npy, or .csv
and other text), or a named shape with options, as in clusters:3,n=60,scale=10:
annulus, circle, circles, clusters:k, disk, figure-eight, gaussians:k,
linked-rings, moons, segments:k, sphere, spheres:k, square, swiss-roll, torus,
trefoil;
options are n (points), noise, scale and at.

A diagram file is a list like [{"degree":0,"bars":[[0,1.5],[0,null]]}], or what
rips -json prints.

The loss has the terms of -topo, each written name=weight(option=value,…); synth
-topo help lists them. The seven weights of -topo-weights are those of
bottleneck0, bottleneck1, entropy0, entropy1, dsigma0, dsigma1 and density; the
digit is the homology degree.`

func program(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stdout)
	if err != nil {
		return err
	}
	o.note = func(note string) { fmt.Fprintln(stderr, "synth:", note) }
	jobs, err := o.jobs()
	if err != nil {
		return cli.UsageError{Err: err}
	}
	// All folders are there before the first run begins, so that all runs can go on
	// if it is interrupted.
	for _, j := range jobs {
		if err := o.memory.Check(j.config.EstimateMemory()); err != nil {
			return err
		}
	}
	ctx, stop := o.memory.Watch(ctx)
	defer stop()
	progress := training.Progress(stderr)
	for i := range jobs {
		defer jobs[i].close()
		if err := jobs[i].open(&o.output); err != nil {
			return err
		}
	}
	for i := range jobs {
		j := &jobs[i]
		summary, err := j.finish(ctx, &o.output, progress)
		if err != nil {
			return o.output.Interrupted(o.memory.Ended(ctx, err), j.steps, fmt.Sprintf("synth %s-output %s", o.resumeWord(), o.output.Path))
		}
		fmt.Fprint(stdout, summary)
	}
	return nil
}

// resumeWord returns what stands before the flags in a command line that resumes the runs:
// the word "all" and a blank, or nothing.
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

	device kernels.Device // once it is open
	folder *run.Folder
	run    *synth.Run // once it has begun
}

// jobs returns what the options ask for, checked, with nothing written yet.
func (o *options) jobs() ([]job, error) {
	name := "synth"
	if o.word != "" {
		name += "-" + o.word
	}
	if err := o.output.Choose(name); err != nil {
		return nil, err
	}
	if o.word != allWord {
		j, err := o.job(o.word, o.output.Path)
		return []job{j}, err
	}
	var jobs []job
	for number := 1; number <= synth.Experiments; number++ {
		word := strconv.Itoa(number)
		j, err := o.job(word, filepath.Join(o.output.Path, "synth-"+word))
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, j)
	}
	return jobs, nil
}

func (o *options) job(word, output string) (job, error) {
	j := job{output: output}
	var err error
	if o.output.Resume {
		j.config, err = o.resumed(output)
	} else {
		j.config, err = o.fresh(word)
	}
	if err != nil {
		return j, err
	}
	return j, j.config.Validate()
}

// open opens the device and the folder.
func (j *job) open(o *training.Output) (err error) {
	if j.device, err = training.OpenDevice(j.config.Device); err != nil {
		return err
	}
	j.folder, err = o.Begin(j.output, j.config, new(synth.Config))
	return err
}

// finish begins the run or goes on with it, makes the steps that are left, and
// returns the summary.
func (j *job) finish(ctx context.Context, o *training.Output, progress run.Progress) (fmt.Stringer, error) {
	var err error
	j.run, err = synth.New(ctx, j.config, run.Environment{Device: j.device, Folder: j.folder, Progress: progress})
	if err := o.Begun(j.folder, j.config, err); err != nil {
		return nil, err
	}
	progress.Note(fmt.Sprintf("%s, on %s, into %s", j.config.Title, j.device.Name(), j.output))
	if err := j.run.Move(ctx); err != nil {
		return nil, err
	}
	return j.run.Finish(ctx)
}

// steps returns how many steps are made and how many there are, or false before
// the run has begun.
func (j *job) steps() (made, total int, begun bool) {
	if j.run == nil {
		return 0, 0, false
	}
	made, total = j.run.Steps()
	return made, total, true
}

// close closes what open opened. The run has written all its files before.
func (j *job) close() {
	if j.run != nil {
		j.run.Close()
	}
	j.folder.Close()
	if j.device != nil {
		j.device.Close()
	}
}
