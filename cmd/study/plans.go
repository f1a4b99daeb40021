package main

import (
	"context"
	"embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/data/fashionmnist"
	"github.com/topogen/topogen/data/shapes"
	"github.com/topogen/topogen/data/source"
	"github.com/topogen/topogen/experiment/train"
	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/study"
)

// plans holds the plans that come with the program.
//
//go:embed plans/*.json
var plans embed.FS

const ending = ".json"

// findPlan returns the plan in a file, if the name has a slash or ends in .json, and
// otherwise the plan of that name that comes with the program.
func findPlan(name string) (*study.Plan, error) {
	var f fs.File
	var err error
	if strings.HasSuffix(name, ending) || strings.ContainsAny(name, `/\`) {
		f, err = os.Open(name)
	} else {
		f, err = plans.Open("plans/" + name + ending)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, cli.Usagef("no plan %q: study plans lists those that come with this program; a file's name ends in %s", name, ending)
	case err != nil:
		return nil, cli.UsageError{Err: err}
	}
	defer f.Close()
	p, err := study.Parse(f)
	if err != nil {
		return nil, cli.Usagef("%s: %w", name, err)
	}
	return p, nil
}

func listPlans(_ context.Context, args []string, stdout, _ io.Writer) error {
	if err := cli.Parse(flag.NewFlagSet("study plans", flag.ContinueOnError), args, "Usage: study plans", stdout); err != nil {
		return err
	}
	entries, err := plans.ReadDir("plans")
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), ending)
		p, err := findPlan(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(stdout, "%-18s %s (%d arms, %d units)\n", name, p.Title, len(p.Arms), len(p.Units(study.Test)))
	}
	return nil
}

func showPlan(_ context.Context, args []string, stdout, _ io.Writer) error {
	name, err := parse(flag.NewFlagSet("study show", flag.ContinueOnError), args, "Usage: study show NAME or FILE", stdout)
	if err != nil {
		return err
	}
	if name == "" {
		return cli.Usagef("which plan? study plans lists them")
	}
	p, err := findPlan(name)
	if err != nil {
		return err
	}
	return p.Write(stdout)
}

// openData opens the data of a unit. Points of shapes are drawn anew for each seed, unless
// the settings fix the seed of the data.
func openData(ctx context.Context, c train.Config) (*data.Sets, error) {
	if c.DataOptions.Seed == 0 && shapes.Is(c.Data) {
		c.DataOptions.Seed = c.Seed
	}
	return source.Open(ctx, c.Data, c.DataOptions, fashionmnist.DownloadOptions{})
}
