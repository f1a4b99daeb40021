package ptxsim

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	osexec "os/exec"
	"runtime"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/cpu"

	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// The oracle compares the simulator's arithmetic with LLVM, bit for bit. Each case defines
// a PTX instruction in LLVM IR. LLVM compiles the IR for the host's processor, which runs it
// on tens of thousands of operands. The simulator runs the instruction on the same
// operands. If LLVM can compile the IR to PTX, the simulator also runs that PTX.
//
// testdata/oracle.txt holds a hash of the processor's results for each case, so the
// comparison works without LLVM. go test -run Oracle -update rewrites the file.

var update = flag.Bool("update", false, "record the oracle's results")

// An oracleCase is an instruction and its definition.
type oracleCase struct {
	name     string // the instruction's spelling
	result   syntax.Type
	operands []syntax.Type
	// ptx is the code that computes %d from %a, %b, %c. If it is empty, the instruction name
	// is used with these operands.
	ptx string
	// ir computes %r from %a, %b, %c of the operands' types.
	ir string
	// mode is the processor's rounding mode while it runs ir. With ftz it flushes
	// subnormal operands and results.
	mode rounding
	ftz  bool
	// inputs selects the operands: "single", "double" or "divisor".
	inputs string
	// looseZero allows either sign of a zero result.
	looseZero bool
	// notPTX is set if LLVM cannot compile ir to PTX, or compiles it to other
	// instructions.
	notPTX bool
}

func llType(t syntax.Type) string {
	switch t {
	case syntax.F32:
		return "float"
	case syntax.F64:
		return "double"
	case syntax.Pred:
		return "i1"
	}
	return fmt.Sprintf("i%d", 8*t.Size())
}

// prologue and epilogue convert between the i64 that the kernels load and store and the
// types of operands and result.
func (c *oracleCase) function() string {
	var s strings.Builder
	for i, t := range c.operands {
		n := string(rune('a' + i))
		switch {
		case t == syntax.F64:
			fmt.Fprintf(&s, "  %%%s = bitcast i64 %%%s64 to double\n", n, n)
		case t == syntax.F32:
			fmt.Fprintf(&s, "  %%%s32 = trunc i64 %%%s64 to i32\n  %%%s = bitcast i32 %%%s32 to float\n", n, n, n, n)
		case t.Size() == 8:
			fmt.Fprintf(&s, "  %%%s = add i64 %%%s64, 0\n", n, n)
		default:
			fmt.Fprintf(&s, "  %%%s = trunc i64 %%%s64 to %s\n", n, n, llType(t))
		}
	}
	s.WriteString("  " + strings.ReplaceAll(strings.TrimSpace(c.ir), "\n", "\n  ") + "\n")
	switch {
	case c.result == syntax.F64:
		s.WriteString("  %r64 = bitcast double %r to i64\n")
	case c.result == syntax.F32:
		s.WriteString("  %r32 = bitcast float %r to i32\n  %r64 = zext i32 %r32 to i64\n")
	case c.result.Size() == 8:
		s.WriteString("  %r64 = add i64 %r, 0\n")
	default:
		fmt.Fprintf(&s, "  %%r64 = zext %s %%r to i64\n", llType(c.result))
	}
	return s.String()
}

// canonical replaces all NaNs by one, and −0 by +0 if either sign is allowed.
func (c *oracleCase) canonical(v uint64) uint64 {
	switch {
	case c.result == syntax.F32 && v&0x7fffffff > 0x7f800000:
		return 0x7fffffff
	case c.result == syntax.F64 && v&(1<<63-1) > 0x7ff0000000000000:
		return 0x7ff8000000000000
	case c.looseZero && c.result == syntax.F32 && v == 1<<31, c.looseZero && c.result == syntax.F64 && v == 1<<63:
		return 0
	}
	return v
}

func (c *oracleCase) hash(results []uint64) string {
	b := make([]byte, 0, 8*len(results))
	for _, v := range results {
		b = binary.LittleEndian.AppendUint64(b, c.canonical(v))
	}
	sum := sha256.Sum256(b)
	return fmt.Sprintf("%x", sum[:8])
}

// An oracleRunner runs kernels f0, f1, … on the operands.
type oracleRunner struct {
	gpu *GPU
	in  map[string][3]gpu.Pointer
	out gpu.Pointer
}

func newOracleRunner(t *testing.T, inputs map[string][3][]uint64) *oracleRunner {
	r := &oracleRunner{gpu: New(Options{Unchecked: true, Uncounted: true}), in: map[string][3]gpu.Pointer{}}
	alloc := func() gpu.Pointer {
		p, err := r.gpu.Alloc(8 * oracleVectors)
		require.NoError(t, err)
		return p
	}
	for k, columns := range inputs {
		var p [3]gpu.Pointer
		for j, column := range columns {
			var b []byte
			for _, v := range column {
				b = binary.LittleEndian.AppendUint64(b, v)
			}
			p[j] = alloc()
			require.NoError(t, r.gpu.CopyIn(0, p[j], b))
		}
		r.in[k] = p
	}
	r.out = alloc()
	return r
}

func (r *oracleRunner) run(t *testing.T, m gpu.Module, i int, c *oracleCase) []uint64 {
	k, err := m.Kernel(fmt.Sprintf("f%d", i))
	require.NoError(t, err)
	in := r.in[c.inputs]
	require.NoError(t, r.gpu.Launch(0, k, gpu.Dim{X: oracleVectors / 256}, gpu.Dim{X: 256}, 0, []gpu.Arg{gpu.Ptr(in[0]), gpu.Ptr(in[1]), gpu.Ptr(in[2]), gpu.Ptr(r.out)}))
	b := make([]byte, 8*oracleVectors)
	require.NoError(t, r.gpu.CopyOut(0, b, r.out), c.name)
	results := make([]uint64, oracleVectors)
	for j := range results {
		results[j] = binary.LittleEndian.Uint64(b[8*j:])
	}
	return results
}

