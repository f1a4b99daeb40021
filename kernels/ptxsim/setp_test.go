package ptxsim_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// The second destination of setp is the negated comparison, combined with the predicate c as
// the first is: p = BoolOp(t, c), q = BoolOp(!t, c) (PTX ISA, setp). Lane i has the
// comparison t = i&1 and the predicate c = i&2.
func TestSetpSecondDestination(t *testing.T) {
	const src = `.version 6.3
.target sm_70
.address_size 64
.visible .entry k(.param .u64 out) {
	.reg .u32 %%i, %%t, %%c, %%p, %%q, %%r;
	.reg .u64 %%a;
	.reg .pred %%pc, %%pp, %%pq;
	ld.param.u64 %%a, [out];
	mov.u32 %%i, %%tid.x;
	and.b32 %%t, %%i, 1;
	and.b32 %%c, %%i, 2;
	setp.ne.u32 %%pc, %%c, 0;
	setp.ne%s.u32 %%pp|%%pq, %%t, 0%s;
	selp.u32 %%p, 1, 0, %%pp;
	selp.u32 %%q, 2, 0, %%pq;
	or.b32 %%r, %%p, %%q;
	mad.wide.u32 %%a, %%i, 4, %%a;
	st.global.u32 [%%a], %%r;
	ret;
}
`
	and := func(x, y bool) bool { return x && y }
	or := func(x, y bool) bool { return x || y }
	xor := func(x, y bool) bool { return x != y }
	for _, c := range []struct {
		boolean, operand string
		combine          func(t, c bool) bool
	}{
		{"", "", func(t, _ bool) bool { return t }},
		{".and", ", %pc", and}, {".or", ", %pc", or}, {".xor", ", %pc", xor},
		{".and", ", !%pc", func(x, y bool) bool { return x && !y }},
	} {
		g := ptxsim.New(ptxsim.Options{})
		out, err := g.Alloc(4 * 4)
		require.NoError(t, err)
		k := kernel(t, g, "setp.ptx", fmt.Sprintf(src, c.boolean, c.operand), "k")
		require.NoError(t, g.Launch(0, k, gpu.Dim{X: 1}, gpu.Dim{X: 4}, 0, []gpu.Arg{gpu.Ptr(out)}))
		require.NoError(t, g.Sync(0))
		for i, got := range download(t, g, out, 4) {
			holds, with := i&1 != 0, i&2 != 0
			want := uint32(0)
			if c.combine(holds, with) {
				want |= 1
			}
			if c.combine(!holds, with) {
				want |= 2
			}
			require.Equal(t, want, got, "setp.ne%s, lane %d", c.boolean, i)
		}
		require.NoError(t, g.Close())
	}
}
