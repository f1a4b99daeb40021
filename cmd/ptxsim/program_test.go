package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/kernels/ptxsim"
)

const vectorAdd = "../../kernels/ptxsim/testdata/vectoradd.ptx"

func runProgram(args ...string) (string, error) {
	var stdout, stderr bytes.Buffer
	err := program(context.Background(), args, &stdout, &stderr)
	return stdout.String(), err
}

func TestRun(t *testing.T) {
	out, err := runProgram("run", "-grid", "2", "-block", "64", "-show", "3", "-lines", vectorAdd, "vector_add", "f32:1,2,3.5", "f32:0.5,0.25,-1", "out:4", "3")
	require.NoError(t, err)
	require.Contains(t, out, "c = 1.5 2.25 2.5 … (4 values)\n")
	require.Contains(t, out, "global loads                   2  24 bytes asked for, 64 in sectors")
	require.Contains(t, out, "add.rn.f32 %x, %x, %y")
	require.Contains(t, out, "DONE:")
}

// Kernels in half precision are for sm_80.
func TestRunTakesEveryTarget(t *testing.T) {
	for _, header := range []string{".version 6.3\n.target sm_70\n", ".version 7.0\n.target sm_80\n"} {
		file := filepath.Join(t.TempDir(), "k.ptx")
		require.NoError(t, os.WriteFile(file, []byte(header+".entry k() .maxntid 32 { ret; }\n"), 0o666))
		_, err := runProgram("run", file, "k")
		require.NoError(t, err, header)
	}
}

func TestRunReportsFaults(t *testing.T) {
	_, err := runProgram("run", "-reverse", "-threads", "1", "-approx", "high", vectorAdd, "vector_add", "random:4", "count:4", "iout:4", "5")
	var f *ptxsim.Fault
	require.True(t, errors.As(err, &f))
	require.Equal(t, ptxsim.OutOfBounds, f.Kind)
	require.Equal(t, 29, f.Line)
	require.Equal(t, 1, cli.Report("ptxsim", err, new(bytes.Buffer)))
}

// An interrupt stops a kernel that does not end.
func TestRunStops(t *testing.T) {
	file := filepath.Join(t.TempDir(), "k.ptx")
	require.NoError(t, os.WriteFile(file, []byte(".version 6.3\n.target sm_70\n.entry k() .maxntid 32 { L: bra L; }\n"), 0o666))
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(10*time.Millisecond, cancel)
	var stdout, stderr bytes.Buffer
	err := program(ctx, []string{"run", file, "k"}, &stdout, &stderr)
	require.ErrorIs(t, err, cli.ErrInterrupted)
	require.ErrorContains(t, err, "kernel k was stopped before its end")
	require.Empty(t, stdout.String())
}

func TestArguments(t *testing.T) {
	file := filepath.Join(t.TempDir(), "k.ptx")
	require.NoError(t, os.WriteFile(file, []byte(`.version 6.3
.target sm_70
.address_size 64
.entry k(.param .u64 out, .param .u64 in, .param .s32 a, .param .f32 b, .param .f64 c, .param .u64 d, .param .u8 e) .maxntid 32 {
	.reg .u32 %r<4>; .reg .f32 %f; .reg .u64 %p, %q; .reg .f64 %d;
	ld.param.u64 %p, [out]; ld.param.u64 %q, [in]; ld.param.s32 %r0, [a]; ld.param.f32 %f, [b]; ld.param.f64 %d, [c];
	cvt.rzi.s32.f32 %r1, %f; cvt.rzi.s32.f64 %r2, %d; ld.global.u32 %r3, [%q];
	add.u32 %r0, %r0, %r1; add.u32 %r0, %r0, %r2; add.u32 %r0, %r0, %r3; ld.param.u64 %q, [d]; cvt.u32.u64 %r1, %q; add.u32 %r0, %r0, %r1;
	st.global.u32 [%p], %r0; ret;
}
.entry l(.param .u64 out, .param .u64 in, .param .s32 a, .param .f32 b, .param .f64 c, .param .u64 d) .maxntid 32 {
	.reg .u32 %r<4>; .reg .f32 %f; .reg .u64 %p, %q; .reg .f64 %d;
	ld.param.u64 %p, [out]; ld.param.u64 %q, [in]; ld.param.s32 %r0, [a]; ld.param.f32 %f, [b]; ld.param.f64 %d, [c];
	cvt.rzi.s32.f32 %r1, %f; cvt.rzi.s32.f64 %r2, %d; ld.global.u32 %r3, [%q];
	add.u32 %r0, %r0, %r1; add.u32 %r0, %r0, %r2; add.u32 %r0, %r0, %r3; ld.param.u64 %q, [d]; cvt.u32.u64 %r1, %q; add.u32 %r0, %r0, %r1;
	st.global.u32 [%p], %r0; ret;
}
`), 0o666))
	data := filepath.Join(t.TempDir(), "data")
	require.NoError(t, os.WriteFile(data, []byte{7, 0, 0, 0}, 0o666))
	for _, in := range []string{"u32:7", "file:" + data} {
		out, err := runProgram("run", "-block", "1", file, "l", "iout:1", in, "-100", "20", "3.5e2", "1000")
		require.NoError(t, err)
		require.Contains(t, out, "out = 1277\n")
	}
	for _, test := range []struct {
		args    []string
		message string
	}{
		{[]string{"k", "iout:1", "zeros:1", "1", "1", "1", "1", "1"}, "argument 7 for u8 e: run supports no parameters of this type"},
		{[]string{"l", "iout:1"}, "kernel l takes 6 arguments (u64 out, u64 in, s32 a, f32 b, f64 c, u64 d), got 1"},
		{[]string{"l", "iout:0", "1", "1", "1", "1", "1"}, `"0" is not a number of words`},
		{[]string{"l", "heap:1", "1", "1", "1", "1", "1"}, `unknown kind of buffer "heap"`},
		{[]string{"l", "f32:1,x", "1", "1", "1", "1", "1"}, `"x" is not a number`},
		{[]string{"l", "u32:1.5", "1", "1", "1", "1", "1"}, `"1.5" is not a 32-bit integer`},
		{[]string{"l", "file:" + data + "x", "1", "1", "1", "1", "1"}, "no such file"},
		{[]string{"l", "x", "1", "1", "1", "1", "1"}, `"x" is neither an integer nor a buffer`},
		{[]string{"l", "1", "1", "zeros:1", "1", "1", "1"}, `the buffer "zeros:1" needs a parameter of type u64 or b64`},
		{[]string{"l", "1", "1", "5000000000", "1", "1", "1"}, "is not a 32-bit integer"},
		{[]string{"l", "1", "1", "1", "one", "1", "1"}, `"one" is not a number`},
		{[]string{"m"}, "has no kernel m; it has k, l"},
	} {
		_, err := runProgram(append([]string{"run", file}, test.args...)...)
		assert.ErrorContains(t, err, test.message)
		assert.Equal(t, 2, cli.Report("ptxsim", err, new(bytes.Buffer)))
	}
}

