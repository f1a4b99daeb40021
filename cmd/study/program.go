package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/topogen/topogen/experiment/trial"
	"github.com/topogen/topogen/internal/atomicfile"
	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/internal/cli/training"
	"github.com/topogen/topogen/study"
)

// A command is one of the program's verbs.
type command struct {
	name, summary string
	run           func(ctx context.Context, args []string, stdout, stderr io.Writer) error
}

var commands = []command{
	{"plans", "list the plans that come with this program", listPlans},
	{"new", "write a plan from flags: study new -data DATA -arm NAME -arm NAME:KEY=VALUE", newPlan},
	{"show", "print a plan: study show NAME or FILE", showPlan},
	{"run", "run a plan's units: study run NAME or FILE", runUnits},
	{"report", "write results.csv, evidence.json and report.html: study report DIR", report},
	{"tune", "choose points of grids on tuning seeds: study tune DIR -metric NAME", tune},
	{"emit", "write a job of many machines: study emit kubernetes or slurm", emit},
}

func program(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) > 0 {
		for _, c := range commands {
			if c.name == args[0] {
				return c.run(ctx, args[1:], stdout, stderr)
			}
		}
	}
	if len(args) == 0 || strings.TrimLeft(args[0], "-") == "help" || args[0] == "-h" {
		fmt.Fprint(stdout, "Study trains the arms of a plan with many seeds and says which are better.\n\nCommands:\n")
		for _, c := range commands {
			fmt.Fprintf(stdout, "  %-8s %s\n", c.name, c.summary)
		}
		fmt.Fprint(stdout, "\nstudy COMMAND -help lists a command's flags.\n")
		return nil
	}
	return cli.Usagef("no command %q: see study -help", args[0])
}

// parse parses flags that may stand before and after one argument.
func parse(flags *flag.FlagSet, args []string, synopsis string, stdout io.Writer) (argument string, err error) {
	rest, err := cli.ParseArguments(flags, args, synopsis, stdout)
	if err != nil || len(rest) == 0 {
		return "", err
	}
	argument = rest[0]
	if rest, err = cli.ParseArguments(flags, rest[1:], synopsis, stdout); err != nil {
		return "", err
	}
	if len(rest) > 0 {
		return "", cli.Usagef("unexpected argument %q (see %s -help)", rest[0], flags.Name())
	}
	return argument, nil
}

func runUnits(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("study run", flag.ContinueOnError)
	output := flags.String("output", "", "`folder` of the study; runs/NAME unless given, or with no plan one that holds a study")
	tuning := flags.Bool("tuning", false, "run the tuning seeds, measured on validation data")
	workers := flags.Int("workers", 0, "`number` of units at once; 0 for one a processor")
	shards := flags.Int("shards", 1, "`number` of machines that share the units; this one's index comes from -shard, JOB_COMPLETION_INDEX or SLURM_ARRAY_TASK_ID")
	shard := flags.Int("shard", -1, "`index` of this machine, from 0")
	name, err := parse(flags, args, `
Usage: study run NAME or FILE [flags]

Trains every arm of the plan with every seed, several units at once, and writes the
report. Units that are in the folder already are not run again, so that an interrupted
study goes on with the same command. Processes that share the folder share the work.

A plan is one of those that come with the program (study plans), or a JSON file, which
docs/studies.md describes and study new writes. Paths of data in it are relative to the
folder in which the program runs.`, stdout)
	if err != nil {
		return err
	}
	if *output == "" {
		if name == "" {
			return cli.Usagef("a plan or -output, the folder of a study, is needed")
		}
		*output = filepath.Join("runs", strings.TrimSuffix(filepath.Base(name), ".json"))
	}
	if *workers < 0 || *workers > 1<<12 {
		return cli.Usagef("-workers is %d, must be from 0 to %d", *workers, 1<<12)
	}
	index, err := shardIndex(*shard, *shards)
	if err != nil {
		return err
	}
	store, plan, err := open(name, *output)
	if err != nil {
		return err
	}
	part := study.Test
	if *tuning {
		part = study.Validation
		if len(plan.Seeds.Tuning) == 0 {
			return cli.Usagef("the plan has no tuning seeds: list some under seeds.tuning, or leave out -tuning")
		}
	} else if p := plan.LeastP(); p > study.Significance {
		fmt.Fprintf(stderr, "study: with %d seeds no comparison can get a corrected p below %.2g: add seeds, or leave out metrics or arms\n",
			len(plan.Seeds.Reporting), p)
	}
	units := study.Shard(plan.Units(part), index, *shards)
	if err := runMissing(ctx, store, units, *workers, stderr); err != nil {
		return err
	}
	next := "study report " + *output
	if *tuning {
		next = "study tune " + *output + " -metric NAME"
	}
	if *tuning || *shards > 1 {
		fmt.Fprintf(stdout, "units are in %s; go on with: %s\n", *output, next)
		return nil
	}
	return writeReport(store, true, stdout)
}

