package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/nn/safetensors"
)

// An Environment holds what a run needs besides its configuration: a device, an output
// folder and a receiver of progress.
type Environment struct {
	Device   kernels.Device
	Folder   *Folder
	Progress Progress // Silent{} if nil
}

// Check returns an error unless there are a device and a folder.
func (e Environment) Check() error {
	if e.Device == nil || e.Folder == nil {
		return errors.New("a run needs a device and a folder, which run.Create or run.Open returns")
	}
	return nil
}

// A Stepper makes the steps that a [Loop] repeats. It can save and restore its state.
type Stepper interface {
	// Columns names the values in a row of metrics.csv.
	Columns() []string
	// Step makes a step, counted from 1, and returns its row and a short status.
	// If ctx is cancelled it may return ctx's error instead, with the state of
	// the step before.
	Step(ctx context.Context, number int) (row []float64, status string, err error)
	// The loop calls Recorded after it has added the row of a step to the table. Recorded
	// may draw pictures and add rows to other tables. If ctx is cancelled it may return
	// ctx's error. When the run resumes, the loop calls it again before the next step.
	Recorded(ctx context.Context, number int) error
	// Save appends the state to a checkpoint.
	Save(f *safetensors.File) error
	// Restore puts back what Save appended after a number of steps.
	Restore(f *safetensors.File, steps int) error
}

// Options of a [Loop].
type Options struct {
	// Stage is the name of the steps in reports of progress, such as "training".
	Stage string
	// Total is the number of steps to make in all.
	Total int
	// ReportEvery is the number of steps between reports of progress, 1 if zero.
	ReportEvery int
	// Facts identify the run: a checkpoint with other facts is refused.
	Facts Facts
	// SaveEvery is the time between checkpoints, [DefaultSaveEvery] if zero.
	SaveEvery time.Duration
	// SaveSteps is the number of steps between further checkpoints. 0 stands for no
	// further ones.
	SaveSteps int
}

// unrecorded is a key of a checkpoint's metadata. It is present if the run was
// stopped between the last step and the end of the stepper's Recorded.
const unrecorded = "unrecorded"

// tablePrefix and the name of a table are a key of a checkpoint's metadata: the checksum of
// the table when the checkpoint was written.
const tablePrefix = "table."

// A table is one of the loop's tables with the name of its file.
type table struct {
	*Metrics
	name string
}

// DefaultSaveEvery is the default of [Options.SaveEvery]. A crash loses at most about this much
// of the run, or one step.
const DefaultSaveEvery = 30 * time.Second

// A Loop makes the steps of a run, records each in metrics.csv, and saves the
// state in checkpoints. It is used by one goroutine.
type Loop struct {
	Environment
	// Metrics is the table metrics.csv, a row a step.
	Metrics  *Metrics
	options  Options
	stepper  Stepper
	tables   []table           // Metrics and the further tables
	steps    int               // number of steps made
	recorded int               // number of steps for which Recorded has succeeded: steps or steps − 1
	changed  bool              // the state has changed since the last checkpoint
	saved    time.Time         // when the last checkpoint was written
	resumed  map[string]string // metadata of the checkpoint that the run resumes from
	speed    float64           // steps per second of the last call of Run
}

// NewLoop begins a run in a folder from [Create], or resumes the run in a folder from
// [Open]. A run resumes from its last checkpoint as if it had never stopped. Without a
// checkpoint it begins again.
func NewLoop(env Environment, s Stepper, o Options) (*Loop, error) {
	if env.Progress == nil {
		env.Progress = Silent{}
	}
	if o.SaveEvery == 0 {
		o.SaveEvery = DefaultSaveEvery
	}
	l := &Loop{Environment: env, options: o, stepper: s}
	if env.Folder.resumed {
		steps, f, note, err := env.Folder.ReadCheckpoint(o.Total, o.Facts)
		if note != "" {
			env.Progress.Note(note)
		}
		if err == nil && f != nil {
			l.steps, l.recorded = steps, steps
			if f.Metadata[unrecorded] != "" {
				l.recorded--
			}
			l.resumed = f.Metadata
			err = s.Restore(f, steps)
		}
		if err != nil {
			return nil, fmt.Errorf("resuming %s: %w", env.Folder.Path(), err)
		}
	}
	var err error
	l.Metrics, err = l.Table("metrics.csv", s.Columns(), l.steps)
	if err != nil {
		return nil, err
	}
	return l, nil
}

