package ptxsim_test

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
)

func TestMemory(t *testing.T) {
	g := ptxsim.New(ptxsim.Options{Memory: 1000})
	a, err := g.Alloc(600)
	require.NoError(t, err)
	require.Zero(t, a%256)
	_, err = g.Alloc(600)
	require.ErrorIs(t, err, gpu.ErrOutOfMemory)
	require.ErrorContains(t, err, "600 bytes requested, 400 of 1000 free")
	_, err = g.Alloc(0)
	require.ErrorContains(t, err, "cannot allocate 0 bytes")
	require.NoError(t, g.Free(a))
	b, err := g.Alloc(600)
	require.NoError(t, err)
	require.NotEqual(t, a, b, "addresses are not given out again")
	require.ErrorContains(t, g.Free(a), "freed twice")
	require.ErrorContains(t, g.Free(b+4), "no allocation begins at")
	require.NoError(t, g.Free(0))
	require.EqualValues(t, 600, g.Allocated())
	require.ErrorContains(t, g.CopyIn(0, a, make([]byte, 4)), "byte 0 of the freed allocation")
	require.ErrorContains(t, g.CopyIn(0, b, make([]byte, 601)), "601 bytes at")
	require.NoError(t, g.CopyIn(0, b+600, nil))
	require.NoError(t, g.Close())
	_, err = g.Alloc(4)
	require.ErrorContains(t, err, "closed")
}

func TestCopies(t *testing.T) {
	g := ptxsim.New(ptxsim.Options{})
	host := words(1, 2, 3, 4)
	a := upload(t, g, host)
	host[0] = 99 // CopyIn has copied host
	b, err := g.Alloc(16)
	require.NoError(t, err)
	require.NoError(t, g.Copy(0, b, a+4, 8))
	require.NoError(t, g.Fill(0, b+8, 0x01020304, 2))
	require.Equal(t, []uint32{2, 3, 0x01020304, 0x01020304}, download(t, g, b, 4))
	require.Equal(t, []uint32{1, 2, 3, 4}, download(t, g, a, 4))

	require.ErrorContains(t, g.Copy(0, a, a+4, 8), "overlap")
	require.ErrorContains(t, g.Copy(0, a, b, 20), "20 bytes at")
	require.ErrorContains(t, g.Copy(0, a, 8, 4), "near the null address")
	require.ErrorContains(t, g.Fill(0, b+2, 0, 1), "not a multiple of 4")
	require.ErrorContains(t, g.Fill(0, b, 0, 5), "20 bytes at")
	require.ErrorContains(t, g.CopyOut(0, make([]byte, 17), a), "17 bytes at")
	require.ErrorContains(t, g.CopyIn(7, a, host), "stream 7 does not exist")
	require.ErrorContains(t, g.Sync(7), "stream 7 does not exist")
}

// Work on one stream does not run when the host waits for another.
func TestStreamsAreIndependent(t *testing.T) {
	g := ptxsim.New(ptxsim.Options{})
	s, err := g.NewStream()
	require.NoError(t, err)
	p, err := g.Alloc(4)
	require.NoError(t, err)
	require.NoError(t, g.Fill(s, p, 7, 1))
	require.Equal(t, []uint32{0xfbfbfbfb}, download(t, g, p, 1))
	require.NoError(t, g.Sync(s))
	require.Equal(t, []uint32{7}, download(t, g, p, 1))
	require.NoError(t, g.Fill(s, p, 8, 1))
	require.NoError(t, g.SyncAll())
	require.Equal(t, []uint32{8}, download(t, g, p, 1))
}

const touch = header + `ld.global.u32 %r1, [%a]; st.global.u32 [%b], %r1; ret; }`

