package syntax

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = `// a comment
.version 6.3
.target sm_70, debug
.address_size 64
.file 1 "scale.cu"
.const .align 16 .f32 table[2][2] = {{1.0, -2.0}, {0f40400000}};
.global .u64 place;
.extern .shared .align 8 .b8 dynamic[];

/* y = a*x, over
   several lines */
.visible .entry scale(
	.param .u64 .ptr .global .align 4 x,
	.param .f32 a,
	.param .align 8 .b8 more[16]
)
.maxntid 16, 8
.minnctapersm 2
{
	.reg .pred %p;
	.reg .f32 %f<3>, %g;
	.reg .b64 %rd<2>;
	.shared .align 16 .f32 tile[4][8];
	.local .b8 own[3];
	.loc 1 5 0
	.pragma "nounroll";
	ld.param.u64 %rd0, [x];
	ld.param.f32 %f1, [a];
$L_1:
	ld.global.v2.f32 {%f0, _}, [%rd0+4*2];
	@!%p bra $L_1;
	setp.lt.and.f32 %p|_, %f0,   %f1, !%p;
	mov.b32 %f2, tile+16;
	mov.u32 %g, dynamic;
END:	ret;
}
`

func TestParse(t *testing.T) {
	f, err := Parse("scale.ptx", module)
	require.NoError(t, err)
	require.Equal(t, "6.3", f.Version)
	require.Equal(t, "sm_70", f.Target)

	require.Len(t, f.Variables, 3)
	table := f.Variables[0]
	require.Equal(t, Variable{Line: 6, Name: "table", Space: Const, Type: F32, Count: 4, Align: 16,
		Init: []byte{0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0x40, 0x40, 0, 0, 0, 0}}, *table)

	e := f.Entry("scale")
	require.NotNil(t, e)
	require.Nil(t, f.Entry("other"))
	require.Equal(t, "scale(u64 x, f32 a, b8 more[16])", e.Signature())
	require.Equal(t, []Param{
		{Line: 13, Name: "x", Type: U64, Count: 1, Align: 8},
		{Line: 14, Name: "a", Type: F32, Count: 1, Align: 4, Offset: 8},
		{Line: 15, Name: "more", Type: B8, Count: 16, Align: 8, Offset: 16},
	}, e.Params)
	require.Equal(t, 32, e.ParamBytes)
	require.Equal(t, [3]int{16, 8, 1}, e.MaxThreads)
	require.False(t, e.ExactThreads)
	require.Len(t, e.Registers, 7)
	require.Equal(t, Register{Line: 21, Name: "%f2", Type: F32}, e.Registers[3])
	require.Equal(t, []Label{{Line: 29, Name: "$L_1", Index: 2}, {Line: 35, Name: "END", Index: 7}}, e.Labels)

	require.Equal(t, 128, e.SharedBytes)
	require.Equal(t, 3, e.LocalBytes)
	require.Equal(t, "dynamic", e.Variables[2].Name)
	require.Equal(t, 128, e.Variables[2].Offset)

	require.Len(t, e.Code, 8)
	load := e.Code[2]
	require.Equal(t, 30, load.Line)
	require.Equal(t, "ld.global.v2.f32", load.Opcode())
	require.Equal(t, "ld.global.v2.f32 {%f0, _}, [%rd0+4*2]", load.Text)
	require.Equal(t, VectorOperand, load.Args[0].Kind)
	require.Equal(t, SinkOperand, load.Args[0].Elements[1].Kind)
	require.Equal(t, AddressOperand, load.Args[1].Kind)
	require.EqualValues(t, 8, load.Args[1].Offset)
	require.Equal(t, "%rd0", load.Args[1].Base().Name)

	branch := e.Code[3]
	require.Equal(t, Guard{Present: true, Register: 0, Not: true}, branch.Guard)
	require.Equal(t, 2, branch.Args[0].Target)

	compare := e.Code[4]
	require.Equal(t, "setp.lt.and.f32 %p|_, %f0, %f1, !%p", compare.Text)
	require.Equal(t, -1, compare.Args[0].Second)
	require.True(t, compare.Args[3].Not)

	address := e.Code[5].Args[1]
	require.Equal(t, VariableOperand, address.Kind)
	require.EqualValues(t, 16, address.Offset)
	require.Equal(t, "ret", e.Code[7].Opcode())
}

