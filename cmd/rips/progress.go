package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"
)

// A progress tells on standard error how far a long run is: on a terminal in one line that
// changes, else, if it is asked for, in lines.
type progress struct {
	out      io.Writer
	terminal bool
	wait     time.Duration // between the start and the first report
	pause    time.Duration // between reports

	mu    sync.Mutex
	next  time.Time // of the next report
	shown bool      // whether the terminal shows a report
	ended bool
}

// newProgress returns a progress on stderr. It returns nil, which reports nothing, if stderr
// is not a terminal and always is false.
func newProgress(stderr io.Writer, always bool) *progress {
	f, ok := stderr.(*os.File)
	p := &progress{out: stderr, terminal: ok && term.IsTerminal(int(f.Fd())), wait: 2 * time.Second, pause: 2 * time.Second}
	if p.terminal {
		p.pause = time.Second / 4
	} else if !always {
		return nil
	}
	p.next = time.Now().Add(p.wait)
	return p
}

// report tells what is being done, and the share of it that is done.
func (p *progress) report(stage string, share float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if p.ended || now.Before(p.next) {
		return
	}
	p.next = now.Add(p.pause)
	text := fmt.Sprintf("rips: %s, %.0f %%", stage, 100*share)
	if p.terminal {
		p.shown = true
		fmt.Fprint(p.out, clearLine, text)
	} else {
		fmt.Fprintln(p.out, text)
	}
}

// clearLine returns a terminal to the start of the line and clears it.
const clearLine = "\r\x1b[K"

// end ends all reports and clears the line.
func (p *progress) end() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
	if p.shown {
		fmt.Fprint(p.out, clearLine)
	}
}
