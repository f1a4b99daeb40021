package training

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"github.com/topogen/topogen/internal/memory"
)

// A Memory is the flag -max-memory: how much memory a run may take.
type Memory struct {
	// Remedy says what takes less, as in "a smaller -batch-size".
	Remedy string

	limit memory.Size
}

// Define defines the flag.
func (m *Memory) Define(f *flag.FlagSet) {
	f.Var(&m.limit, "max-memory", "`size` that memory may grow to, as in 8GB, or none; a run that needs more is refused, or saved and ended (default three quarters of the machine's)")
}

// Check returns an error if a run is estimated to need more than the limit.
func (m *Memory) Check(estimate int64) error {
	if err := m.limit.OrDefault().Check(estimate); err != nil {
		return m.explain(err)
	}
	return nil
}

// Watch returns a context that is cancelled when the process takes more than the limit. The
// function stop ends the watch.
func (m *Memory) Watch(ctx context.Context) (watched context.Context, stop func()) {
	return memory.Watch(ctx, m.limit.OrDefault())
}

// Ended returns what to tell the user if err comes from the end of a watched context at the
// limit, else err.
func (m *Memory) Ended(watched context.Context, err error) error {
	var limit *memory.LimitError
	if err == nil || !errors.Is(err, context.Canceled) || !errors.As(context.Cause(watched), &limit) {
		return err
	}
	return m.explain(limit)
}

func (m *Memory) explain(err error) error {
	return fmt.Errorf("%w: give %s, or a greater -max-memory", err, m.Remedy)
}
