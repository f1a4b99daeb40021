package ptxsim_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// Snippets store one word per thread at [%b]; want returns the expected word of thread t.
// They run with 64 threads in 2 blocks unless stated.
var snippets = map[string]struct {
	body string
	want func(block, t int) uint32
}{
	"special registers": {
		`mov.u32 %r1, %laneid; mov.u32 %r2, %warpid; mov.u32 %r3, %nctaid.x; mov.u32 %r4, %ctaid.x; mov.u32 %r5, %lanemask_lt;
		popc.b32 %r5, %r5; mad.lo.u32 %r1, %r2, 100, %r1; mad.lo.u32 %r1, %r3, 1000, %r1; mad.lo.u32 %r1, %r4, 10000, %r1; mad.lo.u32 %r1, %r5, 100000, %r1;
		st.global.u32 [%b], %r1;`,
		func(block, t int) uint32 { return uint32(t%32 + t/32*100 + 2000 + block*10000 + t%32*100000) },
	},
	"divergence reconverges": {
		`and.b32 %r1, %t, 1; setp.eq.u32 %c0, %r1, 0; @%c0 bra EVEN;
		mul.lo.u32 %r2, %t, 3; bra JOIN;
		EVEN: add.u32 %r2, %t, 100;
		JOIN: activemask.b32 %r3; popc.b32 %r3, %r3; mad.lo.u32 %r2, %r3, 1000, %r2;
		st.global.u32 [%b], %r2;`,
		func(_, t int) uint32 {
			if t%2 == 0 {
				return uint32(t + 100 + 32000)
			}
			return uint32(3*t + 32000)
		},
	},
	"loop of different lengths": {
		`mov.u32 %r1, 0; mov.u32 %r2, 0;
		LOOP: setp.gt.u32 %c0, %r2, %t; @%c0 bra DONE; add.u32 %r1, %r1, %r2; add.u32 %r2, %r2, 1; bra LOOP;
		DONE: st.global.u32 [%b], %r1;`,
		func(_, t int) uint32 { return uint32(t * (t + 1) / 2) },
	},
	"reverse in shared memory": {
		`st.shared.u32 [%s], %t; bar.sync 0; sub.u32 %r1, 63, %t; mov.u32 %r2, s; mad.lo.u32 %r1, %r1, 4, %r2;
		ld.shared.u32 %r3, [%r1]; st.global.u32 [%b], %r3;`,
		func(_, t int) uint32 { return uint32(63 - t) },
	},
	"shared vectors and bytes": {
		`shl.b32 %r1, %t, 3; mov.u32 %r2, s; add.u32 %r1, %r1, %r2; neg.s32 %r3, %t; st.shared.v2.b32 [%r1], {%r3, %t};
		ld.shared.s8 %r4, [%r1]; ld.shared.u8 %r5, [%r1]; ld.shared.u16 %h0, [%r1+4]; cvt.u32.u16 %r6, %h0;
		ld.shared.v2.u32 {_, %r7}, [%r1]; sub.u32 %r5, %r5, %r4; add.u32 %r5, %r5, %r6; add.u32 %r5, %r5, %r7; st.global.u32 [%b], %r5;`,
		func(_, t int) uint32 {
			r := 2 * t
			if t > 0 {
				r += 256
			}
			return uint32(r)
		},
	},
	"generic addresses": {
		`.local .align 4 .b32 mine[4]; cvt.u64.u32 %rd1, %s; cvta.shared.u64 %rd1, %rd1; st.b32 [%rd1], %t; ld.b32 %r1, [%rd1];
		cvta.local.u64 %rd2, mine; st.b32 [%rd2+8], %r1; ld.local.b32 %r2, [mine+8]; cvta.to.shared.u64 %rd3, %rd1; ld.shared.b32 %r3, [%rd3];
		add.u32 %r2, %r2, %r3; st.b32 [%b], %r2;`,
		func(_, t int) uint32 { return uint32(2 * t) },
	},
	"packing": {
		`cvt.u16.u32 %h0, %t; mov.b32 %r1, {%h0, 7}; mov.b64 %rd1, {%r1, %t}; mov.b64 {%h1, %h2, %h3, _}, %rd1; mov.b32 {_, %h4}, %r1;
		cvt.u32.u16 %r2, %h1; cvt.u32.u16 %r3, %h2; cvt.u32.u16 %r4, %h3; cvt.u32.u16 %r5, %h4; add.u32 %r2, %r2, %r3; add.u32 %r4, %r4, %r5; mad.lo.u32 %r2, %r2, 100, %r4;
		st.global.u32 [%b], %r2;`,
		func(_, t int) uint32 { return uint32((t+7)*100 + t + 7) },
	},
	"butterfly sum": {
		`mov.u32 %r1, %t;
		shfl.sync.bfly.b32 %r2, %r1, 16, 31, -1; add.u32 %r1, %r1, %r2; shfl.sync.bfly.b32 %r2, %r1, 8, 31, -1; add.u32 %r1, %r1, %r2;
		shfl.sync.bfly.b32 %r2, %r1, 4, 31, -1; add.u32 %r1, %r1, %r2; shfl.sync.bfly.b32 %r2, %r1, 2, 31, -1; add.u32 %r1, %r1, %r2;
		shfl.sync.bfly.b32 %r2, %r1, 1, 31, -1; add.u32 %r1, %r1, %r2; st.global.u32 [%b], %r1;`,
		func(_, t int) uint32 { return uint32(31*16 + t/32*32*32) },
	},
	"prefix sum by shuffles": {
		`mov.u32 %r1, 1;
		shfl.sync.up.b32 %r2|%c0, %r1, 1, 0, -1; @%c0 add.u32 %r1, %r1, %r2; shfl.sync.up.b32 %r2|%c0, %r1, 2, 0, -1; @%c0 add.u32 %r1, %r1, %r2;
		shfl.sync.up.b32 %r2|%c0, %r1, 4, 0, -1; @%c0 add.u32 %r1, %r1, %r2; shfl.sync.up.b32 %r2|%c0, %r1, 8, 0, -1; @%c0 add.u32 %r1, %r1, %r2;
		shfl.sync.up.b32 %r2|%c0, %r1, 16, 0, -1; @%c0 add.u32 %r1, %r1, %r2; st.global.u32 [%b], %r1;`,
		func(_, t int) uint32 { return uint32(t%32 + 1) },
	},
	"votes": {
		`and.b32 %r1, %t, 3; setp.eq.u32 %c0, %r1, 2; vote.sync.ballot.b32 %r2, %c0, -1; vote.sync.any.pred %c1, %c0, -1; vote.sync.all.pred %c2, %c0, -1; vote.sync.uni.pred %c3, !%c0, -1;
		selp.u32 %r3, 1, 0, %c1; selp.u32 %r4, 2, 0, %c2; selp.u32 %r5, 4, 0, %c3; add.u32 %r2, %r2, %r3; add.u32 %r2, %r2, %r4; add.u32 %r2, %r2, %r5; st.global.u32 [%b], %r2;`,
		func(_, _ int) uint32 { return 0x44444444 + 1 },
	},
	"votes of halves": {
		`setp.lt.u32 %c0, %t, 24; and.b32 %r1, %t, 16; setp.eq.u32 %c1, %r1, 0; selp.b32 %r2, 0xffff, 0xffff0000, %c1; vote.sync.ballot.b32 %r3, %c0, %r2; st.global.u32 [%b], %r3;`,
		func(_, t int) uint32 {
			switch {
			case t < 16:
				return 0xffff
			case t < 32:
				return 0xff0000
			}
			return 0
		},
	},
	"matches": {
		`and.b32 %r1, %t, 1; match.any.sync.b32 %r2, %r1, -1; match.all.sync.b32 %r3|%c0, %r1, -1; match.all.sync.b32 %r4|%c1, 5, -1;
		selp.u32 %r5, 1, 0, %c0; selp.u32 %r6, 2, 0, %c1; and.b32 %r4, %r4, 4; add.u32 %r2, %r2, %r3; add.u32 %r2, %r2, %r4; add.u32 %r2, %r2, %r5; add.u32 %r2, %r2, %r6; st.global.u32 [%b], %r2;`,
		func(_, t int) uint32 {
			if t%2 == 0 {
				return 0x55555555 + 6
			}
			return 0xaaaaaaaa + 6
		},
	},
	"barrier with a count": {
		`and.b32 %r1, %t, 3; setp.eq.u32 %c0, %r1, 0; bar.red.popc.u32 %r2, 0, %c0; bar.red.and.pred %c1, 0, !%c0; bar.red.or.pred %c2, 1, 64, %c0;
		selp.u32 %r3, 100, 0, %c1; selp.u32 %r4, 1000, 0, %c2; add.u32 %r2, %r2, %r3; add.u32 %r2, %r2, %r4; st.global.u32 [%b], %r2;`,
		func(_, _ int) uint32 { return 1016 },
	},
	"shared atomics": {
		`setp.eq.u32 %c0, %t, 0; @%c0 st.shared.v4.u32 [s], {0, 0, 0, 4000000000}; @%c0 st.shared.v2.u32 [s+16], {0, 0}; bar.sync 0;
		red.shared.add.u32 [s], %t; atom.shared.inc.u32 %r1, [s+4], 1000; red.shared.max.s32 [s+8], %t; red.shared.min.u32 [s+12], %t; mov.b64 %rd1, 3; red.shared.add.u64 [s+16], %rd1;
		bar.sync 0; ld.shared.v4.u32 {%r2, %r3, %r4, %r5}, [s]; ld.shared.u32 %r6, [s+16]; add.u32 %r2, %r2, %r3; add.u32 %r2, %r2, %r4; add.u32 %r2, %r2, %r5; add.u32 %r2, %r2, %r6; st.global.u32 [%b], %r2;`,
		func(_, _ int) uint32 { return 63*32 + 64 + 63 + 0 + 3*64 },
	},
	"compare and swap, exchange": {
		`mul.wide.u32 %rd1, %i, 4; add.u64 %rd1, %p, %rd1; atom.global.cas.b32 %r1, [%rd1], 0, %t; atom.global.cas.b32 %r2, [%rd1], 9, 77; atom.global.exch.b32 %r3, [%rd1], 5;
		add.u32 %r1, %r1, %r2; mad.lo.u32 %r1, %r3, 100, %r1; st.global.u32 [%b], %r1;`,
		func(_, t int) uint32 {
			switch t {
			case 9:
				return 9 + 7700
			default:
				return uint32(t + 100*t)
			}
		},
	},
	"nested scopes": {
		`{ .reg .u32 %x; mov.u32 %x, 5; { .reg .u32 %x; mov.u32 %x, 7; mov.u32 %r2, %x; } add.u32 %r1, %x, %r2; } st.global.u32 [%b], %r1;`,
		func(_, _ int) uint32 { return 12 },
	},
	"constant expressions": {
		`mov.u32 %r1, (3 + 4*5 - 1) << 2 | 1; add.u32 %r1, %r1, -(-0x10); add.u32 %r1, %r1, 7 > 6 ? 100U : 200; add.u32 %r1, %r1, ~0 & 15; add.u32 %r1, %r1, !0 + WARP_SZ; st.global.u32 [%b], %r1;`,
		func(_, _ int) uint32 { return 22<<2 | 1 + 16 + 100 + 15 + 33 },
	},
	"a lock of one warp each": {
		`and.b32 %r1, %t, 31; setp.eq.u32 %c0, %r1, 0; setp.eq.u32 %c1, %t, 0; @%c1 st.shared.v2.u32 [s], {0, 0}; bar.sync 0; @!%c0 bra OUT;
		TRY: atom.shared.cas.b32 %r2, [s], 0, 1; setp.ne.u32 %c2, %r2, 0; @%c2 bra TRY;
		membar.cta; ld.shared.u32 %r3, [s+4]; add.u32 %r3, %r3, 1; st.shared.u32 [s+4], %r3; membar.cta;
		atom.shared.exch.b32 %r2, [s], 0;
		OUT: bar.sync 0; ld.shared.u32 %r4, [s+4]; st.global.u32 [%b], %r4;`,
		func(_, _ int) uint32 { return 2 },
	},
	"a flag between warps": {
		`setp.eq.u32 %c1, %t, 0; @%c1 st.shared.u32 [s+4], 0; bar.sync 0; setp.eq.u32 %c0, %t, 37; setp.ne.u32 %c2, %t, 5;
		@%c0 st.shared.u32 [s], 99; @%c0 st.release.cta.shared.u32 [s+4], 1; mov.u32 %r3, 0; @%c2 bra OUT;
		WAIT: ld.acquire.cta.shared.u32 %r2, [s+4]; setp.eq.u32 %c3, %r2, 0; @%c3 bra WAIT;
		ld.shared.u32 %r3, [s];
		OUT: st.global.u32 [%b], %r3;`,
		func(_, t int) uint32 {
			if t == 5 {
				return 99
			}
			return 0
		},
	},
	"set and testp": {
		`cvt.rn.f32.u32 %f0, %t; set.lt.u32.f32 %r1, %f0, 0f41200000; and.b32 %r1, %r1, 8; div.rn.f32 %f1, %f0, 0f00000000; testp.infinite.f32 %c0, %f1; selp.u32 %r2, 1, 0, %c0; add.u32 %r1, %r1, %r2; st.global.u32 [%b], %r1;`,
		func(_, t int) uint32 {
			switch {
			case t == 0:
				return 8
			case t < 10:
				return 9
			}
			return 1
		},
	},
	"double precision": {
		`cvt.rn.f64.u32 %rd1, %t; sqrt.rn.f64 %rd1, %rd1; mul.rn.f64 %rd1, %rd1, 1000.0; cvt.rzi.u32.f64 %r1, %rd1; st.global.u32 [%b], %r1;`,
		func(_, t int) uint32 { return uint32(math.Sqrt(float64(t)) * 1000) },
	},
}