func TestConstantExpressions(t *testing.T) {
	for src, want := range map[string]uint64{
		"0": 0, "017": 15, "0x1F": 31, "0b101": 5, "7U": 7, "18446744073709551615": 1<<64 - 1,
		"1+2*3": 7, "(1+2)*3": 9, "10-3-2": 5, "-5/2": 1<<64 - 2, "-5%3": 1<<64 - 2, "18446744073709551615/2": 1<<63 - 1,
		"1<<4|1": 17, "-8>>1": 1<<64 - 4, "6&3^5": 7, "~0": 1<<64 - 1, "!3": 0, "!0": 1, "- -4": 4, "+4": 4,
		"1<2": 1, "2<=1": 0, "3>2": 1, "2>=3": 0, "1==1&&2!=2||1": 1, "0?5:6": 6, "1 ? 2 ? 3 : 4 : 5": 3,
		"0f3F800000": 0x3f800000, "-0f3F800000": 0xbf800000, "0d3FF0000000000000": 0x3ff0000000000000, "1.5": 0x3ff8000000000000, "-2.5e-1": 0xbfd0000000000000, "1e3": 0x408f400000000000,
		"WARP_SZ-1": 31,
	} {
		f, err := Parse("k.ptx", ".version 6.3\n.target sm_70\n.entry k() { op "+src+"; }")
		if assert.NoError(t, err, src) {
			assert.Equal(t, want, f.Entries[0].Code[0].Args[0].Bits, src)
		}
	}
}

// Errors name line and column.
func TestErrors(t *testing.T) {
	for src, message := range map[string]string{
		"":                                                     "k.ptx:1:1: the module has no .version or no .target",
		".version 6.3":                                         "has no .version or no .target",
		".entry":                                               "k.ptx:1:7: expected the kernel's name, got end of file",
		".address_size 32":                                     ".address_size 32 is not supported; use 64",
		".func f() {}":                                         "device functions (.func) are not supported",
		".extern .global .u32 x;":                              "only .extern .shared arrays are",
		"hello":                                                `expected a directive such as .entry, got "hello"`,
		"#include <x>":                                         `character '#' does not occur in PTX`,
		"hell\u00f6":                                           `k.ptx:1:5: character "ö" is not allowed`,
		"// one\n.version 6.3 // \u00b7":                       `k.ptx:2:17: character "·" is not allowed, not even in comments: PTX is ASCII`,
		"/* a\n\n \xb7 */":                                     `k.ptx:3:2: character "\xb7" is not allowed`,
		".file 1 \"\u4e16\"":                                   `k.ptx:1:10: character "世" is not allowed`,
		"// \x00":                                              `k.ptx:1:4: character "\x00" is not allowed`,
		"/* open":                                              "comment is not closed",
		".file 1 \"open\n\"":                                   "string is not closed",
		".const .u32 x = 1.5;":                                 "the value does not fit type .u32",
		".const .f32 x = 1;":                                   "the value does not fit type .f32",
		".const .u8 x[2] = {1, 2, 3};":                         "variable x has 2 elements but more values",
		".const .u8 x[2] = {1, 2":                              `expected "," or "}"`,
		".const .u8 x[];":                                      "the array needs a size",
		".const .u8 x[1<<40];":                                 "not an integer between 0 and 268435456",
		".const .u8 x[100000000][100000000];":                  "the array is larger than",
		".const .pred x;":                                      "a variable cannot be a predicate",
		".const .v4 .f32 x;":                                   "vector variables are not supported",
		".const .align 3 .f32 x;":                              ".align 3 is not a power of two",
		".const .u8 x; .const .u8 x;":                          "variable x is already declared in line 1",
		".shared .u8 x = 1;":                                   "only .const and .global variables have initial values",
		".entry k() { ret; } .entry k() {}":                    "kernel k is defined twice",
		".entry k(.param .u32 a .param .u8 b) {}":              `expected "," or ")" after a parameter`,
		".entry k(.param .u32 a, .param .u32 a) {}":            "parameter a is declared twice",
		".entry k(.param .pred a) {}":                          "a parameter cannot be a predicate",
		".entry k(.param .b8 a[5000]) {}":                      "more than the 4352 bytes",
		".entry k() .maxntid 5000 {}":                          "not an integer between 0 and 1024",
		".entry k() .maxfoo 5 {}":                              "expected the kernel's body",
		".entry k() { ret;":                                    "the body of kernel k, begun in line 1, is not closed",
		".entry k() { .reg .b32 %a; .reg .b32 %a; }":           "register %a is declared twice",
		".entry k() { .reg .b32 %a<70000>; }":                  "not an integer between 0 and 65536",
		".entry k() { .reg .b32 %a<60000>, %b<9000>;}":         "kernel k has more than 65536 registers",
		".entry k() { .reg .b32 %a }":                          `expected ";", got "}"`,
		".entry k() { .reg .b99 %a; }":                         "expected a type such as .f32",
		".entry k() { L: L: ret; }":                            "label L is already defined in line 1",
		".entry k() { @%p ret; }":                              "register %p is not declared",
		".entry k() { add..u32 1; }":                           "add..u32 has an empty modifier",
		".entry k() { %a 1; }":                                 `expected an instruction, got "%a"`,
		".entry k() { op 1 2; }":                               `expected "," or ";" after an operand of op, got "2"`,
		".entry k() { op ,; }":                                 `expected an operand, got ","`,
		".entry k() { op {1, 2, 3}; }":                         "a vector has 2 or 4 elements, not 3",
		".entry k() { op {1 2}; }":                             `expected "," or "}"`,
		".entry k() { op [L]; }":                               "L is not a register, variable or parameter, so it has no address",
		".entry k() { op [1+2.0]; }":                           "needs integers",
		".entry k() { op [1; }":                                `expected "]"`,
		".entry k() { op L; }":                                 "L is not a register, variable, parameter or label",
		".entry k() { op 1/0; }":                               "division by zero",
		".entry k() { op ~1.5; }":                              "operator ~ needs an integer",
		".entry k() { op 0x; }":                                "0x is not a number",
		".entry k() { op 0f12; }":                              "0f12 is not 0f and 8 hexadecimal digits",
		".entry k() { op 0d12; }":                              "0d12 is not 0d and 16 hexadecimal digits",
		".entry k() { op 1.2.3; }":                             "1.2.3 is not a number",
		".entry k() { op 99999999999999999999; }":              "not a number of at most 64 bits",
		".entry k() { op (1; }":                                `expected ")"`,
		".entry k() { op -; }":                                 "expected a constant",
		".entry k() { call f; }":                               "calls are not supported",
		".entry k() { op " + strings.Repeat("(", 200) + "1; }": "expression is nested more than 100 deep",
		".entry k() { op " + strings.Repeat("-", 200) + "1; }": "expression is nested more than 100 deep",
		".entry k() " + strings.Repeat("{", 200):               "blocks are nested more than 100 deep",
	} {
		_, err := Parse("k.ptx", src)
		if assert.Error(t, err, src) {
			assert.Contains(t, err.Error(), message, src)
			assert.Contains(t, err.Error(), "k.ptx:")
		}
	}
}