// runMissing runs those of the units that are not done, and reports its progress.
func runMissing(ctx context.Context, store *study.Store, units []study.Unit, workers int, stderr io.Writer) error {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var left []study.Unit
	for _, u := range units {
		if !store.Done(u) {
			left = append(left, u)
		}
	}
	progress := training.Progress(stderr)
	before := len(units) - len(left)
	progress.Begin("units", before, len(units))
	failed, reasons := 0, make(map[string]bool)
	err := store.Run(ctx, left, &trial.Runner{Open: openData}, study.Options{
		Workers: workers,
		Report: func(done, total int, u study.Unit, err error) {
			if err != nil {
				failed++
				if reason := err.Error(); !reasons[reason] {
					reasons[reason] = true
					progress.Note(fmt.Sprintf("failed: %s, seed %d: %s", u.Arm, u.Seed, reason))
				}
			}
			progress.Step(before+done, fmt.Sprintf("%s, seed %d", u.Arm, u.Seed))
		},
	})
	progress.End()
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%w: what is done is kept; the same command goes on", cli.ErrInterrupted)
	case err != nil && failed > 0:
		again := ""
		if failed > len(reasons) {
			again = "; units that failed for a reason given above are not listed again"
		}
		return fmt.Errorf("%d of %d units failed, the others are kept%s", failed, len(units), again)
	}
	return err
}

// shardIndex returns the index of this machine, from the flag or from the environment
// of an array job.
func shardIndex(flag, shards int) (int, error) {
	if shards < 1 {
		return 0, cli.Usagef("-shards is %d, must be at least 1", shards)
	}
	index := flag
	if flag < 0 && shards == 1 {
		index = 0
	}
	for _, name := range []string{"JOB_COMPLETION_INDEX", "SLURM_ARRAY_TASK_ID"} {
		if text := os.Getenv(name); index < 0 && text != "" {
			var err error
			if index, err = strconv.Atoi(text); err != nil {
				return 0, cli.Usagef("%s is %q, which is not an index", name, text)
			}
		}
	}
	if index < 0 || index >= shards {
		return 0, cli.Usagef("the index of this machine is %d of %d: give -shard, from 0 to %d", index, shards, shards-1)
	}
	return index, nil
}

// open returns the study in folder output, and its plan. With the name of a plan it makes
// the folder unless that holds the same plan already. Without a name the folder must hold
// a study. It must have begun with the present version of settings.
func open(name, output string) (*study.Store, *study.Plan, error) {
	plan, err := planOf(name, output)
	if err != nil {
		return nil, nil, err
	}
	if err := new(trial.Runner).CheckPlan(plan); err != nil { // before a folder is made
		return nil, nil, cli.Usagef("%s: %w", cmp.Or(name, output), err)
	}
	plan.Version = trial.Version
	store, err := study.Create(output, plan)
	if err != nil {
		return nil, nil, cli.UsageError{Err: err}
	}
	return store, plan, nil
}