func TestListAndLint(t *testing.T) {
	out, err := runProgram("list", vectorAdd)
	require.NoError(t, err)
	require.Contains(t, out, "vectoradd.ptx:6: vector_add(u64 a, u64 b, u64 c, u32 n)\n  19 instructions; registers: 1 .pred, 2 .f32, 4 .u32, 4 .u64\n")
	require.Contains(t, out, "blocks of at most 256 threads")

	out, err = runProgram("lint", vectorAdd)
	require.NoError(t, err)
	require.Empty(t, out)

	file := filepath.Join(t.TempDir(), "k.ptx")
	require.NoError(t, os.WriteFile(file, []byte(".version 6.3\n.target sm_70\n.entry k() { ret; }\n.entry l() .reqntid 8, 4 { ret; }\n"), 0o666))
	out, err = runProgram("lint", file)
	require.ErrorContains(t, err, "1 warnings")
	require.Contains(t, out, "k.ptx:3: kernel k: has no .maxntid")
	out, err = runProgram("list", file)
	require.NoError(t, err)
	require.Contains(t, out, "blocks of any size")
	require.Contains(t, out, "blocks of exactly 8×4×1 threads")
}

func TestUsage(t *testing.T) {
	for _, test := range []struct {
		args    []string
		message string
		code    int
	}{
		{nil, "no command given", 2},
		{[]string{"walk"}, `unknown command "walk"`, 2},
		{[]string{"lint"}, "lint needs a PTX file", 2},
		{[]string{"list", "-x", "f"}, "there is no flag -x", 2},
		{[]string{"lint", "/does/not/exist"}, "no such file", 2},
		{[]string{"list", "/does/not/exist"}, "no such file", 2},
		{[]string{"run", "/does/not/exist", "k"}, "no such file", 2},
		{[]string{"run", vectorAdd}, "run needs a PTX file and the name of a kernel", 2},
		{[]string{"run", "-grid", "1,2,3,4", vectorAdd, "k"}, "more than three extents", 2},
		{[]string{"run", "-block", "0", vectorAdd, "k"}, `"0" is not a positive integer`, 2},
		{[]string{"run", "-approx", "wild", vectorAdd, "k"}, "want one of [nearest scattered high low]", 2},
		{[]string{"run", "-block", "512", vectorAdd, "vector_add", "1", "1", "1", "1"}, "a block of 512 threads; .maxntid allows 256", 2},
		{[]string{"lint", "main.go"}, "expected a directive", 1},
		{[]string{"list", "main.go"}, "expected a directive", 1},
		{[]string{"run", "main.go", "k"}, "expected a directive", 1},
	} {
		_, err := runProgram(test.args...)
		assert.ErrorContains(t, err, test.message)
		assert.Equal(t, test.code, cli.Report("ptxsim", err, new(bytes.Buffer)), "%v", test.args)
	}
	for _, args := range [][]string{{"-help"}, {"run", "-help"}, {"lint", "-help"}} {
		out, err := runProgram(args...)
		require.True(t, err == nil || errors.Is(err, flag.ErrHelp))
		require.Contains(t, out, "ptxsim")
		require.Zero(t, cli.Report("ptxsim", err, new(bytes.Buffer)))
	}
}
