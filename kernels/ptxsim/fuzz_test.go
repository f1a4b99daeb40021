package ptxsim_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// FuzzKernel checks that any text of a kernel is refused, runs, or faults, without a panic.
func FuzzKernel(f *testing.F) {
	for _, s := range snippets {
		f.Add(s.body)
	}
	for _, p := range planted {
		f.Add(p.wrong)
	}
	f.Add("mul.hi.s64 %rd1, %rd0, %rd0; prmt.b32 %r1, %t, %i, 0x1234; cvt.sat.s8.s32 %r2, %r1; ld.local.v4.b32 {%r1, _, %r2, %r3}, [%rd1];")
	f.Fuzz(func(t *testing.T, body string) {
		for _, o := range []ptxsim.Options{{Threads: 1}, {Unchecked: true, Threads: 1, Reverse: true}} {
			o.MaxBranches, o.Memory = 1000, 1<<20
			g := ptxsim.New(o)
			m, err := g.Load("k.ptx", header+body+"\nret; }")
			if err != nil {
				return
			}
			k, err := m.Kernel("k")
			if err != nil {
				return
			}
			zeros := upload(t, g, make([]byte, 512))
			if g.Launch(0, k, gpu.Dim{X: 2}, gpu.Dim{X: 40}, 0, []gpu.Arg{gpu.Ptr(zeros), gpu.Ptr(zeros)}) != nil {
				return
			}
			if err := g.Sync(0); err != nil {
				var fault *ptxsim.Fault
				require.True(t, errors.As(err, &fault), "%v", err)
				require.NotEmpty(t, fault.Detail)
			}
		}
	})
}
