package memory

import (
	"bytes"
	"context"
	"math"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSizes(t *testing.T) {
	for text, want := range map[string]Size{
		"1000": 1000, "8GB": 8e9, "1.5 gb": 15e8, "512MiB": 512 << 20, "2kb": 2000, "7b": 7, "none": None,
	} {
		var s Size
		require.NoError(t, s.Set(text), text)
		require.Equal(t, want, s, text)
	}
	for _, text := range []string{"", "GB", "-1GB", "0", "1e30", "NaN", "inf", "8 apples"} {
		require.ErrorContains(t, new(Size).Set(text), "8GB", text)
	}
	require.Equal(t, "80 GB", Size(8e10).String())
	require.Equal(t, "999 B", Size(999).String())
	require.Equal(t, "1.5 MB", Size(15e5).String())
	require.Equal(t, Size(3), Size(3).OrDefault())
}

func TestTotal(t *testing.T) {
	const info = "MemTotal:       24000000 kB\nMemFree:         100 kB\n"
	for container, want := range map[string]Size{"": 24000000 << 10, "max\n": 24000000 << 10, "1048576\n": 1 << 20, "99999999999999\n": 24000000 << 10} {
		got, ok := total([]byte(info), []byte(container))
		require.True(t, ok)
		require.Equal(t, want, got, container)
	}
	_, ok := total([]byte("nothing"), nil)
	require.False(t, ok)
}

// TestUsed: memory counts once it is written to. The race detector adds twice as much of its own.
func TestUsed(t *testing.T) {
	before := Used()
	held := bytes.Repeat([]byte{1}, 64<<20)
	grown := Used() - before
	require.Greater(t, grown, Size(48<<20))
	require.Less(t, grown, Size(3*64<<20+16<<20))
	runtime.KeepAlive(held)
}

func TestResident(t *testing.T) {
	pages, ok := resident([]byte("310000 2301 900 12 0 5000 0\n"))
	require.True(t, ok)
	require.EqualValues(t, 2301, pages)
	for _, text := range []string{"", "310000", "310000 many 900", "310000 0 900"} {
		_, ok := resident([]byte(text))
		require.False(t, ok, text)
	}
}

func TestEstimateAboveTheLimit(t *testing.T) {
	require.NoError(t, Size(1000).Check(1000))
	require.EqualError(t, Size(1000).Check(80e9), "this needs at least 80 GB of memory, -max-memory allows 1 KB")
	require.NoError(t, None.Check(math.MaxInt64))
}

func TestWatchEndsAboveTheLimit(t *testing.T) {
	held := bytes.Repeat([]byte{1}, 64<<20)
	ctx, stop := Watch(context.Background(), 32<<20)
	defer stop()
	<-ctx.Done()
	var limit *LimitError
	require.ErrorAs(t, context.Cause(ctx), &limit)
	require.Greater(t, limit.Need, Size(32<<20))
	runtime.KeepAlive(held)

	ctx, stop = Watch(context.Background(), None)
	require.NoError(t, ctx.Err())
	stop()
	require.ErrorIs(t, context.Cause(ctx), context.Canceled)
}

// TestWatchSetsTheLimitOfTheCollector: from the first look to the end of the watch.
func TestWatchSetsTheLimitOfTheCollector(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	_, stop := Watch(context.Background(), 1<<40)
	require.Eventually(t, func() bool { return debug.SetMemoryLimit(-1) == 1<<40/10*9 }, time.Minute, time.Millisecond)
	stop()
	stop()
	require.Equal(t, before, debug.SetMemoryLimit(-1))
}

func FuzzSize(f *testing.F) {
	for _, text := range []string{"8GB", "1.5 MiB", "none", "1e3", "-1", "0x1p3KB", "9e18", "NaN"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var s Size
		if s.Set(text) == nil {
			require.Positive(t, int64(s))
			require.NotEmpty(t, s.String())
		}
	})
}
