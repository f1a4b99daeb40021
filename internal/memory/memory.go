// Package memory keeps a program within a limit of memory, so that it ends with a
// message and not with a stack trace or by the hand of the system.
//
//	var limit memory.Size
//	flags.Var(&limit, "max-memory", "`size` …")
//	…
//	ctx, stop := memory.Watch(ctx, limit.OrDefault())
//	defer stop()
//
// A program checks what it can estimate before the work, and [Watch] cancels the rest.
package memory

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Size is a number of bytes, and the value of a flag. 0 stands for a default.
type Size int64

// None is the limit of a program that has none.
const None Size = math.MaxInt64

// units are those of a size, the greatest first.
var units = []struct {
	name  string
	bytes float64
}{
	{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10},
	{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"KB", 1e3}, {"B", 1},
}

// String returns a size with three digits, as 1.5 GB.
func (s Size) String() string {
	if s == None {
		return "none"
	}
	for _, u := range units {
		if !strings.HasSuffix(u.name, "iB") && float64(s) >= u.bytes && u.bytes > 1 {
			return fmt.Sprintf("%.3g %s", float64(s)/u.bytes, u.name)
		}
	}
	return fmt.Sprintf("%d B", int64(s))
}

// Set reads a size such as 1.5GB, 512 MiB or 1000000, in any case of letters, or none.
func (s *Size) Set(text string) error {
	word := strings.ToUpper(strings.TrimSpace(text))
	if word == "NONE" {
		*s = None
		return nil
	}
	factor := 1.0
	for _, u := range units {
		if rest, ok := strings.CutSuffix(word, strings.ToUpper(u.name)); ok {
			word, factor = strings.TrimSpace(rest), u.bytes
			break
		}
	}
	v, err := strconv.ParseFloat(word, 64)
	if bytes := v * factor; err != nil || !(bytes >= 1 && bytes < 1<<62) {
		return errors.New("want a size such as 8GB, 512MB or none")
	}
	*s = Size(v * factor)
	return nil
}

// OrDefault returns s, or, if that is 0, three quarters of [Total]. Where the system
// does not tell its memory, the default is [None].
func (s Size) OrDefault() Size {
	if s != 0 {
		return s
	}
	if total, ok := Total(); ok {
		return total / 4 * 3
	}
	return None
}

// Total returns the memory of the machine, or of the container that the process runs in
// if that has less. It knows the files of Linux.
func Total() (Size, bool) {
	info, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, false
	}
	container, err := os.ReadFile("/sys/fs/cgroup/memory.max")
	if err != nil {
		container = nil
	}
	return total(info, container)
}

// total returns the lesser of MemTotal in /proc/meminfo and the limit of a container,
// which is a number of bytes or max.
func total(info, container []byte) (Size, bool) {
	for line := range bytes.Lines(info) {
		var kilobytes int64
		if n, _ := fmt.Sscanf(string(line), "MemTotal: %d kB", &kilobytes); n == 1 && kilobytes > 0 {
			size := Size(kilobytes) << 10
			if limit, err := strconv.ParseInt(string(bytes.TrimSpace(container)), 10, 64); err == nil && limit > 0 {
				size = min(size, Size(limit))
			}
			return size, true
		}
	}
	return 0, false
}

// A LimitError says that a program needs more memory than its limit.
type LimitError struct {
	Need, Limit Size
	Estimated   bool // Need is an estimate from before the work; if false, it is the memory in use
}

func (e *LimitError) Error() string {
	if e.Estimated {
		return fmt.Sprintf("this needs at least %v of memory, -max-memory allows %v", e.Need, e.Limit)
	}
	return fmt.Sprintf("this has taken %v of memory, -max-memory allows %v", e.Need, e.Limit)
}

// Check returns a [LimitError] if an estimated need is above the limit.
func (s Size) Check(need int64) error {
	if Size(need) > s {
		return &LimitError{Size(need), s, true}
	}
	return nil
}

// interval is the time between two looks at the memory in use.
const interval = 20 * time.Millisecond

// Watch returns a context that ends, with a [LimitError] as its cause, when the process
// uses more memory than limit. The garbage collector works harder from nine tenths of
// the limit on. The function stop ends the watch.
//
// The watch begins after 20 ms. So a program that ends earlier neither starts a thread for it
// nor stops all threads to set the garbage collector's limit.
func Watch(ctx context.Context, limit Size) (watched context.Context, stop func()) {
	watched, cancel := context.WithCancelCause(ctx)
	if limit == None {
		return watched, func() { cancel(nil) }
	}
	w := &watch{limit: limit, ctx: watched, cancel: cancel}
	w.mutex.Lock() // until timer is set
	defer w.mutex.Unlock()
	w.timer = time.AfterFunc(interval, w.look)
	return watched, w.stop
}

// A watch looks at the memory in use whenever its timer fires.
type watch struct {
	limit  Size
	ctx    context.Context
	cancel context.CancelCauseFunc

	mutex   sync.Mutex
	timer   *time.Timer
	started bool  // whether the garbage collector has a limit
	before  int64 // the limit that it had before
}

func (w *watch) look() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.ctx.Err() != nil {
		return
	}
	if !w.started {
		w.started, w.before = true, debug.SetMemoryLimit(int64(w.limit)/10*9)
	}
	if used := Used(); used > w.limit {
		w.cancel(&LimitError{Need: used, Limit: w.limit})
		return
	}
	w.timer.Reset(interval)
}

func (w *watch) stop() {
	w.cancel(nil)
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.timer.Stop()
	if w.started {
		debug.SetMemoryLimit(w.before)
		w.started = false
	}
}

// Used returns the memory that the process has from the system: its resident pages where the
// system tells them, as Linux does, else what Go's runtime has. Package runtime/metrics, which
// counts the latter without stopping all threads, delays each start of a program.
func Used() Size {
	if text, err := os.ReadFile("/proc/self/statm"); err == nil {
		if pages, ok := resident(text); ok {
			return Size(pages) * Size(os.Getpagesize())
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return Size(m.Sys - m.HeapReleased)
}

// resident returns the number of resident pages, the second number in /proc/self/statm.
func resident(statm []byte) (pages int64, ok bool) {
	fields := bytes.Fields(statm)
	if len(fields) < 2 {
		return 0, false
	}
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	return pages, err == nil && pages > 0
}