func allInputs() map[string][3][]uint64 {
	return map[string][3][]uint64{"single": operands("single"), "double": operands("double"), "divisor": operands("divisor")}
}

// TestOracle compares the simulator with the processor's results: computed if LLVM is
// installed, and recorded otherwise.
func TestOracle(t *testing.T) {
	skipUnderRace(t)
	cases := oracleCases()
	inputs := allInputs()
	runner := newOracleRunner(t, inputs)
	module, err := runner.gpu.Load("own.ptx", own(cases))
	require.NoError(t, err)

	recorded := readRecorded(t)
	var truth [][]uint64
	if missing := oracleTools(); missing == "" {
		truth = native(t, cases, inputs)
	} else {
		t.Logf("NOT COMPUTED: %s is missing; comparing with the recorded results only", missing)
		require.False(t, *update, "cannot record without %s", missing)
	}
	var lines []string
	for i := range cases {
		c := &cases[i]
		got := runner.run(t, module, i, c)
		if truth != nil {
			c.compare(t, c.name, got, truth[i], inputs[c.inputs])
			lines = append(lines, c.name+" "+c.hash(truth[i]))
		}
		if !*update {
			require.Equal(t, recorded[c.name], c.hash(got), "%s: hash of the results; is testdata/oracle.txt current?", c.name)
		}
	}
	t.Logf("%d instructions agree on %d vectors each", len(cases), oracleVectors)
	if *update {
		sort.Strings(lines)
		require.NoError(t, os.WriteFile("testdata/oracle.txt", []byte(strings.Join(lines, "\n")+"\n"), 0o666))
	}
}

// TestOracleTranslated compares the results of the PTX that LLVM compiles from the cases.
func TestOracleTranslated(t *testing.T) {
	skipUnderRace(t)
	if missing := oracleTools(); missing != "" {
		t.Skipf("SKIPPED: %s is missing (Debian: apt-get install llvm gcc): the simulator is not compared with LLVM's PTX", missing)
	}
	cases := oracleCases()
	inputs := allInputs()
	runner := newOracleRunner(t, inputs)
	ptx := translated(t, cases)
	module, err := runner.gpu.Load("llvm.ptx", ptx)
	require.NoError(t, err)
	recorded := readRecorded(t)
	same, others := 0, 0
	for i := range cases {
		c := &cases[i]
		if c.notPTX {
			continue
		}
		got := runner.run(t, module, i, c)
		require.Equal(t, recorded[c.name], c.hash(got), "%s: hash of the results of LLVM's PTX", c.name)
		_, text, _ := strings.Cut(ptx, fmt.Sprintf(".entry f%d(", i))
		text, _, _ = strings.Cut(text, "// -- End function")
		if strings.Contains(text, "\t"+c.name+" ") {
			same++
		} else {
			others++
		}
	}
	t.Logf("LLVM's PTX agrees: %d cases in the instruction itself, %d in others", same, others)
}

func skipUnderRace(t *testing.T) {
	if raceDetector {
		t.Skip("arithmetic of one goroutine: compared without the race detector, which takes minutes for it")
	}
}

func (c *oracleCase) compare(t *testing.T, name string, got, want []uint64, in [3][]uint64) {
	t.Helper()
	wrong := 0
	for i := range got {
		if c.canonical(got[i]) == c.canonical(want[i]) {
			continue
		}
		if wrong++; wrong == 1 {
			t.Errorf("%s: vector %d: a=%#x b=%#x c=%#x: simulated %#x, processor %#x", name, i, in[0][i], in[1][i], in[2][i], got[i], want[i])
		}
	}
	if wrong > 0 {
		t.Errorf("%s: %d of %d results differ", name, wrong, len(got))
	}
}

// oracleTools returns the names of tools that the oracle needs and that are not installed.
func oracleTools() string {
	if runtime.GOARCH != "amd64" || !cpu.X86.HasFMA {
		return "an x86 processor with FMA"
	}
	for _, tool := range []string{"llc", "gcc"} {
		if _, err := osexec.LookPath(tool); err != nil {
			return tool
		}
	}
	return ""
}

func readRecorded(t *testing.T) map[string]string {
	f, err := os.Open("testdata/oracle.txt")
	if *update {
		return nil
	}
	require.NoError(t, err)
	defer f.Close()
	recorded := map[string]string{}
	for s := bufio.NewScanner(f); s.Scan(); {
		i := strings.LastIndexByte(s.Text(), ' ')
		recorded[s.Text()[:i]] = s.Text()[i+1:]
	}
	return recorded
}

// Every scalar instruction has a case, or is excepted here with a reason. For instructions
// in forms, the cases are all spellings that the simulator accepts.
func TestOracleIsComplete(t *testing.T) {
	covered := map[string]bool{}
	for _, c := range oracleCases() {
		require.False(t, covered[c.name], "%s twice", c.name)
		covered[c.name] = true
	}
	for name := range scalars {
		switch {
		case scalars[name].approximation != nil: // checked by TestApproximationBounds
		case name == "lop3.b32": // there is a case for each truth table
		default:
			require.True(t, covered[name], "no case for %s", name)
		}
	}
}