func TestSnippets(t *testing.T) {
	for name, test := range snippets {
		for way, o := range options {
			t.Run(name+"/"+way, func(t *testing.T) {
				g, p, err := runSnippet(t, o, 2, 64, test.body)
				require.NoError(t, err)
				for i, got := range download(t, g, p, 128) {
					require.Equal(t, test.want(i/64, i%64), got, "block %d, thread %d", i/64, i%64)
				}
			})
		}
	}
}

// Blocks have up to three dimensions, and their last warp may have fewer than 32 threads.
func TestThreeDimensions(t *testing.T) {
	const src = `.version 6.3
.target sm_70
.address_size 64
.visible .entry k(.param .u64 out) .reqntid 5, 3, 2 {
	.reg .u32 %x, %y, %z, %bx, %by, %bz, %nx, %ny, %i;
	.reg .u64 %p;
	ld.param.u64 %p, [out];
	mov.u32 %x, %tid.x; mov.u32 %y, %tid.y; mov.u32 %z, %tid.z;
	mov.u32 %bx, %ctaid.x; mov.u32 %by, %ctaid.y; mov.u32 %bz, %ctaid.z;
	mov.u32 %nx, %nctaid.x; mov.u32 %ny, %nctaid.y;
	mad.lo.u32 %i, %bz, %ny, %by; mad.lo.u32 %i, %i, %nx, %bx;
	mad.lo.u32 %i, %i, 2, %z; mad.lo.u32 %i, %i, 3, %y; mad.lo.u32 %i, %i, 5, %x;
	mad.wide.u32 %p, %i, 4, %p;
	st.global.u32 [%p], %i;
	ret;
}`
	g := ptxsim.New(ptxsim.Options{})
	grid, block := gpu.Dim{X: 2, Y: 3, Z: 2}, gpu.Dim{X: 5, Y: 3, Z: 2}
	n := grid.Size() * block.Size()
	p, err := g.Alloc(4 * n)
	require.NoError(t, err)
	require.NoError(t, g.Launch(0, kernel(t, g, "k.ptx", src, "k"), grid, block, 0, []gpu.Arg{gpu.Ptr(p)}))
	for i, v := range download(t, g, p, n) {
		require.EqualValues(t, i, v)
	}
}

