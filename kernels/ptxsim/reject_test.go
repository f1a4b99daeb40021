package ptxsim_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/topogen/topogen/kernels/ptxsim"
)

// Instructions that this package refuses, because NVIDIA's assembler does or because it does
// not support them, with parts of the error texts.
func TestRefusedInstructions(t *testing.T) {
	for instruction, message := range map[string]string{
		"add.u32 %r1, %r2, %tid.x;":                          "only mov and cvt read special register %tid.x",
		"add.u32 %r1, %r2, s;":                               "only mov and cvta take the address of s",
		"add.u32 %r1, %r2;":                                  "takes 3 operands, not 2",
		"add.u32 %rd1, %r1, %r2;":                            "register %rd1 is .b64, but the operand is .u32",
		"add.u32 %r77, %r1, %r2;":                            "register %r77 is not declared",
		"add.u32 %tid.x, %r1, %r2;":                          "special register %tid.x is read-only",
		"add.u32 [%rd1], %r1, %r2;":                          "the destination must be a register",
		"add.u32 %r1, !%c1, %r2;":                            "cannot be negated",
		"add.u32 %r1, %c1, %r2;":                             "register %c1 is .pred, but the operand is .u32",
		"add.s32 %r1, %r2, 5000000000;":                      "constant 5000000000 does not fit .s32",
		"add.f32 %f1, %f2, 1;":                               "write 0f… or a decimal point",
		"mov.f32 %f1, 0d3ff0000000000000; mov.u32 %r1, 1.0;": "a floating-point constant for a .u32 operand",
		"mov.u32 %f1, %r1;":                                  "register %f1 is .f32, but the operand is .u32",
		"mov.u32 %r1, p;":                                    "p is not a register, variable, parameter or label",
		"mov.u32 %r1, zeros;":                                "only mov and cvta take the address of zeros",
		"mov.u32 %r1, %clock;":                               "register %clock is not declared",
		"mov.f32 %f1, %tid.x;":                               "special register %tid.x is .u32",
		"mov.u64 %rd1, {%r1, %r2};":                          "cannot move a vector of 2",
		"mov.b32 %r1, {%r1, %r2};":                           "register %r1 is .b32, but the operand is .b16",
		"fma.f32 %f1, %f2, %f3, %f4;":                        "unknown instruction; did you mean one of fma.rm.f32",
		"tanh.approx.f32 %f1, %f2;":                          "unknown instruction",
		"ex2.f32 %f1, %f2;":                                  "did you mean one of ex2.approx.f32",
		"mul.u32 %r1, %r2, %r3;":                             "did you mean one of mul.f32",
		"setp.lt.b32 %c1, %r1, %r2;":                         "comparison .lt does not exist for .b32",
		"setp.lo.s32 %c1, %r1, %r2;":                         "comparison .lo does not exist for .s32",
		"setp.ltu.u32 %c1, %r1, %r2;":                        "comparison .ltu does not exist for .u32",
		"setp.lt.ftz.f64 %c1, %rd1, %rd2;":                   ".ftz is for .f32",
		"setp.u32 %c1, %r1, %r2;":                            "needs a comparison such as .lt",
		"setp.lt.and.u32 %c1, %r1, %r2;":                     "takes 4 operands",
		"setp.lt.u32 %r1, %r1, %r2;":                         "register %r1 is .b32, but the operand is .pred",
		"set.lt.u64.u32 %rd1, %r1, %r2;":                     "a type that the instruction does not take",
		"selp.b32 %r1, %r2, %r3, %r4;":                       "register %r4 is .b32, but the operand is .pred",
		"selp.b32 %r1, %r2, %r3, 1;":                         "operand 4 must be a predicate",
		"slct.b32.u32 %r1, %r2, %r3, %r4;":                   "selects by .s32 or .f32",
		"testp.finite.u32 %c1, %r1;":                         "is for .f32 and .f64",
		"cvt.u32.f32 %r1, %f1;":                              "needs .rni, .rzi, .rmi or .rpi",
		"cvt.f32.u32 %f1, %r1;":                              "needs .rn, .rz, .rm or .rp",
		"cvt.f32.f64 %f1, %rd1;":                             "needs .rn, .rz, .rm or .rp",
		"cvt.rn.f64.f32 %rd1, %f1;":                          "takes no rounding .rn",
		"cvt.rn.u32.u64 %r1, %rd1;":                          "between integers takes no rounding",
		"cvt.sat.u64.u32 %rd1, %r1;":                         ".sat does nothing here, as .u64 holds every .u32",
		"cvt.rn.f16.f32 %h1, %f1;":                           "does not convert .f16",
		"cvt.ftz.u32.u64 %r1, %rd1;":                         ".ftz is for .f32",
		"and.u32 %r1, %r2, %r3;":                             ".b32 instead of .u32",
		"lop3.b32 %r1, %r2, %r3, %r4, %r5;":                  "the truth table must be a constant",
		"ld.global.f32 %f1, [%r1];":                          ".global addresses have 64 bits",
		"ld.global.f32 %f1, [%f1];":                          "a .f32 register cannot hold an address",
		"ld.global.u32 %f1, [%rd1];":                         "register %f1 is .f32, but the operand is .u32",
		"ld.global.f32 %f1, %rd1;":                           "needs an address in brackets",
		"ld.global.f32 %f1, [s];":                            "s is a .shared variable",
		"ld.shared.f32 %f1, [zeros];":                        "zeros is a parameter: read it with ld.param",
		"ld.global.v4.f64 {%rd1, %rd2, %rd3, %rd4}, [%p];":   "accesses more than 16 bytes",
		"ld.global.v2.f32 %f1, [%p];":                        "needs a vector of 2 registers, not 1",
		"ld.global.v3.f32 {%f1, %f2, %f3}, [%p];":            "a vector has 2 or 4 elements, not 3",
		"ld.shared.nc.f32 %f1, [s];":                         ".nc is for ld.global",
		"ld.global.f32.v2 {%f1, %f2}, [%p];":                 "needs a vector of 1 registers, not 2",
		"ld.global.f32 %f1, [%p-4];":                         "write [%p+-4]",
		"ld.param.u64 %rd1, [%p];":                           "needs the name of a parameter",
		"ld.param.u64 %rd1, [zeros+4];":                      "reads 8 bytes at byte 4 of parameter zeros, which has 8",
		"ld.param.u16 %h1, [zeros+1];":                       "is not a multiple of the 2 bytes read",
		"st.const.u32 [%p], %r1;":                            "modifier .const is unknown",
		"atom.global.add.s64 %rd1, [%p], 1;":                 ".add does not exist for .s64",
		"atom.global.cas.u32 %r1, [%p], 1, 2;":               ".cas does not exist for .u32",
		"atom.global.cas.b32 %r1, [%p], 1;":                  "takes 4 operands, not 3",
		"red.global.exch.b32 [%p], 1;":                       "needs .and or .or",
		"atom.global.add.f32 %r1, [%p];":                     "takes 3 operands",
		"bra 5;":                                             "needs a label",
		"bra NOWHERE;":                                       "NOWHERE is not a register, variable, parameter or label",
		"bar.sync;":                                          "takes 1 to 2 operands",
		"bar.arrive 0, 64;":                                  "needs .sync or .red or .warp",
		"barrier.warp.sync -1;":                              "is written bar.warp.sync",
		"bar.red.popc.pred %c1, 0, %c2;":                     "gives .u32 for popc",
		"shfl.bfly.b32 %r1, %r2, 1, 31;":                     "needs .sync",
		"shfl.sync.bfly.u32 %r1, %r2, 1, 31, -1;":            "moves .b32",
		"vote.sync.ballot.pred %c1, %c2, -1;":                "gives .b32 for .ballot",
		"match.any.sync.b32 %r1|%c1, %r2, -1;":               "gives no predicate",
		"activemask.u32 %r1;":                                "gives .b32",
		"membar.gpu;":                                        "needs .cta or .gl or .sys",
		"cvta.shared.u32 %r1, %r2;":                          "addresses are .u64",
		"cvta.to.shared.u64 %rd1, s;":                        "s is a .shared variable",
		"call f, (%r1);":                                     "calls are not supported",
		"exit %r1;":                                          "takes 0 operands",
		"@%r1 bra L; L:":                                     "%r1 is a .b32 register, not a predicate",
		"mov.pred %c1, 1;":                                   "operand 2 must be a predicate",
		"mov.u32 %r1|%c1, %r2;":                              "the destination must be a register",
		"clz.b16 %r1, %h1;":                                  "did you mean one of clz.b32, clz.b64",
	} {
		_, err := ptxsim.New(ptxsim.Options{}).Load("k.ptx", header+instruction+"}")
		assert.ErrorContains(t, err, message, instruction)
		assert.ErrorContains(t, err, "k.ptx:24", instruction)
	}
}

// Modules that this package refuses, with parts of the error texts.
func TestRefusedModules(t *testing.T) {
	const head = ".version 6.3\n.target sm_70\n.address_size 64\n"
	for src, message := range map[string]string{
		".version 7.1\n.target sm_70\n":                            "k.ptx:1: .version 7.1 is not supported; use a version up to 7.0",
		".version 7.0\n.target sm_80\n":                            "k.ptx:1: .target sm_80 is not supported; use a target up to sm_70",
		".version 6.3\n.target sm_90a\n":                           "k.ptx:1: .target sm_90a is not supported; use a target up to sm_70",
		head + ".const .b8 big[70000];":                            "k.ptx:4: .const variables take more than 65536 bytes",
		head + ".entry k() { .shared .b32 s[13000]; ret; }":        "declares 52000 bytes of shared memory; want at most 49152",
		head + ".entry k() { .local .b8 a[600000]; ret; }":         "declares 600000 bytes of local memory per thread",
		head + ".entry k() { abc; ret; }\n.entry l() { def; ret;}": "k.ptx:4: abc: unknown instruction\nk.ptx:5: def",
	} {
		_, err := ptxsim.New(ptxsim.Options{}).Load("k.ptx", src)
		assert.ErrorContains(t, err, message)
	}
}
