package ptxsim_test

import (
	"strings"

	"github.com/topogen/topogen/kernels/ptxsim"
)

// Each snippet has a planted fault in a line that ends in // here. In a race both accesses
// have that mark; with warps in reverse order, the fault may be an uninitialized read
// instead. right, if not empty, is the same code without the fault.
var planted = []struct {
	name        string
	kind        ptxsim.FaultKind
	grid, block int
	wrong       string
	right       string
}{
	{
		name: "read past the end", kind: ptxsim.OutOfBounds, grid: 3, block: 64,
		wrong: `ld.global.f32 %f0, [%a]; // here`,
	},
	{
		name: "read before the begin", kind: ptxsim.OutOfBounds, grid: 1, block: 32,
		wrong: `ld.global.f32 %f0, [%a+-4]; // here`,
	},
	{
		name: "write past the end", kind: ptxsim.OutOfBounds, grid: 1, block: 32,
		wrong: `st.global.v4.b32 [%p+512], {%t, %t, %t, %t}; // here`,
	},
	{
		name: "vector across the end", kind: ptxsim.OutOfBounds, grid: 1, block: 32,
		wrong: `ld.global.v2.f32 {%f0, %f1}, [%p+512]; // here`,
	},
	{
		name: "address cut to 32 bits", kind: ptxsim.OutOfBounds, grid: 1, block: 32,
		wrong: `cvt.u32.u64 %r1, %p; cvt.u64.u32 %rd1, %r1; add.u64 %rd1, %rd1, 4194304;
			ld.global.f32 %f0, [%rd1]; // here`,
	},
	{
		name: "shared memory past the end", kind: ptxsim.OutOfBounds, grid: 1, block: 128,
		wrong: `st.shared.b32 [%s+4], %t; // here`,
		right: `st.shared.b32 [%s], %t;`,
	},
	{
		name: "null pointer", kind: ptxsim.NullPointer, grid: 1, block: 32,
		wrong: `mov.u64 %rd1, 0;
			ld.global.f32 %f0, [%rd1+16]; // here`,
	},
	{
		name: "misaligned word", kind: ptxsim.Misaligned, grid: 1, block: 32,
		wrong: `ld.global.f32 %f0, [%p+2]; // here`,
		right: `ld.global.u16 %h0, [%p+2];`,
	},
	{
		name: "misaligned vector", kind: ptxsim.Misaligned, grid: 1, block: 32,
		wrong: `ld.global.v4.f32 {%f0, %f1, %f2, %f3}, [%a]; // here`,
		right: `ld.global.v4.f32 {%f0, %f1, %f2, %f3}, [%p+16];`,
	},
	{
		name: "misaligned vector in shared memory", kind: ptxsim.Misaligned, grid: 1, block: 32,
		wrong: `st.shared.v2.b32 [%s], {%t, %t}; // here`,
	},
	{
		name: "uninitialized global memory", kind: ptxsim.Uninitialized, grid: 1, block: 32,
		wrong: `ld.global.f32 %f0, [%b]; // here`,
		right: `st.global.b32 [%b], %t; ld.global.b32 %r1, [%b];`,
	},
	{
		name: "partly initialized word", kind: ptxsim.Uninitialized, grid: 1, block: 1,
		wrong: `st.global.b16 [%q], 1; st.global.b8 [%q+2], 1;
			ld.global.b32 %r1, [%q]; // here`,
		right: `st.global.b16 [%q], 1; st.global.b16 [%q+2], 1; ld.global.b32 %r1, [%q];`,
	},
	{
		name: "uninitialized shared memory", kind: ptxsim.Uninitialized, grid: 2, block: 32,
		wrong: `setp.eq.u32 %c0, %i, %t; @%c0 st.shared.b32 [%s], %t;
			ld.shared.b32 %r1, [%s]; // here`,
		right: `st.shared.b32 [%s], %t; ld.shared.b32 %r1, [%s];`,
	},
	{
		name: "uninitialized register", kind: ptxsim.Uninitialized, grid: 1, block: 32,
		wrong: `setp.lt.u32 %c0, %t, 7; @%c0 mov.u32 %r1, 1;
			add.u32 %r2, %r1, 1; // here`,
		right: `setp.lt.u32 %c0, %t, 7; @%c0 mov.u32 %r1, 1; @!%c0 mov.u32 %r1, 2; add.u32 %r2, %r1, 1;`,
	},
	{
		name: "uninitialized predicate as a guard", kind: ptxsim.Uninitialized, grid: 1, block: 32,
		wrong: `@%c1 mov.u32 %r1, 1; // here`,
	},
	{
		name: "uninitialized address", kind: ptxsim.Uninitialized, grid: 1, block: 32,
		wrong: `ld.global.f32 %f0, [%rd9]; // here`,
	},
	{
		name: "uninitialized element of a stored vector", kind: ptxsim.Uninitialized, grid: 1, block: 1,
		wrong: `st.global.v2.b32 [%q], {%t, %r9}; // here`,
	},
	{
		name: "shared race: two warps write a word", kind: ptxsim.Race, grid: 1, block: 64,
		wrong: `and.b32 %r1, %t, 31; mul.lo.u32 %r1, %r1, 4; mov.u32 %r2, s; add.u32 %r1, %r1, %r2;
			st.shared.b32 [%r1], %t; // here`,
	},
	{
		name: "shared race: lanes write a word in one instruction", kind: ptxsim.Race, grid: 1, block: 32,
		wrong: `st.shared.b32 [s], %t; // here`,
		right: `setp.eq.u32 %c0, %t, 3; @%c0 st.shared.b32 [s], %t;`,
	},
	{
		name: "shared race: read before the barrier", kind: ptxsim.Race, grid: 1, block: 64,
		wrong: `st.shared.b32 [%s], %t; xor.b32 %r1, %t, 32; mul.lo.u32 %r1, %r1, 4; mov.u32 %r2, s; add.u32 %r1, %r1, %r2;
			setp.ge.u32 %c0, %t, 32; @%c0 ld.shared.b32 %r3, [%r1]; // here`,
		right: `st.shared.b32 [%s], %t; xor.b32 %r1, %t, 32; mul.lo.u32 %r1, %r1, 4; mov.u32 %r2, s; add.u32 %r1, %r1, %r2;
			bar.sync 0; ld.shared.b32 %r3, [%r1];`,
	},
	{
		name: "shared race: overwritten while others read", kind: ptxsim.Race, grid: 1, block: 64,
		wrong: `st.shared.b32 [%s], %t; xor.b32 %r1, %t, 32; mul.lo.u32 %r1, %r1, 4; mov.u32 %r2, s; add.u32 %r1, %r1, %r2;
			bar.sync 0; ld.shared.b32 %r3, [%r1]; // here
			st.shared.b32 [%s], %r3; // here`,
		right: `st.shared.b32 [%s], %t; xor.b32 %r1, %t, 32; mul.lo.u32 %r1, %r1, 4; mov.u32 %r2, s; add.u32 %r1, %r1, %r2;
			bar.sync 0; ld.shared.b32 %r3, [%r1]; bar.sync 0; st.shared.b32 [%s], %r3;`,
	},
	{
		name: "shared race: within a warp, after divergence", kind: ptxsim.Race, grid: 1, block: 32,
		wrong: `st.shared.b32 [%s], %t; xor.b32 %r1, %t, 1; mul.lo.u32 %r1, %r1, 4; mov.u32 %r2, s; add.u32 %r1, %r1, %r2;
			ld.shared.b32 %r3, [%r1]; // here`,
		right: `st.shared.b32 [%s], %t; xor.b32 %r1, %t, 1; mul.lo.u32 %r1, %r1, 4; mov.u32 %r2, s; add.u32 %r1, %r1, %r2;
			bar.warp.sync -1; ld.shared.b32 %r3, [%r1];`,
	},
	{
		name: "shared race: synchronised with the wrong half of the warp", kind: ptxsim.Race, grid: 1, block: 32,
		wrong: `st.shared.b32 [%s], %t; xor.b32 %r1, %t, 16; mul.lo.u32 %r1, %r1, 4; mov.u32 %r2, s; add.u32 %r1, %r1, %r2;
			setp.lt.u32 %c0, %t, 16; selp.b32 %r4, 0xffff, 0xffff0000, %c0; bar.warp.sync %r4;
			ld.shared.b32 %r3, [%r1]; // here`,
		right: `st.shared.b32 [%s], %t; xor.b32 %r1, %t, 8; mul.lo.u32 %r1, %r1, 4; mov.u32 %r2, s; add.u32 %r1, %r1, %r2;
			setp.lt.u32 %c0, %t, 16; selp.b32 %r4, 0xffff, 0xffff0000, %c0; bar.warp.sync %r4;
			ld.shared.b32 %r3, [%r1];`,
	},
	{
		name: "shared race: a shuffle orders no memory", kind: ptxsim.Race, grid: 1, block: 32,
		wrong: `st.shared.b32 [%s], %t; xor.b32 %r1, %t, 1; mul.lo.u32 %r1, %r1, 4; mov.u32 %r2, s; add.u32 %r1, %r1, %r2;
			shfl.sync.bfly.b32 %r4, %t, 1, 31, -1;
			ld.shared.b32 %r3, [%r1]; // here`,
	},
	{
		name: "shared race: named barrier without the reader", kind: ptxsim.Race, grid: 1, block: 96,
		wrong: `setp.lt.u32 %c0, %t, 64; setp.eq.u32 %c1, %t, 64; @!%c0 bra READ;
			st.shared.b32 [%s], %t; bar.sync 1, 64; bra END;
			READ: @%c1 ld.shared.b32 %r3, [s]; // here
			END:`,
		right: `setp.lt.u32 %c0, %t, 64; setp.eq.u32 %c1, %t, 63; @!%c0 bra END;
			st.shared.b32 [%s], %t; bar.sync 1, 64;
			@%c1 ld.shared.b32 %r3, [s];
			END:`,
	},
	{
		name: "shared race: bytes of a word are told apart", kind: ptxsim.Race, grid: 1, block: 32,
		wrong: `mov.u32 %r2, s; add.u32 %r1, %t, %r2; cvt.u16.u32 %h0, %t; st.shared.u8 [%r1], %h0;
			st.shared.u8 [%r1+1], %h0; // here`,
		right: `mov.u32 %r2, s; add.u32 %r1, %t, %r2; cvt.u16.u32 %h0, %t; st.shared.u8 [%r1], %h0;`,
	},
	{
		name: "global race: two blocks write a word", kind: ptxsim.Race, grid: 2, block: 32,
		wrong: `mul.wide.u32 %rd1, %t, 4; add.u64 %rd1, %q, %rd1;
			st.global.b32 [%rd1], %t; // here`,
		right: `st.global.b32 [%b], %t;`,
	},
	{
		name: "global race: a block reads what another writes", kind: ptxsim.Race, grid: 2, block: 32,
		wrong: `st.global.b32 [%a], %t; // here
			setp.eq.u32 %c0, %i, 32; @%c0 ld.global.b32 %r1, [%p]; // here`,
		right: `st.global.b32 [%b], %t; setp.eq.u32 %c0, %i, 32; @%c0 ld.global.b32 %r1, [%p];`,
	},
	{
		name: "global race: a block writes what another has read", kind: ptxsim.Race, grid: 2, block: 32,
		wrong: `setp.eq.u32 %c0, %i, 5; @%c0 ld.global.b32 %r1, [%p]; // here
			setp.eq.u32 %c1, %i, 37; @%c1 st.global.b32 [%p], %t; // here`,
	},
	{
		name: "global race: a block writes what several have read", kind: ptxsim.Race, grid: 4, block: 32,
		wrong: `ld.global.b32 %r1, [%p];
			setp.eq.u32 %c1, %i, 97; @%c1 st.global.b32 [%p], %t; // here`,
	},
	{
		name: "global race: warps of a block", kind: ptxsim.Race, grid: 1, block: 64,
		wrong: `st.global.b32 [%b], %t; setp.eq.u32 %c0, %t, 32;
			@%c0 ld.global.b32 %r1, [%q]; // here`,
		right: `st.global.b32 [%b], %t; setp.eq.u32 %c0, %t, 32; bar.sync 0; @%c0 ld.global.b32 %r1, [%q];`,
	},
	{
		name: "global race: atomic against plain", kind: ptxsim.Race, grid: 2, block: 1,
		wrong: `red.global.add.u32 [%p], 1; // here
			ld.global.b32 %r1, [%p]; // here`,
		right: `red.global.add.u32 [%p], 1; ld.volatile.global.b32 %r1, [%p];`,
	},
	{
		name: "missing fence before publishing", kind: ptxsim.Race, grid: 3, block: 32,
		wrong: lastBlock("", "membar.gl;"),
		right: lastBlock("membar.gl;", "membar.gl;"),
	},
	{
		name: "missing fence after observing", kind: ptxsim.Race, grid: 3, block: 32,
		wrong: lastBlock("fence.acq_rel.gpu;", ""),
		right: lastBlock("fence.acq_rel.gpu;", "fence.acq_rel.gpu;"),
	},
	{
		name: "fence too narrow", kind: ptxsim.Race, grid: 3, block: 32,
		wrong: lastBlock("membar.cta;", "membar.gl;"),
	},
	{
		name: "missing barrier before publishing", kind: ptxsim.Race, grid: 3, block: 64,
		wrong: strings.Replace(lastBlock("membar.gl;", "membar.gl;"), "bar.sync 0;", "", 1),
		right: lastBlock("membar.gl;", "membar.gl;"),
	},
	{
		name: "read-only load of what the kernel wrote", kind: ptxsim.ReadOnlyWritten, grid: 1, block: 32,
		wrong: `st.global.b32 [%a], %t;
			ld.global.nc.b32 %r1, [%a]; // here`,
		right: `st.global.b32 [%a], %t; ld.global.b32 %r1, [%a];`,
	},
	{
		name: "barrier that some warps do not reach", kind: ptxsim.BarrierDivergence, grid: 1, block: 96,
		wrong: `setp.ge.u32 %c0, %t, 64; @%c0 bra L;
			bar.sync 0; // here
			L:`,
		right: `setp.ge.u32 %c0, %t, 64; @%c0 bra L; L: bar.sync 0;`,
	},
	{
		name: "barrier that some lanes do not reach", kind: ptxsim.BarrierDivergence, grid: 1, block: 64,
		wrong: `setp.eq.u32 %c0, %t, 40; @%c0 bra L;
			bar.sync 0; // here
			L: mov.u32 %r1, 0;`,
	},
	{
		name: "barrier under a guard", kind: ptxsim.BarrierDivergence, grid: 1, block: 32,
		wrong: `setp.lt.u32 %c0, %t, 16;
			@%c0 bar.sync 0; // here`,
		right: `setp.lt.u32 %c0, %t, 32; @%c0 bar.sync 0;`,
	},
	{
		name: "barrier after lanes have exited", kind: ptxsim.BarrierDivergence, grid: 1, block: 32,
		wrong: `setp.ge.u32 %c0, %t, 20; @%c0 exit;
			bar.sync 0; // here`,
	},
	{
		name: "barriers of different numbers", kind: ptxsim.BarrierDivergence, grid: 1, block: 64,
		wrong: `shr.u32 %r1, %t, 5;
			bar.sync %r1; // here`,
		right: `shr.u32 %r1, %t, 6; bar.sync %r1;`,
	},
	{
		name: "barrier for too many threads", kind: ptxsim.InvalidOperand, grid: 1, block: 64,
		wrong: `bar.sync 1, 128; // here`,
		right: `bar.sync 1, 64;`,
	},
	{
		name: "shuffle by part of the warp", kind: ptxsim.LaneDivergence, grid: 1, block: 32,
		wrong: `setp.lt.u32 %c0, %t, 16; @!%c0 bra L;
			shfl.sync.down.b32 %r1, %t, 1, 31, -1; // here
			L: mov.u32 %r2, 0;`,
		right: `setp.lt.u32 %c0, %t, 16; @!%c0 bra L; shfl.sync.down.b32 %r1, %t, 1, 0x100f, 0xffff; L: mov.u32 %r2, 0;`,
	},
	{
		name: "shuffle from a lane that does not exist", kind: ptxsim.LaneDivergence, grid: 1, block: 24,
		wrong: `shfl.sync.bfly.b32 %r1, %t, 16, 31, -1; // here`,
		right: `shfl.sync.bfly.b32 %r1, %t, 4, 31, -1;`,
	},
	{
		name: "shuffle whose mask does not name the lane", kind: ptxsim.LaneDivergence, grid: 1, block: 32,
		wrong: `shfl.sync.bfly.b32 %r1, %t, 1, 31, 0xffff; // here`,
	},
	{
		name: "vote whose mask names lanes elsewhere", kind: ptxsim.LaneDivergence, grid: 1, block: 32,
		wrong: `setp.lt.u32 %c0, %t, 16; @!%c0 bra L;
			vote.sync.ballot.b32 %r1, %c0, -1; // here
			L: mov.u32 %r2, 0;`,
		right: `setp.lt.u32 %c0, %t, 16; vote.sync.ballot.b32 %r1, %c0, -1;`,
	},
	{
		name: "bra.uni that diverges", kind: ptxsim.LaneDivergence, grid: 1, block: 32,
		wrong: `setp.lt.u32 %c0, %t, 16;
			@%c0 bra.uni L; // here
			mov.u32 %r1, 0; L: mov.u32 %r2, 0;`,
		right: `setp.lt.u32 %c0, %t, 32; @%c0 bra.uni L; mov.u32 %r1, 0; L: mov.u32 %r2, 0;`,
	},
	{
		name: "integer division by zero", kind: ptxsim.DivisionByZero, grid: 1, block: 32,
		wrong: `sub.u32 %r1, %t, 5;
			div.u32 %r2, 100, %r1; // here`,
		right: `add.u32 %r1, %t, 5; div.u32 %r2, 100, %r1;`,
	},
	{
		name: "trap", kind: ptxsim.Trap, grid: 1, block: 32,
		wrong: `trap; // here`,
	},
	{
		name: "endless loop", kind: ptxsim.Endless, grid: 1, block: 64,
		wrong: `L:
			bra L; // here`,
	},
}

// lastBlock is the end of a reduction. Each block stores a word and increments a counter.
// The block that increments it last sums all words.
func lastBlock(before, after string) string {
	return `mov.u32 %r1, %ctaid.x; mov.u32 %r2, %nctaid.x; mul.wide.u32 %rd1, %r1, 4; add.u64 %rd1, %q, %rd1;
		mov.u32 %r6, %ntid.x; sub.u32 %r6, %r6, 1;
		setp.eq.u32 %c0, %t, %r6; @%c0 st.global.b32 [%rd1], %i;
		bar.sync 0;
		` + before + `
		setp.eq.u32 %c1, %t, 0; mov.u32 %r3, 0; @!%c1 bra SKIP;
		atom.global.inc.u32 %r3, [%p], 1000;
		` + after + `
		add.u32 %r3, %r3, 1;
		st.shared.b32 [s], %r3;
		SKIP: bar.sync 0; ld.shared.b32 %r3, [s];
		setp.ne.u32 %c2, %r3, %r2; @%c2 bra END;
		ld.global.b32 %r4, [%q]; // here
		ld.global.b32 %r5, [%q+8]; // here
		END:`
}