// CopyIn and Fill make memory written. Copy copies whether memory has been written.
func TestInitializationIsFollowed(t *testing.T) {
	launch := func(prepare func(g *ptxsim.GPU, a gpu.Pointer)) error {
		g := ptxsim.New(ptxsim.Options{})
		a, err := g.Alloc(128)
		require.NoError(t, err)
		b, err := g.Alloc(128)
		require.NoError(t, err)
		prepare(g, a)
		require.NoError(t, g.Launch(0, kernel(t, g, "k.ptx", touch, "k"), gpu.Dim{X: 1}, gpu.Dim{X: 32}, 0, []gpu.Arg{gpu.Ptr(a), gpu.Ptr(b)}))
		return g.Sync(0)
	}
	require.ErrorContains(t, launch(func(*ptxsim.GPU, gpu.Pointer) {}), "uninitialized read")
	require.NoError(t, launch(func(g *ptxsim.GPU, a gpu.Pointer) { require.NoError(t, g.Fill(0, a, 0, 32)) }))
	require.ErrorContains(t, launch(func(g *ptxsim.GPU, a gpu.Pointer) { require.NoError(t, g.Fill(0, a, 0, 31)) }), "thread (31,0,0) of 32: uninitialized read")
	require.ErrorContains(t, launch(func(g *ptxsim.GPU, a gpu.Pointer) { require.NoError(t, g.CopyIn(0, a, make([]byte, 127))) }), "thread (31,0,0) of 32: uninitialized read")
	require.ErrorContains(t, launch(func(g *ptxsim.GPU, a gpu.Pointer) {
		c, err := g.Alloc(128)
		require.NoError(t, err)
		require.NoError(t, g.Fill(0, c, 1, 20))
		require.NoError(t, g.Copy(0, a, c, 128))
	}), "thread (20,0,0) of 32: uninitialized read")
}

// Recycle makes memory unwritten, and unused memory out of bounds.
func TestRecycle(t *testing.T) {
	g := ptxsim.New(ptxsim.Options{})
	k := kernel(t, g, "k.ptx", touch, "k")
	a := upload(t, g, make([]byte, 256))
	b, err := g.Alloc(128)
	require.NoError(t, err)
	launch := func(grid int) {
		require.NoError(t, g.Launch(0, k, gpu.Dim{X: grid}, gpu.Dim{X: 32}, 0, []gpu.Arg{gpu.Ptr(a), gpu.Ptr(b)}))
	}
	launch(1)
	require.NoError(t, g.Recycle(0, a, 0))
	require.NoError(t, g.Recycle(0, a, 100))
	require.NoError(t, g.CopyIn(0, a, make([]byte, 100)), "checked when its turn comes")
	require.NoError(t, g.Sync(0))
	launch(1)
	require.ErrorContains(t, g.Sync(0), "at the end of the 100 bytes allocated")

	g = ptxsim.New(ptxsim.Options{})
	k = kernel(t, g, "k.ptx", touch, "k")
	a = upload(t, g, make([]byte, 256))
	b, err = g.Alloc(128)
	require.NoError(t, err)
	require.NoError(t, g.Recycle(0, a, 256))
	launch(1)
	require.ErrorContains(t, g.Sync(0), "uninitialized read")

	g = ptxsim.New(ptxsim.Options{})
	a = upload(t, g, make([]byte, 256))
	require.NoError(t, g.Recycle(0, a, 300))
	require.ErrorContains(t, g.Sync(0), "recycling 300 bytes")
	g = ptxsim.New(ptxsim.Options{})
	require.NoError(t, g.Recycle(0, 4, 3))
	require.ErrorContains(t, g.Sync(0), "no allocation begins at 0x4")
	g = ptxsim.New(ptxsim.Options{})
	a = upload(t, g, make([]byte, 256))
	require.NoError(t, g.Recycle(0, a, 8))
	require.NoError(t, g.Fill(0, a, 1, 3))
	require.ErrorContains(t, g.Sync(0), "12 bytes at byte 0 of the allocation at 0x2000000000, of which 8 are in use")
}

