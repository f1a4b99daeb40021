package training

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/topogen/topogen/experiment/run"
	"github.com/topogen/topogen/internal/cli"
)

// Output are the flags that say which folder a run writes to, and how often it
// saves.
type Output struct {
	Path   string
	Resume bool

	changeable []string
}

// Define defines the flags. The configuration holds the defaults of saveEvery and
// saveSteps. Changeable are the flags that may be given when a run resumes,
// besides -output, -resume and those that say how often it saves.
func (o *Output) Define(f *flag.FlagSet, saveEvery *time.Duration, saveSteps *int, changeable ...string) {
	o.changeable = append(changeable, "save-every", "save-steps")
	f.StringVar(&o.Path, "output", "", "`folder` to write to; a new one in runs unless given")
	f.BoolVar(&o.Resume, "resume", false, "go on with the run in the -output folder; -"+strings.Join(o.changeable, ", -")+" may change")
	f.DurationVar(saveEvery, "save-every", *saveEvery, fmt.Sprintf("`time` between checkpoints, as in 30s or 5m; 0 for %v", run.DefaultSaveEvery))
	f.IntVar(saveSteps, "save-steps", *saveSteps, "`steps` between further checkpoints; 0 for none")
}

// Check returns a mistake if the run is to resume and the flags do not say which
// one, or change what cannot change.
func (o *Output) Check(f *flag.FlagSet) error {
	switch {
	case !o.Resume:
		return nil
	case o.Path == "":
		return cli.Usagef("-resume needs -output, the folder of the run to go on with")
	}
	return cli.Unchangeable(f, o.changeable...)
}

// Choose sets Path, if there is none, to a folder in runs that does not exist yet.
func (o *Output) Choose(name string) (err error) {
	if o.Path == "" {
		o.Path, err = run.Unused(filepath.Join("runs", name))
	}
	return err
}

// Begin returns the folder at a path: a new one, to which it writes the
// configuration, or that of the run to go on with, whose configuration it reads
// into before, a pointer.
func (o *Output) Begin(path string, config, before any) (folder *run.Folder, err error) {
	if o.Resume {
		folder, err = run.Open(path, before)
	} else {
		folder, err = run.Create(path, config)
	}
	if err != nil {
		return nil, cli.UsageError{Err: err}
	}
	return folder, nil
}

// Begun takes err, the error of opening a run in a folder, nil if there is none. Without an
// error it records the configuration of a run that goes on. A mistake in resuming becomes a
// [cli.UsageError].
func (o *Output) Begun(folder *run.Folder, config any, err error) error {
	switch {
	case err != nil && o.Resume && !errors.Is(err, context.Canceled):
		return cli.UsageError{Err: err}
	case err != nil || !o.Resume:
		return err
	}
	return folder.WriteJSON(run.ConfigFile, config)
}

// Interrupted returns what to tell the user if err says that a run was cancelled,
// else err. Steps says how many steps are made and how many there are, or false if
// the run has not begun. The command, with -resume, goes on with the run.
func (o *Output) Interrupted(err error, steps func() (made, total int, begun bool), command string) error {
	if !errors.Is(err, context.Canceled) {
		return err
	}
	made, total, begun := steps()
	switch {
	case begun:
		return fmt.Errorf("%w after %d of %d steps, saved; go on with: %s -resume", cli.ErrInterrupted, made, total, command)
	case o.Resume:
		return fmt.Errorf("%w before the run went on; it is as it was", cli.ErrInterrupted)
	}
	return fmt.Errorf("%w before the first step; go on with: %s -resume", cli.ErrInterrupted, command)
}
