package main

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestProgress(t *testing.T) {
	var out bytes.Buffer
	require.Nil(t, newProgress(&out, false), "no terminal")
	file, err := os.CreateTemp(t.TempDir(), "")
	require.NoError(t, err)
	require.Nil(t, newProgress(file, false), "a file is not a terminal")
	require.NoError(t, file.Close())
	(*progress)(nil).end()

	p := newProgress(&out, true)
	p.report("edges", 0.1) // before the run is long
	require.Empty(t, out.String())
	p.next = time.Time{}
	p.report("edges", 0.25)
	p.report("edges", 0.3) // soon after the report before
	require.Equal(t, "rips: edges, 25 %\n", out.String())

	out.Reset()
	p.terminal, p.next = true, time.Time{}
	p.report("loops", 0.5)
	p.end()
	p.next = time.Time{}
	p.report("loops", 0.6)
	require.Equal(t, "\r\x1b[Krips: loops, 50 %\r\x1b[K", out.String())
}
