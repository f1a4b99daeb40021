package ptxsim_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// An asynchronous copy reads or writes host memory only once the host waits for it. A wait for an
// event leaves the work behind the event in the queue.
func TestCopiesAreMadeWhenAwaited(t *testing.T) {
	g := ptxsim.New(ptxsim.Options{})
	s, err := g.NewStream()
	require.NoError(t, err)
	p, err := g.Alloc(4)
	require.NoError(t, err)
	in, out := []byte{1, 2, 3, 4}, make([]byte, 4)
	require.NoError(t, g.CopyInAsync(s, p, in))
	require.NoError(t, g.CopyOutAsync(s, out, p))
	event, err := g.Record(s)
	require.NoError(t, err)
	require.NoError(t, g.Fill(s, p, 0, 1))
	in[0] = 9 // too early: the copy is still to come
	require.Equal(t, make([]byte, 4), out)
	require.NoError(t, g.SyncEvent(event))
	require.Equal(t, []byte{9, 2, 3, 4}, out)
	require.NoError(t, g.CopyOut(0, out, p))
	require.Equal(t, []byte{9, 2, 3, 4}, out, "the fill is still to come")
	require.NoError(t, g.SyncEvent(event), "a second time")
	require.NoError(t, g.CopyOut(s, out, p))
	require.Equal(t, make([]byte, 4), out)
	require.Equal(t, 4, g.Waits())

	require.ErrorContains(t, g.CopyInAsync(s, p, make([]byte, 5)), "5 bytes at")
	require.ErrorContains(t, g.CopyOutAsync(s, make([]byte, 5), p), "5 bytes at")
	require.ErrorContains(t, g.CopyOutAsync(7, out, p), "stream 7 does not exist")
	_, err = g.Record(7)
	require.ErrorContains(t, err, "stream 7 does not exist")
}

// The bytes of a transfer are a pattern before Wait, and after Done. Its memory is used again.
func TestTransfers(t *testing.T) {
	g := ptxsim.New(ptxsim.Options{})
	p := upload(t, g, words(1, 2, 3))
	unwritten := bytes.Repeat([]byte{0xfb}, 8)
	first, err := g.StartCopyOut(0, p, 12)
	require.NoError(t, err)
	require.NoError(t, g.Fill(0, p, 7, 3))
	got, err := first.Wait()
	require.NoError(t, err)
	require.Equal(t, words(1, 2, 3), got)
	first.Done()
	require.Equal(t, unwritten, got[:8])
	_, err = first.Wait()
	require.ErrorContains(t, err, "after Done")
	second, err := g.StartCopyOut(0, p+4, 8)
	require.NoError(t, err)
	require.Equal(t, unwritten, got[:8], "not yet copied")
	again, err := second.Wait()
	require.NoError(t, err)
	require.Equal(t, words(7, 7), again)
	require.Same(t, &got[0], &again[0])

	dropped, err := g.StartCopyOut(0, p, 4)
	require.NoError(t, err)
	dropped.Done()
	third, err := g.StartCopyOut(0, p, 4)
	require.NoError(t, err)
	got, err = third.Wait()
	require.NoError(t, err)
	require.Equal(t, words(7), got)
	_, err = g.StartCopyOut(0, p, 16)
	require.ErrorContains(t, err, "16 bytes at")
	require.NoError(t, g.Close())
	third.Done()
}

// A transfer returns the fault of a kernel before it, and none of a kernel behind it.
func TestTransfersReturnFaults(t *testing.T) {
	g := ptxsim.New(ptxsim.Options{})
	p := upload(t, g, words(1))
	k := kernel(t, g, "k.ptx", touch, "k")
	before, err := g.StartCopyOut(0, p, 4)
	require.NoError(t, err)
	require.NoError(t, g.Launch(0, k, gpu.Dim{X: 1}, gpu.Dim{X: 32}, 0, []gpu.Arg{gpu.Ptr(p), gpu.Ptr(p)}))
	behind, err := g.StartCopyOut(0, p, 4)
	require.NoError(t, err)
	_, err = before.Wait()
	require.NoError(t, err)
	_, err = behind.Wait()
	require.ErrorContains(t, err, "out of bounds")
	behind.Done()
}