// A launch that a driver would refuse returns an error at once, and changes nothing.
func TestRefusedLaunches(t *testing.T) {
	g := ptxsim.New(ptxsim.Options{})
	k := kernel(t, g, "k.ptx", touch, "k")
	p := gpu.Ptr(0)
	for message, launch := range map[string]func() error{
		"kernel k takes 2 arguments, got 1":                        func() error { return g.Launch(0, k, gpu.Dim{X: 1}, gpu.Dim{X: 1}, 0, []gpu.Arg{p}) },
		"argument 1 is an int32, but parameter nothing is .u64":    func() error { return g.Launch(0, k, gpu.Dim{X: 1}, gpu.Dim{X: 1}, 0, []gpu.Arg{p, gpu.Int32(1)}) },
		"argument 0 (zeros) is the zero Arg":                       func() error { return g.Launch(0, k, gpu.Dim{X: 1}, gpu.Dim{X: 1}, 0, []gpu.Arg{{}, p}) },
		"a grid of 0×1×1 blocks":                                   func() error { return g.Launch(0, k, gpu.Dim{}, gpu.Dim{X: 1}, 0, []gpu.Arg{p, p}) },
		"a grid of 1×70000×1 blocks":                               func() error { return g.Launch(0, k, gpu.Dim{X: 1, Y: 70000}, gpu.Dim{X: 1}, 0, []gpu.Arg{p, p}) },
		"a block of 2048×1×1 threads":                              func() error { return g.Launch(0, k, gpu.Dim{X: 1}, gpu.Dim{X: 2048}, 0, []gpu.Arg{p, p}) },
		"a block of 1×1×65 threads":                                func() error { return g.Launch(0, k, gpu.Dim{X: 1}, gpu.Dim{X: 1, Z: 65}, 0, []gpu.Arg{p, p}) },
		"50512 bytes of shared memory, 512 declared and 50000 dyn": func() error { return g.Launch(0, k, gpu.Dim{X: 1}, gpu.Dim{X: 1}, 50000, []gpu.Arg{p, p}) },
		"stream 3 does not exist":                                  func() error { return g.Launch(3, k, gpu.Dim{X: 1}, gpu.Dim{X: 1}, 0, []gpu.Arg{p, p}) },
		"was not loaded by this GPU": func() error {
			other := ptxsim.New(ptxsim.Options{})
			return other.Launch(0, k, gpu.Dim{X: 1}, gpu.Dim{X: 1}, 0, []gpu.Arg{p, p})
		},
		"a block of 256 threads; .reqntid requires 16×16": func() error {
			k := kernel(t, g, "l.ptx", ".version 6.3\n.target sm_70\n.entry l() .reqntid 16, 16 { ret; }", "l")
			return g.Launch(0, k, gpu.Dim{X: 1}, gpu.Dim{X: 256}, 0, nil)
		},
		"a block of 32×2 threads; .maxntid allows 32": func() error {
			k := kernel(t, g, "l.ptx", ".version 6.3\n.target sm_70\n.entry l() .maxntid 32 { ret; }", "l")
			return g.Launch(0, k, gpu.Dim{X: 1}, gpu.Dim{X: 32, Y: 2}, 0, nil)
		},
	} {
		require.ErrorContains(t, launch(), message)
	}
	require.NoError(t, g.SyncAll())
	m, err := g.Load("k.ptx", touch)
	require.NoError(t, err)
	_, err = m.Kernel("l")
	require.ErrorContains(t, err, "k.ptx has no kernel l; it has k")
	require.Equal(t, []gpu.Param{{Name: "zeros", Type: "u64"}, {Name: "nothing", Type: "u64"}}, k.Params())
	require.Equal(t, "k", k.Name())
}

// The kernel receives arguments of every type unchanged.
func TestArguments(t *testing.T) {
	g := ptxsim.New(ptxsim.Options{})
	p, err := g.Alloc(40)
	require.NoError(t, err)
	k := kernel(t, g, "k.ptx", `.version 6.3
.target sm_70
.entry k(.param .u64 out, .param .u32 a, .param .s32 b, .param .f32 c, .param .f64 d, .param .u64 e) .maxntid 32 {
	.reg .b32 %a, %b, %c; .reg .b64 %p, %d, %e;
	ld.param.u64 %p, [out]; ld.param.u32 %a, [a]; ld.param.s32 %b, [b]; ld.param.f32 %c, [c]; ld.param.f64 %d, [d]; ld.param.u64 %e, [e];
	st.global.v2.b32 [%p], {%a, %b}; st.global.b32 [%p+8], %c; st.global.b64 [%p+16], %d; st.global.b64 [%p+24], %e; st.global.v2.b32 [%p+32], {%a, %b}; st.global.b32 [%p+12], 0;
	ret;
}`, "k")
	args := []gpu.Arg{gpu.Ptr(p), gpu.Uint32(1<<32 - 2), gpu.Int32(-3), gpu.Float32(1.5), gpu.Float64(2), gpu.Uint64(1<<40 + 7)}
	require.NoError(t, g.Launch(0, k, gpu.Dim{X: 1}, gpu.Dim{X: 1}, 0, args))
	clear(args) // Launch has copied args
	require.Equal(t, []uint32{1<<32 - 2, 1<<32 - 3, 0x3fc00000, 0, 0, 0x40000000, 7, 256, 1<<32 - 2, 1<<32 - 3}, download(t, g, p, 10))
	require.Equal(t, "-3 1.5 2 0x2000000000", gpu.Int32(-3).String()+" "+gpu.Float32(1.5).String()+" "+gpu.Float64(2).String()+" "+gpu.Ptr(p).String())
	require.Panics(t, func() { gpu.Int32(1 << 40) })
}