// Table begins a further table. In a resumed run it opens the table of the earlier run and
// drops all but the first rows rows. The loop writes the table to disk before each
// checkpoint, and closes it.
func (l *Loop) Table(name string, columns []string, rows int) (*Metrics, error) {
	var m *Metrics
	var err error
	if l.Folder.resumed {
		m, err = l.Folder.ResumeMetrics(name, columns, rows, l.resumed[tablePrefix+name])
	} else {
		m, err = l.Folder.CreateMetrics(name, columns)
	}
	if err != nil {
		return nil, err
	}
	l.tables = append(l.tables, table{m, name})
	return m, nil
}

// Steps returns how many steps are made and how many there are.
func (l *Loop) Steps() (made, total int) { return l.steps, l.options.Total }

// Recorded returns the number of steps for which [Stepper.Recorded] has succeeded: all
// steps that are made, or all but the last.
func (l *Loop) Recorded() int { return l.recorded }

// Speed returns the steps per second of the last call of Run, 0 if it made none.
func (l *Loop) Speed() float64 { return l.speed }

// Run makes all steps that are left. If ctx is cancelled it finishes or drops the current
// step, writes a checkpoint and returns ctx's error.
func (l *Loop) Run(ctx context.Context) error { return l.RunTo(ctx, l.options.Total) }

// RunTo does what Run does, up to the given number of steps in all.
func (l *Loop) RunTo(ctx context.Context, total int) error {
	total = min(total, l.options.Total)
	first, begin := l.steps, time.Now()
	l.saved, l.speed = begin, 0
	l.Progress.Begin(l.options.Stage, l.steps, total)
	defer l.Progress.End()
	for l.steps < total || l.recorded < l.steps {
		err := ctx.Err()
		if err == nil {
			err = l.step(ctx)
		}
		switch {
		case err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()):
			if err := l.Save(); err != nil {
				return err // not that of ctx, which says that the run is saved
			}
			return ctx.Err()
		case err != nil:
			return err
		}
		if l.due() {
			if err := l.Save(); err != nil {
				return err
			}
		}
	}
	if elapsed := time.Since(begin); l.steps > first {
		l.speed = float64(l.steps-first) / elapsed.Seconds()
	}
	return l.Save()
}

// step makes a step and records it. If the last step is made but not recorded, it only
// records that one.
func (l *Loop) step(ctx context.Context) error {
	if l.recorded == l.steps {
		number := l.steps + 1
		row, status, err := l.stepper.Step(ctx, number)
		if err != nil {
			return fmt.Errorf("step %d: %w", number, err)
		}
		if err := l.Metrics.Append(row); err != nil {
			return fmt.Errorf("metrics: %w", err)
		}
		l.steps, l.changed = number, true
		if number%max(1, l.options.ReportEvery) == 0 {
			l.Progress.Step(number, status)
		}
	}
	if err := l.stepper.Recorded(ctx, l.steps); err != nil {
		return err
	}
	l.recorded, l.changed = l.steps, true
	return nil
}

// due reports whether the loop must write a checkpoint now.
func (l *Loop) due() bool {
	every := l.options.SaveSteps
	return every > 0 && l.steps%every == 0 || time.Since(l.saved) >= l.options.SaveEvery
}

// Save writes a checkpoint, unless nothing has changed since the last one. It writes the
// tables to disk first, so that even after a crash they hold the rows of all steps up to the
// checkpoint.
func (l *Loop) Save() error {
	if err := l.Sync(); err != nil || !l.changed {
		return err
	}
	f := &safetensors.File{Metadata: make(map[string]string)}
	if l.recorded < l.steps {
		f.Metadata[unrecorded] = "yes"
	}
	for _, t := range l.tables {
		f.Metadata[tablePrefix+t.name] = t.Checksum()
	}
	if err := l.stepper.Save(f); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	if err := l.Folder.WriteCheckpoint(l.steps, l.options.Facts, f); err != nil {
		return err
	}
	l.saved, l.changed = time.Now(), false
	return nil
}

// Sync writes the tables to disk.
func (l *Loop) Sync() error {
	for _, m := range l.tables {
		if err := m.Sync(); err != nil {
			return fmt.Errorf("metrics: %w", err)
		}
	}
	return nil
}

// Close closes the tables and the folder.
func (l *Loop) Close() error {
	errs := []error{l.Folder.Close()}
	for _, m := range l.tables {
		errs = append(errs, m.Close())
	}
	return errors.Join(errs...)
}
