package study

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"
)

// Options say how units are run. The zero value runs one unit for each processor.
type Options struct {
	// Workers is the number of units that run at once; 0 stands for GOMAXPROCS.
	// Outcomes do not depend on it.
	Workers int
	// Report, if set, is called after each unit that this process ran or found
	// done, one call at a time. err is that of the unit's run.
	Report func(done, total int, u Unit, err error)
}

// Run runs the units that are not done, several at once. Units that another
// process is running are left to it, until it is done or dies; a unit never runs
// twice at the same time. A unit that fails does not stop the others; Run returns
// the errors of all of them. If ctx is cancelled Run returns its error once all
// runners have returned; what they had begun is lost and starts again next time.
func (s *Store) Run(ctx context.Context, units []Unit, r Runner, o Options) error {
	for _, u := range units {
		if err := r.Check(u); err != nil {
			return fmt.Errorf("study: arm %s: %w", u.Arm, err)
		}
	}
	if err := os.MkdirAll(s.path(unitsFolder), 0o777); err != nil {
		return fmt.Errorf("study: %w", err)
	}
	q := &queue{left: unique(units), store: s, runner: r, report: o.Report}
	q.total = len(q.left)
	workers := o.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var wg sync.WaitGroup
	for range min(workers, q.total) {
		wg.Go(func() { q.work(ctx) })
	}
	wg.Wait()
	return errors.Join(append(q.failed, ctx.Err())...)
}

// unique drops units that are the same run as one before them.
func unique(units []Unit) []Unit {
	var some []Unit
	seen := make(map[string]bool)
	for _, u := range units {
		if h := u.Hash(); !seen[h] {
			seen[h] = true
			some = append(some, u)
		}
	}
	return some
}

// A queue hands units to workers.
type queue struct {
	store  *Store
	runner Runner
	report func(done, total int, u Unit, err error)

	mu          sync.Mutex
	left        []Unit
	done, total int
	failed      []error
}

// work runs units until none is left. A unit that another process has locked goes
// to the end of the queue; when all that are left are locked, the worker waits.
func (q *queue) work(ctx context.Context) {
	const pause = 200 * time.Millisecond
	locked := 0 // units in a row that other processes hold
	for ctx.Err() == nil {
		u, left, ok := q.take()
		if !ok {
			return
		}
		busy, err := q.run(ctx, u)
		if ctx.Err() != nil && err != nil {
			return // not the unit's fault
		}
		if !busy {
			locked = 0
			q.finish(u, err)
			continue
		}
		q.putBack(u)
		if locked++; locked > left {
			locked = 0
			select {
			case <-ctx.Done():
			case <-time.After(pause):
			}
		}
	}
}

func (q *queue) take() (u Unit, left int, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.left) == 0 {
		return Unit{}, 0, false
	}
	u, q.left = q.left[0], q.left[1:]
	return u, len(q.left), true
}

func (q *queue) putBack(u Unit) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.left = append(q.left, u)
}

func (q *queue) finish(u Unit, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.done++
	if err != nil {
		q.failed = append(q.failed, fmt.Errorf("study: arm %s, seed %d: %w", u.Arm, u.Seed, err))
	}
	if q.report != nil {
		q.report(q.done, q.total, u, err)
	}
}

// run runs a unit unless it is done. busy says that another process is running it.
func (q *queue) run(ctx context.Context, u Unit) (busy bool, err error) {
	if q.store.Done(u) {
		return false, nil
	}
	unlock, ok, err := tryLock(q.store.path(unitsFolder, u.Hash()+".lock"))
	if err != nil || !ok {
		return err == nil, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if q.store.Done(u) { // by the process that held the lock until now
		return false, nil
	}
	dir, err := q.store.begin(u)
	if err != nil {
		return false, err
	}
	began := time.Now()
	outcome, err := q.runner.Run(ctx, u, dir)
	if err != nil {
		return false, err
	}
	return false, q.store.finish(u, dir, outcome, Cost{Seconds: time.Since(began).Seconds()})
}
