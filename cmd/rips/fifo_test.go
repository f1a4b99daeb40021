//go:build unix

package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/cli"
)

// A FIFO that nobody writes to, or that a writer keeps open, does not hold the program.
func TestInterruptWhileReadingAFIFO(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Skip("no FIFO: ", err)
	}
	interrupted := func(args ...string) {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
		defer cancel()
		require.ErrorIs(t, rips(ctx, args, new(bytes.Buffer), new(bytes.Buffer), new(bytes.Buffer)), cli.ErrInterrupted, args)
	}
	bars := write(t, "bars.pers", "0 0 1\n")
	modes := [][]string{{"-format", "point-cloud"}, {"-format", "diagrams"}, {"-complex", "cubical"}, {"-distance", "sliced", bars}}
	for _, args := range modes {
		interrupted(append(args, fifo)...)
	}
	f, err := os.OpenFile(fifo, os.O_RDWR, 0) // both ends: the readers above go on
	require.NoError(t, err)
	defer f.Close()
	_, err = f.WriteString("0 0\n")
	require.NoError(t, err)
	for _, args := range modes {
		interrupted(append(args, fifo)...)
	}
}
