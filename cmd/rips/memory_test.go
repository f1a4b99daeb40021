package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// line returns points on a line in a space of several dimensions.
func line(n, dim int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprint(&b, i, strings.Repeat(" 0", dim-1), "\n")
	}
	return b.String()
}

// What would take more memory than allowed is refused before it is allocated, with the
// estimate, the limit and the remedy.
func TestMemoryIsEstimated(t *testing.T) {
	big := write(t, "big.txt", line(200_000, 10))
	for _, c := range []struct{ args, says string }{
		{"-format point-cloud -max-memory 20GB", "this needs at least 80.1 GB of memory, -max-memory allows 20 GB: give fewer points, or a -format sparse of the distances that matter, or a greater -max-memory"},
		{"-format point-cloud -max-memory 20GB -float64", "this needs at least 160 GB"},
		{"-format point-cloud -max-memory 20GB -metric cosine", "this needs at least 80 GB"},
		{"-format point-cloud -max-memory 500GB -dim 2 -threshold 300000", "this needs at least 880 GB of memory, -max-memory allows 500 GB: give fewer points, a smaller -threshold or -dim, or a greater -max-memory"},
	} {
		code, stdout, stderr := call(t, "", append(strings.Fields(c.args), big)...)
		require.Equal(t, 1, code, stderr)
		require.Contains(t, stderr, c.says)
		require.Empty(t, stdout)
	}
	code, _, stderr := call(t, "9999999 0 1\n", "-format", "sparse", "-max-memory", "2GB")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "this needs at least 3 GB of memory, -max-memory allows 2 GB")

	code, _, stderr = call(t, "1\n", "-max-memory", "much")
	require.Equal(t, 2, code)
	require.Contains(t, stderr, "want a size such as 8GB, 512MB or none")
}

// Memory that no estimate includes counts, too: here the program ends while it reads an
// endless input.
func TestMemoryIsWatched(t *testing.T) {
	in, out, err := os.Pipe()
	require.NoError(t, err)
	defer in.Close()
	defer out.Close()
	go func() {
		for chunk := line(10_000, 10); ; {
			if _, err := out.WriteString(chunk); err != nil {
				return
			}
		}
	}()
	err = rips(context.Background(), []string{"-format", "point-cloud", "-max-memory", "60MB"}, in, new(bytes.Buffer), new(bytes.Buffer))
	require.ErrorContains(t, err, "of memory, -max-memory allows 60 MB: give fewer points")
}

func TestNeedlessDegreesAndThreads(t *testing.T) {
	_, want, _ := call(t, square, "-format", "point-cloud", "-dim", "2")
	code, stdout, stderr := call(t, square, "-format", "point-cloud", "-dim", "100000000", "-threads", "1000000000")
	require.Zero(t, code, stderr)
	require.Equal(t, want, stdout)
}
