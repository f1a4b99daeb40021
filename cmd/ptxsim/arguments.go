package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"

	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// A buffer is an output buffer, to print after the run.
type buffer struct {
	param    string
	pointer  gpu.Pointer
	words    int
	integers bool
}

// arguments converts the arguments of the command line to those of the kernel. It also
// returns the output buffers that it has allocated.
func arguments(g *ptxsim.GPU, k gpu.Kernel, texts []string) ([]gpu.Arg, []buffer, error) {
	params := k.Params()
	if len(texts) != len(params) {
		var list []string
		for _, p := range params {
			list = append(list, p.Type+" "+p.Name)
		}
		return nil, nil, fmt.Errorf("kernel %s takes %d arguments (%s), got %d", k.Name(), len(params), strings.Join(list, ", "), len(texts))
	}
	var args []gpu.Arg
	var outputs []buffer
	for i, text := range texts {
		arg, out, err := argument(g, params[i], text)
		if err != nil {
			return nil, nil, fmt.Errorf("argument %d for %s %s: %w", i+1, params[i].Type, params[i].Name, err)
		}
		args = append(args, arg)
		if out != nil {
			outputs = append(outputs, *out)
		}
	}
	return args, outputs, nil
}

// argument converts one argument, for parameter p.
func argument(g *ptxsim.GPU, p gpu.Param, text string) (gpu.Arg, *buffer, error) {
	if kind, rest, ok := strings.Cut(text, ":"); ok {
		if p.Type != "u64" && p.Type != "b64" {
			return gpu.Arg{}, nil, fmt.Errorf("the buffer %q needs a parameter of type u64 or b64", text)
		}
		return bufferArgument(g, p.Name, kind, rest)
	}
	switch p.Type {
	case "f32", "f64":
		x, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return gpu.Arg{}, nil, fmt.Errorf("%q is not a number", text)
		}
		if p.Type == "f32" {
			return gpu.Float32(float32(x)), nil, nil
		}
		return gpu.Float64(x), nil, nil
	case "u32", "s32", "b32":
		n, err := strconv.ParseInt(text, 0, 64)
		if err != nil || n < math.MinInt32 || n > math.MaxUint32 {
			return gpu.Arg{}, nil, fmt.Errorf("%q is not a 32-bit integer", text)
		}
		return gpu.Uint32(uint32(n)), nil, nil
	case "u64", "s64", "b64":
		n, err := strconv.ParseInt(text, 0, 64)
		if err != nil {
			return gpu.Arg{}, nil, fmt.Errorf("%q is neither an integer nor a buffer", text)
		}
		return gpu.Uint64(uint64(n)), nil, nil
	}
	return gpu.Arg{}, nil, fmt.Errorf("run supports no parameters of this type")
}

// maxWords bounds a buffer, so that a mistyped number does not exhaust memory.
const maxWords = 1 << 28

// bufferArgument allocates and fills the buffer kind:rest.
func bufferArgument(g *ptxsim.GPU, name, kind, rest string) (gpu.Arg, *buffer, error) {
	var data []byte
	n := 0
	switch kind {
	case "zeros", "count", "random", "out", "iout":
		var err error
		if n, err = strconv.Atoi(rest); err != nil || n < 1 || n > maxWords {
			return gpu.Arg{}, nil, fmt.Errorf("%q is not a number of words between 1 and %d", rest, maxWords)
		}
	}
	word := func(v uint32) { data = binary.LittleEndian.AppendUint32(data, v) }
	switch kind {
	case "zeros":
		data = make([]byte, 4*n)
	case "count":
		for i := range n {
			word(uint32(i))
		}
	case "random":
		random := rand.New(rand.NewPCG(1, 2))
		for range n {
			word(math.Float32bits(random.Float32() - 0.5))
		}
	case "out", "iout":
		p, err := g.Alloc(4 * n)
		return gpu.Ptr(p), &buffer{name, p, n, kind == "iout"}, err
	case "f32":
		for _, s := range strings.Split(rest, ",") {
			x, err := strconv.ParseFloat(s, 32)
			if err != nil {
				return gpu.Arg{}, nil, fmt.Errorf("%q is not a number", s)
			}
			word(math.Float32bits(float32(x)))
		}
	case "u32":
		for _, s := range strings.Split(rest, ",") {
			x, err := strconv.ParseInt(s, 0, 64)
			if err != nil || x < math.MinInt32 || x > math.MaxUint32 {
				return gpu.Arg{}, nil, fmt.Errorf("%q is not a 32-bit integer", s)
			}
			word(uint32(x))
		}
	case "file":
		var err error
		if data, err = os.ReadFile(rest); err != nil {
			return gpu.Arg{}, nil, err
		}
	default:
		return gpu.Arg{}, nil, fmt.Errorf("unknown kind of buffer %q (see ptxsim run -help)", kind)
	}
	p, err := g.Alloc(len(data))
	if err != nil {
		return gpu.Arg{}, nil, err
	}
	return gpu.Ptr(p), nil, g.CopyIn(0, p, data)
}

// print prints the buffer's name and at most the given number of values.
func (b *buffer) print(stdout io.Writer, g *ptxsim.GPU, most int) error {
	n := min(b.words, max(most, 0))
	data := make([]byte, 4*n)
	if err := g.CopyOut(0, data, b.pointer); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s =", b.param)
	for i := range n {
		v := binary.LittleEndian.Uint32(data[4*i:])
		if b.integers {
			fmt.Fprintf(stdout, " %d", int32(v))
		} else {
			fmt.Fprintf(stdout, " %g", math.Float32frombits(v))
		}
	}
	if n < b.words {
		fmt.Fprintf(stdout, " … (%d values)", b.words)
	}
	fmt.Fprintln(stdout)
	return nil
}