func TestCounters(t *testing.T) {
	g := ptxsim.New(ptxsim.Options{})
	k := kernel(t, g, "k.ptx", header+`
	and.b32 %r1, %t, 1;
	setp.eq.u32 %c0, %r1, 0;
	@%c0 bra EVEN;
	ld.global.u32 %r2, [%a];
EVEN:
	shl.b32 %r3, %t, 3;
	st.shared.u32 [%r3], %t;
END:
	ret;
}`, "k")
	zeros := upload(t, g, make([]byte, 512))
	for range 2 {
		require.NoError(t, g.Launch(0, k, gpu.Dim{X: 1}, gpu.Dim{X: 32}, 0, []gpu.Arg{gpu.Ptr(zeros), gpu.Ptr(zeros)}))
	}
	require.NoError(t, g.Sync(0))
	c := g.Counters("k")
	require.EqualValues(t, 2, c.Launches)
	require.EqualValues(t, 2, c.Branches)
	require.EqualValues(t, 2, c.DivergentBranches)
	require.Equal(t, ptxsim.Traffic{Requests: 2, Bytes: 2 * 16 * 4, Sectors: 2 * 4}, c.GlobalLoad)
	require.Equal(t, ptxsim.SharedTraffic{Requests: 2, Bytes: 2 * 32 * 4, Wavefronts: 4, Conflicts: 2}, c.Shared)
	require.Equal(t, []string{"k"}, g.KernelNames())
	require.Contains(t, c.String(), "global loads                   2  128 bytes asked for, 256 in sectors")

	even, ok := g.CountersBetween("k", "EVEN", "END")
	require.True(t, ok)
	require.EqualValues(t, 4, even.WarpInstructions())
	require.EqualValues(t, 128, even.ThreadInstructions())
	rest, ok := g.CountersBetween("k", "EVEN", "")
	require.True(t, ok)
	require.EqualValues(t, 6, rest.WarpInstructions())
	_, ok = g.CountersBetween("k", "NOWHERE", "")
	require.False(t, ok)
	_, ok = g.CountersBetween("l", "", "")
	require.False(t, ok)

	sum := g.Counters("")
	require.Equal(t, c, sum)
	g.ResetCounters()
	require.Equal(t, ptxsim.Counters{}, g.Counters(""))

	uncounted := ptxsim.New(ptxsim.Options{Uncounted: true})
	_, err := runSnippetOn(t, uncounted, upload(t, uncounted, make([]byte, 512)), 1, 32, "")
	require.NoError(t, err)
	c = uncounted.Counters("k")
	require.Zero(t, c.ThreadInstructions())
}

// The numbers of blocks start again at 1 when they run out.
func TestOwnersStartAgain(t *testing.T) {
	g := ptxsim.New(ptxsim.Options{})
	ptxsim.SetNextOwner(g, 1<<32-6)
	zeros := upload(t, g, make([]byte, 512))
	for range 4 {
		_, err := runSnippetOn(t, g, zeros, 2, 32, "st.shared.u32 [%s], %t; ld.global.u32 %r1, [%a]; st.global.u32 [%a], %r1;")
		require.NoError(t, err)
	}
	_, err := runSnippetOn(t, g, zeros, 2, 32, "st.global.u32 [%p], %t;")
	require.ErrorContains(t, err, "race")
}

func TestProperties(t *testing.T) {
	p := ptxsim.New(ptxsim.Options{}).Properties()
	require.Equal(t, 7, p.Major)
	require.Equal(t, 32, p.WarpSize)
	require.EqualValues(t, 4<<30, p.Memory)
	require.Equal(t, 48<<10, p.SharedMemoryPerBlock)
}

