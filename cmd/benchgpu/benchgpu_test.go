package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/roofline"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// The row of the workload persistence has the launches of its three kernels together. Each
// kernel has a row of its own, and the model predicts as many launches as the timer counts.
func TestMeasureWorkload(t *testing.T) {
	for _, w := range workloads(4) {
		if w.name != "persistence" {
			continue
		}
		rows, err := measureWorkload("sim", w, roofline.H100, 2)
		require.NoError(t, err)
		require.Len(t, rows, 4)
		require.Equal(t, "persistence", rows[0].name)
		require.EqualValues(t, 3, rows[0].launches)
		names := map[string]bool{}
		for _, r := range rows[1:] {
			names[r.name] = true
			require.EqualValues(t, 1, r.launches)
			require.Positive(t, r.measured)
			require.Empty(t, r.note)
		}
		require.Equal(t, map[string]bool{"· distances_16": true, "· lunes": true, "· reach": true}, names)
	}
}

// A timer that repeats launches leaves the number of lunes unchanged, though the kernel
// lunes appends to a list.
func TestTimerKeepsResults(t *testing.T) {
	const n = 30
	var lists [2]int
	for i, on := range []bool{false, true} {
		d, err := gpu.New(&timer{Driver: ptxsim.New(ptxsim.Options{}), on: on, repeats: 40, times: map[string]time.Duration{}, counts: map[string]int64{}})
		require.NoError(t, err)
		x, distances := uniform(d, 2*n), d.Alloc(n*n)
		d.Distances(distances, x, n, 2)
		lunes, err := d.Lunes(nil, distances, n)
		require.NoError(t, err)
		lists[i] = len(lunes)
		require.NoError(t, d.Close())
	}
	require.Positive(t, lists[0])
	require.Equal(t, lists[0], lists[1])
}

func TestJudge(t *testing.T) {
	const us = time.Microsecond
	for _, c := range []struct {
		r    row
		note string
	}{
		{row{measured: 19 * us, predicted: 10 * us, launches: 1}, ""},
		{row{measured: 30 * us, predicted: 10 * us, launches: 1}, "SLOWER than predicted by 3.0"},
		{row{measured: 4 * us, predicted: 10 * us, launches: 1}, "FASTER than predicted by 2.5: the model is wrong"},
		{row{measured: 30 * us, predicted: 10 * us, launches: 10}, "launch-bound"},
		{row{measured: 30 * us}, ""},
	} {
		c.r.judge(3 * us)
		require.Equal(t, c.note, c.r.note)
	}
}

func TestReadPeer(t *testing.T) {
	name := filepath.Join(t.TempDir(), "peer.csv")
	require.NoError(t, os.WriteFile(name, []byte("\"convolution, weight gradient\",12.5,3.5\nstep,7,8\n"), 0o666))
	peers, err := readPeer(name)
	require.NoError(t, err)
	require.Equal(t, []string{"12.5", "3.5"}, peers["convolution, weight gradient"])
	require.NoError(t, os.WriteFile(name, []byte("a,1\nb,fast\n"), 0o666))
	_, err = readPeer(name)
	require.ErrorContains(t, err, `line 2: "fast" is not a time`)
	_, err = readPeer(name + ".no")
	require.Error(t, err)
	none, err := readPeer("")
	require.NoError(t, err)
	require.Empty(t, none)
}

func TestOpen(t *testing.T) {
	for name, want := range map[string]string{"gpu": "want cuda, cuda:N or sim", "cuda:x": "is not a number"} {
		_, err := open(name)
		require.ErrorContains(t, err, want)
	}
	require.NoError(t, loadKernels("sim"))
}