// Parse reports several mistakes together, but at most maxErrors.
func TestSeveralErrors(t *testing.T) {
	_, err := Parse("k.ptx", ".version 6.3\n.target sm_70\n.entry k() {\n\top ,;\n\tret;\n\top );\n\tbra X;\n}\n")
	var list Errors
	require.True(t, errors.As(err, &list))
	require.Len(t, list, 3)
	require.Equal(t, 4, list[0].Line)
	require.Equal(t, 6, list[1].Line)
	require.Equal(t, 7, list[2].Line)
	var first *Error
	require.True(t, errors.As(err, &first))
	require.Same(t, list[0], first)

	_, err = Parse("k.ptx", ".version 6.3\n.target sm_70\n.entry k() {"+strings.Repeat("op ,;\n", 100)+"}")
	require.True(t, errors.As(err, &list))
	require.Len(t, list, maxErrors)
}

func TestTypes(t *testing.T) {
	require.Equal(t, F32, ParseType("f32"))
	require.Equal(t, NoType, ParseType("f99"))
	require.Equal(t, NoType, ParseType(""))
	require.Equal(t, 8, S64.Size())
	require.Equal(t, Signed, S64.Kind())
	require.Equal(t, "s64", S64.String())
	space, ok := ParseSpace("shared")
	require.True(t, ok)
	require.Equal(t, "shared", space.String())
	_, ok = ParseSpace("generic")
	require.False(t, ok)
}

// FuzzParse checks that the parser never panics, and that the trees it returns are
// consistent.
func FuzzParse(f *testing.F) {
	f.Add(module)
	files, err := filepath.Glob("../testdata/*.ptx")
	require.NoError(f, err)
	require.NotEmpty(f, files)
	for _, name := range files {
		src, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(string(src))
	}
	f.Fuzz(func(t *testing.T, src string) {
		file, err := Parse("k.ptx", src)
		if err != nil {
			var list Errors
			require.True(t, errors.As(err, &list))
			require.NotEmpty(t, list)
			return
		}
		for _, e := range file.Entries {
			for i := range e.Code {
				in := &e.Code[i]
				require.NotEmpty(t, in.Op)
				require.Positive(t, in.Line)
				for _, a := range in.Args {
					require.NotZero(t, a.Kind)
					if a.Kind == LabelOperand {
						require.LessOrEqual(t, a.Target, len(e.Code))
					}
				}
			}
		}
	})
}