// Kernels read constants, initialized globals, and shared memory of dynamic size.
func TestModuleVariables(t *testing.T) {
	const src = `.version 6.3
.target sm_70
.address_size 64
.const .align 8 .b32 odd[4] = {1, 3, 5, 7};
.const .f32 half = 0.5;
.global .u32 counter = 40;
.global .align 16 .b8 table[2][3] = {{1, 2, 3}, {4, 5}};
.extern .shared .align 16 .b8 dynamic[];
.shared .u32 fixed;
.visible .entry k(.param .u64 out, .param .f32 x) {
	.reg .u32 %t, %r<8>;
	.reg .u64 %p, %q;
	.reg .f32 %x, %h;
	ld.param.u64 %p, [out];
	ld.param.f32 %x, [x];
	mov.u32 %t, %tid.x;
	mad.wide.u32 %p, %t, 4, %p;
	mov.u32 %r0, odd;
	mad.lo.u32 %r0, %t, 4, %r0;
	ld.const.u32 %r1, [%r0];
	ld.const.f32 %h, [half];
	mul.rn.f32 %x, %x, %h;
	cvt.rzi.u32.f32 %r2, %x;
	mov.u64 %q, table;
	cvt.u64.u32 %q, %t;
	ld.global.u8 %r3, [table+4];
	atom.global.add.u32 %r4, [counter], 0;
	mov.u32 %r5, dynamic;
	mad.lo.u32 %r5, %t, 4, %r5;
	st.shared.u32 [%r5], %r1;
	ld.shared.u32 %r6, [%r5];
	mov.u32 %r7, %dynamic_smem_size;
	add.u32 %r6, %r6, %r7;
	add.u32 %r1, %r1, %r2;
	add.u32 %r1, %r1, %r3;
	add.u32 %r1, %r1, %r4;
	mad.lo.u32 %r1, %r6, 1000, %r1;
	st.global.u32 [%p], %r1;
	ret;
}`
	g := ptxsim.New(ptxsim.Options{})
	p, err := g.Alloc(16)
	require.NoError(t, err)
	require.NoError(t, g.Launch(0, kernel(t, g, "k.ptx", src, "k"), gpu.Dim{X: 1}, gpu.Dim{X: 4}, 16, []gpu.Arg{gpu.Ptr(p), gpu.Float32(13)}))
	for i, v := range download(t, g, p, 4) {
		odd := 2*i + 1
		require.EqualValues(t, (odd+16)*1000+odd+6+5+40, v)
	}
}

