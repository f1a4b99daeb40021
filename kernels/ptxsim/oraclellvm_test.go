package ptxsim

import (
	"encoding/binary"
	"fmt"
	"os"
	osexec "os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const irDeclarations = `
declare i32 @llvm.nvvm.read.ptx.sreg.tid.x()
declare i32 @llvm.nvvm.read.ptx.sreg.ctaid.x()
declare float @llvm.fma.f32(float, float, float)
declare double @llvm.fma.f64(double, double, double)
declare float @llvm.sqrt.f32(float)
declare double @llvm.sqrt.f64(double)
declare float @llvm.fabs.f32(float)
declare double @llvm.fabs.f64(double)
declare float @llvm.minnum.f32(float, float)
declare double @llvm.minnum.f64(double, double)
declare float @llvm.maxnum.f32(float, float)
declare double @llvm.maxnum.f64(double, double)
declare float @llvm.copysign.f32(float, float)
declare double @llvm.copysign.f64(double, double)
`

// declarations declares the overloaded intrinsics that the cases use.
func declarations(cases []oracleCase) string {
	seen := map[string]bool{}
	for _, c := range cases {
		for _, line := range strings.Split(c.ir, "\n") {
			if _, call, ok := strings.Cut(line, "call "); ok {
				result, rest, _ := strings.Cut(call, " ")
				name, args, _ := strings.Cut(rest, "(")
				var types []string
				for _, a := range strings.Split(strings.TrimSuffix(args, ")"), ",") {
					types = append(types, strings.Fields(a)[0])
				}
				seen[fmt.Sprintf("declare %s %s(%s)\n", result, name, strings.Join(types, ", "))] = true
			}
		}
	}
	for _, line := range strings.Split(irDeclarations, "\n") {
		delete(seen, line+"\n")
	}
	var all []string
	for d := range seen {
		all = append(all, d)
	}
	sort.Strings(all)
	return irDeclarations + strings.Join(all, "")
}

// native runs the cases' IR on the host's processor.
func native(t *testing.T, cases []oracleCase, inputs map[string][3][]uint64) [][]uint64 {
	dir := t.TempDir()
	var ir, c strings.Builder
	ir.WriteString("target triple = \"x86_64-pc-linux-gnu\"\n" + declarations(cases))
	for i, oc := range cases {
		fmt.Fprintf(&ir, "define i64 @f%d(i64 %%a64, i64 %%b64, i64 %%c64) {\n%s  ret i64 %%r64\n}\n", i, oc.function())
		fmt.Fprintf(&c, "long f%d(long, long, long);\n", i)
	}
	kinds := []string{"single", "double", "divisor"}
	c.WriteString("struct { long (*f)(long, long, long); unsigned csr; int in; } cases[] = {\n")
	for i, oc := range cases {
		csr := 0x1f80 | []int{toNearest: 0, toNegative: 1, toPositive: 2, toZero: 3}[oc.mode]<<13
		if oc.ftz {
			csr |= 0x8040
		}
		fmt.Fprintf(&c, "\t{f%d, %d, %d},\n", i, csr, slices.Index(kinds, oc.inputs))
	}
	fmt.Fprintf(&c, `};
