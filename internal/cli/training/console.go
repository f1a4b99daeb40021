package training

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"github.com/topogen/topogen/experiment/run"
)

// Progress returns a reporter for w: a bar that redraws itself where w is a
// terminal, else a plain line now and then.
func Progress(w io.Writer) run.Progress {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return &bars{out: f}
	}
	return &lines{out: w, every: 5 * time.Second, now: time.Now}
}

// lines writes a line at the beginning and the end of a stage and every few
// seconds between.
type lines struct {
	out   io.Writer
	every time.Duration
	now   func() time.Time

	stage       string
	first       int // units that were done when the stage began
	done, total int
	status      string
	began, last time.Time
}

func (l *lines) Begin(stage string, done, total int) {
	l.End()
	l.stage, l.first, l.done, l.total, l.status = stage, done, done, total, ""
	l.began = l.now()
	l.last = l.began
	fmt.Fprintf(l.out, "%s: %d of %d\n", stage, done, total)
}

func (l *lines) Step(done int, status string) {
	l.done, l.status = done, status
	if l.now().Sub(l.last) >= l.every && done < l.total {
		l.print()
	}
}

func (l *lines) print() {
	l.last = l.now()
	elapsed := l.last.Sub(l.began)
	rate := ""
	if n := l.done - l.first; n > 0 && elapsed > 0 {
		left := time.Duration(float64(elapsed) / float64(n) * float64(l.total-l.done))
		rate = fmt.Sprintf(", %.3g/s", float64(n)/elapsed.Seconds())
		if left > 0 {
			rate += fmt.Sprintf(", %v left", left.Round(time.Second))
		}
	}
	status := l.status
	if status != "" {
		status = ", " + status
	}
	fmt.Fprintf(l.out, "%s: %d of %d%s%s\n", l.stage, l.done, l.total, rate, status)
}

func (l *lines) Note(line string) { fmt.Fprintln(l.out, line) }

func (l *lines) End() {
	if l.stage != "" && l.done > l.first {
		l.print()
	}
	l.stage = ""
}

// bars draws one progress bar for each stage.
type bars struct {
	out       io.Writer
	container *mpb.Progress
	bar       *mpb.Bar
	status    atomic.Pointer[string] // read by the bar's own goroutine
	total     int
	complete  bool     // the container draws no more, and would lose notes
	late      []string // notes since then
}

func (b *bars) Begin(stage string, done, total int) {
	b.End()
	b.status.Store(new(string))
	b.total, b.complete = total, done >= total
	b.container = mpb.New(mpb.WithOutput(b.out), mpb.WithAutoRefresh(), mpb.WithWidth(100))
	b.bar = b.container.New(int64(total), mpb.BarStyle(),
		mpb.PrependDecorators(decor.Name(stage+" "), decor.CountersNoUnit("%d/%d")),
		mpb.AppendDecorators(
			decor.AverageETA(decor.ET_STYLE_GO),
			decor.Any(func(decor.Statistics) string { return "  " + *b.status.Load() }),
		),
	)
	if done > 0 {
		b.bar.SetRefill(int64(done))
		b.bar.SetCurrent(int64(done))
		b.bar.DecoratorAverageAdjust(time.Now())
	}
}

func (b *bars) Step(done int, status string) {
	b.status.Store(&status)
	b.complete = done >= b.total
	b.bar.SetCurrent(int64(done))
}

func (b *bars) Note(line string) {
	switch {
	case b.container == nil:
		fmt.Fprintln(b.out, line)
	case b.complete:
		b.late = append(b.late, line)
	default:
		fmt.Fprintln(b.container, line)
	}
}

func (b *bars) End() {
	if b.container == nil {
		return
	}
	if !b.bar.Completed() {
		b.bar.Abort(false)
	}
	b.container.Wait()
	b.container, b.bar = nil, nil
	for _, line := range b.late {
		fmt.Fprintln(b.out, line)
	}
	b.late = nil
}