// Atomic additions in global memory flush subnormal numbers; those in shared memory do
// not.
func TestFloatAtomics(t *testing.T) {
	g, p, err := runSnippet(t, ptxsim.Options{}, 1, 32, `cvt.rn.f32.u32 %f0, %t; setp.eq.u32 %c0, %t, 0;
		@%c0 st.shared.v2.b32 [s], {0, 0}; @%c0 st.global.v2.b32 [%q], {0, 0}; @%c0 st.global.b64 [%q+16], 0; bar.sync 0;
		red.shared.add.f32 [s], %f0; red.global.add.f32 [%q], %f0; red.shared.add.f32 [s+4], 0f00000001; red.global.add.f32 [%q+4], 0f00000001;
		cvt.f64.f32 %rd1, %f0; atom.global.add.f64 %rd1, [%q+16], %rd1;
		bar.sync 0; @%c0 ld.shared.v2.b32 {%r1, %r2}, [s]; @%c0 st.global.v2.b32 [%q+8], {%r1, %r2};`)
	require.NoError(t, err)
	sum := math.Float32bits(31 * 16)
	sum64 := math.Float64bits(31 * 16)
	require.Equal(t, []uint32{sum, 0, sum, 32, uint32(sum64), uint32(sum64 >> 32)}, download(t, g, p, 6))
}