#include <stdio.h>
#include <immintrin.h>
enum { N = %d, CASES = %d };
static long in[%d][3][N], out[N];
int main(int argc, char **argv) {
	FILE *f = fopen(argv[1], "rb");
	if (!f || fread(in, sizeof in, 1, f) != 1) return 1;
	fclose(f);
	f = fopen(argv[2], "wb");
	for (int c = 0; c < CASES; c++) {
		long (*v)[N] = in[cases[c].in];
		_mm_setcsr(cases[c].csr);
		for (int i = 0; i < N; i++) out[i] = cases[c].f(v[0][i], v[1][i], v[2][i]);
		_mm_setcsr(0x1f80);
		if (fwrite(out, sizeof out, 1, f) != 1) return 2;
	}
	return fclose(f);
}
`, oracleVectors, len(cases), len(kinds))
	var vectors []byte
	for _, k := range kinds {
		for _, column := range inputs[k] {
			for _, v := range column {
				vectors = binary.LittleEndian.AppendUint64(vectors, v)
			}
		}
	}
	path := func(name string) string { return filepath.Join(dir, name) }
	require.NoError(t, os.WriteFile(path("f.ll"), []byte(ir.String()), 0o666))
	require.NoError(t, os.WriteFile(path("main.c"), []byte(c.String()), 0o666))
	require.NoError(t, os.WriteFile(path("in"), vectors, 0o666))
	command(t, "llc", "-O1", "-filetype=obj", "-relocation-model=pic", "-mattr=+fma,+sse4.1", "-fp-contract=off", "-o", path("f.o"), path("f.ll"))
	command(t, "gcc", "-O1", "-w", "-o", path("main"), path("main.c"), path("f.o"), "-lm")
	command(t, path("main"), path("in"), path("out"))
	out, err := os.ReadFile(path("out"))
	require.NoError(t, err)
	require.Len(t, out, 8*oracleVectors*len(cases))
	results := make([][]uint64, len(cases))
	for i := range results {
		for range oracleVectors {
			results[i] = append(results[i], binary.LittleEndian.Uint64(out))
			out = out[8:]
		}
	}
	return results
}

func command(t *testing.T, name string, args ...string) {
	t.Helper()
	out, err := osexec.Command(name, args...).CombinedOutput()
	require.NoError(t, err, "%s %s\n%s", name, strings.Join(args, " "), out)
}

// translated returns the PTX that LLVM compiles from the cases without notPTX.
func translated(t *testing.T, cases []oracleCase) string {
	dir := t.TempDir()
	var ir, list strings.Builder
	ir.WriteString("target triple = \"nvptx64-nvidia-cuda\"\n" + declarations(cases))
	n := 0
	for i, c := range cases {
		if c.notPTX {
			continue
		}
		attribute := ""
		if c.ftz {
			attribute = ` "denormal-fp-math-f32"="preserve-sign,preserve-sign"`
		}
		fmt.Fprintf(&ir, `define void @f%d(i64 addrspace(1)* %%pa, i64 addrspace(1)* %%pb, i64 addrspace(1)* %%pc, i64 addrspace(1)* %%pd)%s {
  %%k.tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %%k.block = call i32 @llvm.nvvm.read.ptx.sreg.ctaid.x()
  %%k.start = mul i32 %%k.block, 256
  %%k.i = add i32 %%k.start, %%k.tid
  %%k.qa = getelementptr i64, i64 addrspace(1)* %%pa, i32 %%k.i
  %%k.qb = getelementptr i64, i64 addrspace(1)* %%pb, i32 %%k.i
  %%k.qc = getelementptr i64, i64 addrspace(1)* %%pc, i32 %%k.i
  %%k.qd = getelementptr i64, i64 addrspace(1)* %%pd, i32 %%k.i
  %%a64 = load i64, i64 addrspace(1)* %%k.qa
  %%b64 = load i64, i64 addrspace(1)* %%k.qb
  %%c64 = load i64, i64 addrspace(1)* %%k.qc
%s  store i64 %%r64, i64 addrspace(1)* %%k.qd
  ret void
}
`, i, attribute, c.function())
		fmt.Fprintf(&list, "!%d = !{void (i64 addrspace(1)*, i64 addrspace(1)*, i64 addrspace(1)*, i64 addrspace(1)*)* @f%d, !\"kernel\", i32 1}\n", n, i)
		n++
	}
	ir.WriteString("!nvvm.annotations = !{")
	for i := range n {
		if i > 0 {
			ir.WriteString(", ")
		}
		fmt.Fprintf(&ir, "!%d", i)
	}
	ir.WriteString("}\n" + list.String())
	in, out := filepath.Join(dir, "f.ll"), filepath.Join(dir, "f.ptx")
	require.NoError(t, os.WriteFile(in, []byte(ir.String()), 0o666))
	command(t, "llc", "-march=nvptx64", "-mcpu=sm_70", "-mattr=+ptx63", "-fp-contract=off", "-o", out, in)
	ptx, err := os.ReadFile(out)
	require.NoError(t, err)
	return string(ptx)
}
