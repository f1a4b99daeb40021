package training

import (
	"bytes"
	"fmt"
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

func TestProgressOfNoTerminalIsLines(t *testing.T) {
	require.IsType(t, &lines{}, Progress(&bytes.Buffer{}))
}
