package ptxsim_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// header is the beginning of a kernel. It sets %t to the index of the thread in its block,
// %i to its index in the grid, %p to the address of 128 zero words, %q to the address of
// 128 unwritten words, and %s to the address of the thread's word of the shared array s.
const header = `.version 6.3
.target sm_70
.address_size 64
.visible .entry k(.param .u64 zeros, .param .u64 nothing)
.maxntid 1024
{
	.reg .pred %c<8>;
	.reg .b16 %h<8>;
	.reg .b32 %r<16>, %t, %i, %s;
	.reg .f32 %f<8>;
	.reg .b64 %rd<16>, %p, %q, %a, %b;
	.shared .align 16 .b32 s[128];
	ld.param.u64 %p, [zeros];
	ld.param.u64 %q, [nothing];
	mov.u32 %t, %tid.x;
	mov.u32 %i, %ctaid.x;
	mov.u32 %r0, %ntid.x;
	mad.lo.u32 %i, %i, %r0, %t;
	mul.wide.u32 %rd0, %i, 4;
	add.u64 %a, %p, %rd0;
	add.u64 %b, %q, %rd0;
	mov.u32 %s, s;
	mad.lo.u32 %s, %t, 4, %s;
`

// runSnippet runs header and the given instructions. It returns the address of the words
// %q, and the error of Sync.
func runSnippet(t testing.TB, o ptxsim.Options, grid, block int, body string) (*ptxsim.GPU, gpu.Pointer, error) {
	t.Helper()
	g := ptxsim.New(o)
	zeros := upload(t, g, make([]byte, 512))
	p, err := runSnippetOn(t, g, zeros, grid, block, body)
	return g, p, err
}

// runSnippetOn does as runSnippet does, with the given words at %p.
func runSnippetOn(t testing.TB, g *ptxsim.GPU, zeros gpu.Pointer, grid, block int, body string) (gpu.Pointer, error) {
	t.Helper()
	nothing, err := g.Alloc(512)
	require.NoError(t, err)
	k := kernel(t, g, "k.ptx", header+body+"\n\tret;\n}\n", "k")
	require.NoError(t, g.Launch(0, k, gpu.Dim{X: grid}, gpu.Dim{X: block}, 0, []gpu.Arg{gpu.Ptr(zeros), gpu.Ptr(nothing)}))
	return nothing, g.Sync(0)
}

func TestPlantedFaults(t *testing.T) {
	for _, test := range planted {
		for name, o := range map[string]ptxsim.Options{"serial": {Threads: 1}, "parallel": {Threads: 2}, "reverse": {Threads: 1, Reverse: true}} {
			t.Run(test.name+"/"+name, func(t *testing.T) {
				o.MaxBranches = 100000
				if test.right != "" {
					_, _, err := runSnippet(t, o, test.grid, test.block, test.right)
					require.NoError(t, err, "without the fault")
				}
				_, _, err := runSnippet(t, o, test.grid, test.block, test.wrong)
				var f *ptxsim.Fault
				require.ErrorAs(t, err, &f)
				if !(o.Reverse && test.kind == ptxsim.Race && f.Kind == ptxsim.Uninitialized) {
					require.Equal(t, test.kind, f.Kind, "%v", f)
				}
				require.Equal(t, "k.ptx", f.File)
				require.Equal(t, "k", f.Kernel)
				require.Contains(t, markedLines(test.wrong), f.Line, "%v", f)
				require.Contains(t, f.Error(), "k.ptx:")
				t.Log(f)
			})
		}
	}
}

// With Unchecked, the planted faults other than wrong addresses are not reported.
func TestUncheckedLeavesOut(t *testing.T) {
	for _, test := range planted {
		switch test.kind {
		case ptxsim.Uninitialized, ptxsim.Race, ptxsim.ReadOnlyWritten, ptxsim.DivisionByZero:
			_, _, err := runSnippet(t, ptxsim.Options{Unchecked: true, Threads: 1}, test.grid, test.block, test.wrong)
			require.True(t, err == nil || test.name == "uninitialized address", "%s: %v", test.name, err)
		case ptxsim.OutOfBounds, ptxsim.NullPointer, ptxsim.Misaligned:
			_, _, err := runSnippet(t, ptxsim.Options{Unchecked: true}, test.grid, test.block, test.wrong)
			var f *ptxsim.Fault
			require.ErrorAs(t, err, &f)
			require.Equal(t, test.kind, f.Kind, test.name)
		}
	}
	// In the ISA, exited threads count as arrived at a barrier.
	for _, body := range []string{
		"setp.ge.u32 %c0, %t, 64; @%c0 exit; bar.sync 0;",
		"setp.lt.u32 %c0, %t, 7; @%c0 exit; bar.sync 0;",
	} {
		_, _, err := runSnippet(t, ptxsim.Options{Unchecked: true}, 1, 96, body)
		require.NoError(t, err)
		_, _, err = runSnippet(t, ptxsim.Options{}, 1, 96, body)
		require.ErrorContains(t, err, "divergent barrier")
	}
}

// markedLines returns the numbers of the lines that are marked with // here.
func markedLines(body string) (lines []int) {
	for i, line := range strings.Split(header+body, "\n") {
		if strings.HasSuffix(line, "// here") {
			lines = append(lines, i+1)
		}
	}
	return lines
}

// After a fault every call returns the fault.
func TestFaultsStick(t *testing.T) {
	g, p, err := runSnippet(t, ptxsim.Options{}, 1, 32, "trap;")
	require.Error(t, err)
	require.Equal(t, err, g.Sync(0))
	require.Equal(t, err, g.CopyIn(0, p, make([]byte, 4)))
	require.Equal(t, err, g.CopyOut(0, make([]byte, 4), p))
	_, allocErr := g.Alloc(4)
	require.Equal(t, err, allocErr)
	require.Equal(t, err, g.Free(p))
	require.Equal(t, err, g.Close())
}

// Sync returns a fault, not Launch.
func TestFaultsAreLate(t *testing.T) {
	g := ptxsim.New(ptxsim.Options{})
	k := kernel(t, g, "k.ptx", header+"trap;}", "k")
	args := []gpu.Arg{gpu.Ptr(0), gpu.Ptr(0)}
	require.NoError(t, g.Launch(0, k, gpu.Dim{X: 1}, gpu.Dim{X: 32}, 0, args))
	s, err := g.NewStream()
	require.NoError(t, err)
	require.NoError(t, g.Sync(s), "another stream")
	require.Error(t, g.SyncAll())
	var f *ptxsim.Fault
	require.True(t, errors.As(g.Launch(0, k, gpu.Dim{X: 1}, gpu.Dim{X: 32}, 0, args), &f))
}