// Results, counters and the order of floating-point atomics do not depend on the number of
// goroutines.
func TestDeterminism(t *testing.T) {
	for name, body := range map[string]string{
		"atomics": `cvt.rn.f32.u32 %f0, %i; add.rn.f32 %f0, %f0, 0f3f000000; rcp.rn.f32 %f0, %f0; red.global.add.f32 [%p], %f0; st.global.f32 [%b], %f0;`,
		"blocks":  `cvt.rn.f32.u32 %f0, %i; ld.global.f32 %f1, [%a]; add.rn.f32 %f0, %f0, %f1; st.global.f32 [%b], %f0;`,
	} {
		var first []uint32
		var counters ptxsim.Counters
		for _, threads := range []int{1, 2, 5} {
			g := ptxsim.New(ptxsim.Options{Threads: threads})
			zeros := upload(t, g, make([]byte, 512))
			p, err := runSnippetOn(t, g, zeros, 4, 32, body)
			require.NoError(t, err)
			got := append(download(t, g, p, 128), download(t, g, zeros, 1)...)
			if first == nil {
				first, counters = got, g.Counters("")
			}
			require.Equal(t, first, got, name)
			require.Equal(t, counters, g.Counters(""), name)
		}
	}
}

// NVIDIA's assembler accepts the kernels of the tests.
func TestAssemblerAcceptsKernels(t *testing.T) {
	assemble := ptxsim.Assembler(t)
	for name, s := range snippets {
		assemble(name, header+s.body+"\nret; }")
	}
	for _, p := range planted {
		assemble(p.name, header+p.wrong+"\nret; }")
		assemble(p.name, header+p.right+"\nret; }")
	}
	assemble("vectoradd.ptx", readPTX(t, "vectoradd.ptx"))
	assemble("sgemm", sgemm(4, true))
}
