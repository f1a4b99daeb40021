package training

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestProgressLines(t *testing.T) {
	var out bytes.Buffer
	clock := time.Unix(0, 0)
	l := &lines{out: &out, every: 5 * time.Second, now: func() time.Time { return clock }}
	l.Begin("train", 10, 100)
	for i := 11; i <= 40; i++ {
		clock = clock.Add(time.Second / 2)
		l.Step(i, fmt.Sprint("loss ", i))
	}
	l.Note("a line")
	l.End()
	require.Equal(t, `train: 10 of 100
train: 20 of 100, 2/s, 40s left, loss 20
train: 30 of 100, 2/s, 35s left, loss 30
train: 40 of 100, 2/s, 30s left, loss 40
a line
train: 40 of 100, 2/s, 30s left, loss 40
`, out.String())
}

// locked is a buffer that goroutines may share.
type locked struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// A note about the last step comes when the bar is complete, and perhaps drawn for the last time.
func TestBarsLoseNoNotes(t *testing.T) {
	var out locked
	b := &bars{out: &out}
	b.Note("before")
	b.Begin("train", 0, 3)
	b.Step(1, "")
	b.Note("first")
	b.Step(3, "")
	require.Eventually(t, func() bool { return strings.Contains(out.String(), "3/3") }, time.Minute, time.Millisecond)
	b.Note("last")
	b.End()
	b.Note("after")
	require.Regexp(t, `(?s)^before\n.*first\n.*3/3.*\nlast\nafter\n$`, out.String())
}

func TestProgressOfNoTerminalIsLines(t *testing.T) {
	require.IsType(t, &lines{}, Progress(&bytes.Buffer{}))
}