// planOf returns the plan of a name, and that of the study in folder output if the name is empty.
func planOf(name, output string) (*study.Plan, error) {
	if name != "" {
		return findPlan(name)
	}
	store, err := study.Open(output)
	if err != nil {
		return nil, cli.UsageError{Err: err}
	}
	return store.Plan()
}

func report(_ context.Context, args []string, stdout, _ io.Writer) error {
	flags := flag.NewFlagSet("study report", flag.ContinueOnError)
	costs := flags.Bool("costs", true, "show what units took, which no two runs share; without it equal studies have equal reports")
	dir, err := parse(flags, args, `
Usage: study report DIR [flags]

Writes results.csv, evidence.json and report.html into the study's folder, from the
units that are there, and prints the comparisons.`, stdout)
	if err != nil {
		return err
	}
	if dir == "" {
		return cli.Usagef("which study? Give its folder")
	}
	store, err := study.Open(dir)
	if err != nil {
		return cli.UsageError{Err: err}
	}
	return writeReport(store, *costs, stdout)
}

func writeReport(store *study.Store, costs bool, stdout io.Writer) error {
	e, err := store.Report(costs)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%v\nreport: %s\n", e, filepath.Join(store.Path(), "report.html"))
	return nil
}

func tune(_ context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("study tune", flag.ContinueOnError)
	metric := flags.String("metric", "", "`name` of the metric whose mean over the tuning seeds chooses")
	output := flags.String("output", "", "`file` for the plan with the chosen points; standard output if empty")
	dir, err := parse(flags, args, `
Usage: study tune DIR -metric NAME [-output FILE]

Chooses the best point of each arm's grid, from units that study run -tuning made, and
shows the means that decide on standard error. The plan that it writes reports other
seeds.`, stdout)
	if err != nil {
		return err
	}
	if dir == "" || *metric == "" {
		return cli.Usagef("a study's folder and -metric are needed")
	}
	store, err := study.Open(dir)
	if err != nil {
		return cli.UsageError{Err: err}
	}
	plan, points, err := store.Tune(*metric)
	if err != nil {
		return err
	}
	fmt.Fprintf(stderr, "%s of validation data, mean and deviation over the tuning seeds:\n", *metric)
	for _, p := range points {
		fmt.Fprintf(stderr, "  %-22s %s\n", p, p.Arm)
	}
	if *output == "" {
		return plan.Write(stdout)
	}
	return atomicfile.Write(*output, plan.Write)
}

func emit(_ context.Context, args []string, stdout, _ io.Writer) error {
	flags := flag.NewFlagSet("study emit", flag.ContinueOnError)
	a := study.JobArray{}
	flags.StringVar(&a.Name, "name", "study", "`name` of the job")
	flags.StringVar(&a.Plan, "plan", "", "`name` or file of the plan, as the machines see it; empty if the folder holds the study")
	flags.StringVar(&a.Dir, "dir", "", "the study's `folder` as the machines see it")
	flags.BoolVar(&a.Tuning, "tuning", false, "run the tuning seeds, measured on validation data")
	flags.IntVar(&a.Shards, "shards", 16, "`number` of processes; units are dealt to them in turn")
	flags.StringVar(&a.Image, "image", "", "container `image` with this program, for kubernetes")
	flags.StringVar(&a.Claim, "claim", "", "persistent volume `claim` mounted at the folder, for kubernetes")
	kind, err := parse(flags, args, `
Usage: study emit kubernetes or slurm -plan NAME -dir DIR [flags]

Writes an Indexed Job, or a script for sbatch, whose processes share a study's units.
Each runs one unit at a time. One that fails is tried again alone, three times. Submit
the job again to run what is missing: units that are done are not run again. Then
study report DIR writes the report.`, stdout)
	if err != nil {
		return err
	}
	switch kind {
	case "kubernetes":
		err = study.EmitKubernetes(stdout, a)
	case "slurm":
		err = study.EmitSlurm(stdout, a)
	default:
		return cli.Usagef("%q is not a scheduler: want kubernetes or slurm", kind)
	}
	if err != nil {
		return cli.UsageError{Err: err}
	}
	return nil
}