// Writer returns the instruction that last wrote a word, also in a copy of the word, and
// nothing once the host has written it.
func TestWriter(t *testing.T) {
	g := ptxsim.New(ptxsim.Options{})
	m, err := g.Load("two.ptx", `.version 6.3
.target sm_70
.address_size 64
.visible .entry first(.param .u64 p) { .reg .u64 %p; ld.param.u64 %p, [p]; st.global.v2.u32 [%p], {1, 2}; st.global.u32 [%p+8], 3; ret; }
.visible .entry second(.param .u64 p)
{
	.reg .u64 %p; .reg .u16 %h;
	ld.param.u64 %p, [p];
	mov.u16 %h, 7;
	st.global.u16 [%p+10], %h;
}
`)
	require.NoError(t, err)
	a := upload(t, g, words(9, 9, 9, 9))
	for _, name := range []string{"first", "second"} {
		k, err := m.Kernel(name)
		require.NoError(t, err)
		require.NoError(t, g.Launch(0, k, gpu.Dim{X: 1}, gpu.Dim{X: 1}, 0, []gpu.Arg{gpu.Ptr(a)}))
	}
	b, err := g.Alloc(16)
	require.NoError(t, err)
	require.NoError(t, g.Copy(0, b, a, 16))
	require.NoError(t, g.Fill(0, a, 5, 1))
	require.NoError(t, g.SyncAll())
	const (
		pair = "two.ptx:4: kernel first [st.global.v2.u32 [%p], {1, 2}]"
		half = "two.ptx:10: kernel second [st.global.u16 [%p+10], %h]"
	)
	for i, want := range []string{pair, pair, half, ""} {
		require.Equal(t, want, g.Writer(b+gpu.Pointer(4*i)))
		if i > 0 {
			require.Equal(t, want, g.Writer(a+gpu.Pointer(4*i)))
		}
	}
	require.Empty(t, g.Writer(a), "the host's")
	require.Empty(t, g.Writer(b+16), "nobody's")
	require.Empty(t, g.Writer(8))
	require.NoError(t, g.Free(b))
	require.Empty(t, g.Writer(b))
}

// A footprint counts each sector once for reads and once for writes of a launch.
func TestFootprint(t *testing.T) {
	for _, threads := range []int{1, 2} {
		g := ptxsim.New(ptxsim.Options{Footprints: true, Unchecked: true, Threads: threads})
		m, err := g.Load("twice.ptx", `.version 6.3
.target sm_70
.address_size 64
.visible .entry twice(.param .u64 p)
{
	.reg .u64 %p, %q; .reg .u32 %t, %x;
	ld.param.u64 %p, [p];
	mov.u32 %t, %tid.x;
	mad.wide.u32 %q, %t, 4, %p;
	ld.global.u32 %x, [%q];
	ld.global.u32 %x, [%q];
	st.global.u32 [%q+1024], %x;
}
`)
		require.NoError(t, err)
		k, err := m.Kernel("twice")
		require.NoError(t, err)
		a := upload(t, g, make([]byte, 2048))
		for range 2 {
			require.NoError(t, g.Launch(0, k, gpu.Dim{X: 1}, gpu.Dim{X: 1}, 0, []gpu.Arg{gpu.Ptr(a)}))
			require.NoError(t, g.Launch(0, k, gpu.Dim{X: 5}, gpu.Dim{X: 32}, 0, []gpu.Arg{gpu.Ptr(a)}))
		}
		require.NoError(t, g.SyncAll())
		c := g.Counters("twice")
		require.EqualValues(t, 2*(1+1+4+4)*32, c.Footprint)
		require.EqualValues(t, 2*(2+1+5*(8+4))*32, c.GlobalBytes())
	}
}

// Without a limit of branches, only cancellation ends an endless kernel.
func TestSyncContextStopsKernels(t *testing.T) {
	const endless = ".version 6.3\n.target sm_70\n.address_size 64\n.entry k() .maxntid 64 { .reg .pred %p; .reg .u32 %r; mov.u32 %r, %tid.x; setp.ge.u32 %p, %r, 32; L: @%p bra L; bar.sync 0; ret; }"
	for _, threads := range []int{1, 2} {
		g := ptxsim.New(ptxsim.Options{Threads: threads, MaxBranches: math.MaxInt})
		m, err := g.Load("k.ptx", endless)
		require.NoError(t, err)
		k, err := m.Kernel("k")
		require.NoError(t, err)
		require.NoError(t, g.Launch(0, k, gpu.Dim{X: 3}, gpu.Dim{X: 64}, 0, nil))

		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, g.SyncContext(cancelled, 0), context.Canceled)

		ctx, cancel := context.WithTimeoutCause(t.Context(), 10*time.Millisecond, errors.New("enough"))
		err = g.SyncContext(ctx, 0)
		cancel()
		require.EqualError(t, err, "ptxsim: kernel k was stopped before its end: enough")
		require.ErrorContains(t, g.Sync(0), "was stopped", "the GPU is lost")
		require.ErrorContains(t, g.Close(), "was stopped")
	}
}
