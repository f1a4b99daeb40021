package autograd_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/autograd/autogradtest"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/nn"
)

func TestOperations(t *testing.T) {
	autogradtest.Run(t, func() kernels.Device { return cpu.New() })
}

// Every operation works on a device that has none of the optional kernels.
func TestOperationsOnCore(t *testing.T) {
	autogradtest.Run(t, func() kernels.Device { return struct{ kernels.Device }{cpu.New()} })
}

// TestEveryOperationHasACase checks that each exported operation of autograd and nn has a case
// in autogradtest, which checks its gradient.
func TestEveryOperationHasACase(t *testing.T) {
	cases := map[string]bool{
		"Detach": true, // differs from differences on purpose; see TestDetach
	}
	for _, c := range autogradtest.Cases() {
		name, _, _ := strings.Cut(c.Operation, " ")
		cases[name] = true
	}
	operations := append(exportedOperations(t, ".", ""), exportedOperations(t, "../nn", "nn.")...)
	require.Contains(t, operations, "Add")
	require.Contains(t, operations, "nn.BCE")
	for _, name := range operations {
		require.True(t, cases[name], "%s has no case in autogradtest", name)
		delete(cases, name)
	}
	require.Empty(t, cases, "cases of operations that do not exist")
}

// Each function of package kernels has an operation of its name, which computes that function:
// the cases of these operations are made from the functions.
func TestFunctionsHaveTheirNames(t *testing.T) {
	source, err := os.ReadFile("functions.go")
	require.NoError(t, err)
	for _, f := range kernels.Funcs()[1:] { // all but Identity
		require.Contains(t, string(source), fmt.Sprintf("func %v(x *Var) *Var { return Map(kernels.%v, x) }", f, f))
	}
}

// exportedOperations returns the names of a folder's functions that return a
// *Var, after a prefix.
func exportedOperations(t *testing.T, folder, prefix string) (names []string) {
	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		source, err := parser.ParseFile(token.NewFileSet(), filepath.Join(folder, file.Name()), nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, declaration := range source.Decls {
			f, ok := declaration.(*ast.FuncDecl)
			if ok && f.Recv == nil && f.Name.IsExported() && f.Type.Results != nil && slices.ContainsFunc(f.Type.Results.List, isVar) {
				names = append(names, prefix+f.Name.Name)
			}
		}
	}
	return names
}

// isVar reports whether a result is a *Var or a *autograd.Var.
func isVar(result *ast.Field) bool {
	star, ok := result.Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	if qualified, ok := star.X.(*ast.SelectorExpr); ok {
		return qualified.Sel.Name == "Var"
	}
	name, ok := star.X.(*ast.Ident)
	return ok && name.Name == "Var"
}

func TestDetach(t *testing.T) {
	dev := newDevice(t)
	x := autograd.TensorOf(dev, []float32{2, -3}, 2)
	tape := autograd.NewTape(dev)
	v := tape.Variable(x)
	tape.Backward(autograd.Sum(autograd.Mul(v, autograd.Detach(v))))
	require.Equal(t, []float32{2, -3}, read(t, dev, v.Grad()))
}

// Where a function has no derivative, the gradient is the one that PyTorch chooses. Where the
// derivative is infinite, the gradient is clamped, also as in PyTorch.
func TestGradientsAtSingularPoints(t *testing.T) {
	dev := newDevice(t)
	for _, test := range []struct {
		name string
		f    func(x *autograd.Var) *autograd.Var
		x    []float32
		want []float32
	}{
		{"ReLU", autograd.ReLU, []float32{0, -1, 1}, []float32{0, 0, 1}},
		{"Abs", autograd.Abs, []float32{0, -1, 1}, []float32{0, -1, 1}},
		{"Sqrt", autograd.Sqrt, []float32{0, 4}, []float32{0, 0.25}},
		{"Softplus", autograd.Softplus, []float32{-200, 0, 200}, []float32{0, 0.5, 1}},
		{"Sigmoid", autograd.Sigmoid, []float32{-200, 0, 200}, []float32{0, 0.25, 0}},
		{"Maximum", func(x *autograd.Var) *autograd.Var {
			return autograd.Maximum(x, autograd.AddScalar(autograd.Scale(x, 3), -2)) // equal at 1
		}, []float32{0, 1, 2}, []float32{1, 2, 3}},
		{"Minimum", func(x *autograd.Var) *autograd.Var {
			return autograd.Minimum(x, autograd.AddScalar(autograd.Scale(x, 3), -2))
		}, []float32{0, 1, 2}, []float32{3, 2, 1}},
		{"LeakyReLU", func(x *autograd.Var) *autograd.Var { return autograd.LeakyReLU(x, 0.2) }, []float32{0, -1, 1}, []float32{0.2, 0.2, 1}},
		{"ELU", func(x *autograd.Var) *autograd.Var { return autograd.ELU(x, 0.7) }, []float32{0, -200, 200}, []float32{0.7, 0, 1}},
		{"GELU", autograd.GELU, []float32{0, -200, 200}, []float32{0.5, 0, 1}},
		{"GELUTanh", autograd.GELUTanh, []float32{0, -200, 200}, []float32{0.5, 0, 1}},
		{"SiLU", autograd.SiLU, []float32{0, -200, 200}, []float32{0.5, 0, 1}},
		{"Huber", func(x *autograd.Var) *autograd.Var { return autograd.Huber(x, 2) }, []float32{0, 1, -2, 2, 1e30}, []float32{0, 1, -2, 2, 2}},
		{"MaxPool2d", func(x *autograd.Var) *autograd.Var {
			return autograd.MaxPool2d(autograd.Reshape(x, 1, 1, 2, 2), autograd.PoolOptions{Size: 2})
		}, []float32{1, 3, 3, 3}, []float32{0, 1, 0, 0}}, // the first of equal ones
		{"Normalize", func(x *autograd.Var) *autograd.Var {
			y, _, _ := autograd.Normalize(x, 1e-5)
			return y
		}, []float32{2, 2, 2}, []float32{0, 0, 0}},
		{"Distances", autograd.Distances, []float32{1, 1, 1}, []float32{0, 0, 0}},
		{"Softmax", func(x *autograd.Var) *autograd.Var { return autograd.Softmax(x, 0) }, []float32{-1000, 1000}, []float32{0, 0}},
		{"LogSoftmax", func(x *autograd.Var) *autograd.Var { return autograd.LogSoftmax(x, 0) }, []float32{-1000, 1000}, []float32{1, -1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			tape := autograd.NewTape(dev)
			defer tape.Free()
			x := tape.Variable(autograd.TensorOf(dev, test.x, len(test.x)))
			tape.Backward(autograd.Sum(test.f(x)))
			require.InDeltaSlice(t, test.want, read(t, dev, x.Grad()), 1e-6)
		})
	}
}

func TestOperationsPanicNamingShapes(t *testing.T) {
	dev := newDevice(t)
	tape := autograd.NewTape(dev)
	v := func(shape ...int) *autograd.Var {
		return tape.Constant(make([]float32, autograd.Size(shape)), shape...)
	}
	for _, test := range []struct {
		want string
		f    func()
	}{
		{"autograd: Add of shapes [2 3] and [2], which do not broadcast", func() { autograd.Add(v(2, 3), v(2)) }},
		{"autograd: BroadcastTo of shape [2 3] to [3]", func() { autograd.BroadcastTo(v(2, 3), 3) }},
		{"autograd: BroadcastTo of shape [2] to [3]", func() { autograd.BroadcastTo(v(2), 3) }},
		{"autograd: MatMul of shapes [2 3] and [2 3]; want …×m×k and …×k×n", func() { autograd.MatMul(v(2, 3), v(2, 3)) }},
		{"autograd: MatMul of shapes [3] and [3 2]; want …×m×k and …×k×n", func() { autograd.MatMul(v(3), v(3, 2)) }},
		{"autograd: MatMul over batches of shapes [2] and [3], which do not broadcast", func() { autograd.MatMul(v(2, 1, 1), v(3, 1, 1)) }},
		{"autograd: Linear of input [2 3], weight [4 2]; want …×in, out×in and out", func() { autograd.Linear(v(2, 3), v(4, 2), nil, autograd.ActNone) }},
		{"autograd: Linear of input [2 3], weight [4 3], bias [3]; want …×in, out×in and out", func() { autograd.Linear(v(2, 3), v(4, 3), v(3), autograd.ActNone) }},
		{"autograd: Conv2d of input [1 2 3 3], weight [1 1 2 2], stride 1×1 padding 0×0; want N×C×H×W, K×C×R×S and K, and a kernel that fits", func() {
			autograd.Conv2d(v(1, 2, 3, 3), v(1, 1, 2, 2), nil, autograd.ConvOptions{}, autograd.ActNone)
		}},
		{"autograd: Conv2d of input [1 1 3 3], weight [1 1 4 2], bias [1], stride 1×1 padding 0×0; want N×C×H×W, K×C×R×S and K, and a kernel that fits", func() {
			autograd.Conv2d(v(1, 1, 3, 3), v(1, 1, 4, 2), v(1), autograd.ConvOptions{}, autograd.ActNone)
		}},
		{"autograd: Conv2d of input [1 1 3 3], weight [1 1 2 2], stride 2×2 padding 0×0 output padding 0×1; want N×C×H×W, K×C×R×S and K, and a kernel that fits", func() {
			autograd.Conv2d(v(1, 1, 3, 3), v(1, 1, 2, 2), nil, autograd.ConvOptions{Stride: 2, OutputPaddingHW: [2]int{0, 1}}, autograd.ActNone)
		}},
		{"autograd: ConvTranspose2d of input [1 1 3 3], weight [1 1 2 2], stride 2×2 padding 0×0 output padding 2×0; want N×K×H×W, K×C×R×S and C, and a kernel that fits", func() {
			autograd.ConvTranspose2d(v(1, 1, 3, 3), v(1, 1, 2, 2), nil, autograd.ConvOptions{Stride: 2, OutputPaddingHW: [2]int{2, 0}}, autograd.ActNone)
		}},
		{"autograd: ConvOptions with Stride 2 and StrideHW [1 2]; set one of them", func() {
			autograd.Conv2d(v(1, 1, 3, 3), v(1, 1, 2, 2), nil, autograd.ConvOptions{Stride: 2, StrideHW: [2]int{1, 2}}, autograd.ActNone)
		}},
		{"autograd: Conv2d of input [1 1 3 3], weight [1 1 2 2], stride 0×2 padding 0×0; want N×C×H×W, K×C×R×S and K, and a kernel that fits", func() {
			autograd.Conv2d(v(1, 1, 3, 3), v(1, 1, 2, 2), nil, autograd.ConvOptions{StrideHW: [2]int{0, 2}}, autograd.ActNone)
		}},
		{"autograd: MaxPool2d of input [1 1 3 3], windows 4×4 stride 4×4 padding 0×0; want N×C×H×W, windows that fit, and padding of at most half a window", func() {
			autograd.MaxPool2d(v(1, 1, 3, 3), autograd.PoolOptions{Size: 4})
		}},
		{"autograd: AvgPool2d of input [1 1 3 3], windows 2×2 stride 1×1 padding 2×2; want N×C×H×W, windows that fit, and padding of at most half a window", func() {
			autograd.AvgPool2d(v(1, 1, 3, 3), autograd.PoolOptions{Size: 2, Stride: 1, Padding: 2})
		}},
		{"autograd: MaxPool2d of input [3 3], windows 0×0 stride 0×0 padding 0×0; want N×C×H×W, windows that fit, and padding of at most half a window", func() {
			autograd.MaxPool2d(v(3, 3), autograd.PoolOptions{})
		}},
		{"autograd: UpsampleNearest2d of shape [1 1 3 3] by 0×2; want N×C×H×W and at least 1×1", func() {
			autograd.UpsampleNearest2d(v(1, 1, 3, 3), 0, 2)
		}},
		{"autograd: Normalize over axis -1 twice", func() { autograd.Normalize(v(2, 3), 0, 1, -1) }},
		{"autograd: Normalize with ε = -1", func() { autograd.Normalize(v(2, 3), -1) }},
		{"autograd: Huber with delta 0, which must be positive and finite", func() { autograd.Huber(v(2), 0) }},
		{"autograd: Huber with delta NaN, which must be positive and finite", func() { autograd.Huber(v(2), float32(math.NaN())) }},
		{"autograd: Dropout with probability 1; want one in [0, 1)", func() { autograd.Dropout(v(2), 1) }},
		{"autograd: Sum along axis 2 of shape [2 3]", func() { autograd.Sum(v(2, 3), 2) }},
		{"autograd: Mean over axis -1 twice", func() { autograd.Mean(v(2, 3), 1, -1) }},
		{"autograd: Reshape of shape [2 3] to [4]", func() { autograd.Reshape(v(2, 3), 4) }},
		{"autograd: Reshape of shape [2 3] to [-1 4]", func() { autograd.Reshape(v(2, 3), -1, 4) }},
		{"autograd: Reshape of shape [2 3] to [-1 -1]", func() { autograd.Reshape(v(2, 3), -1, -1) }},
		{"autograd: Flatten from axis 3 of shape [2 3]", func() { autograd.Flatten(v(2, 3), 3) }},
		{"autograd: Transpose of shape [2 3] by [0 0]", func() { autograd.Transpose(v(2, 3), 0, 0) }},
		{"autograd: Concat of nothing", func() { autograd.Concat(0) }},
		{"autograd: Concat along axis 1 of shapes [2 3] and [3 3]", func() { autograd.Concat(1, v(2, 3), v(3, 3)) }},
		{"autograd: Slice [1:4] along axis 1 of shape [2 3]", func() { autograd.Slice(v(2, 3), 1, 1, 4) }},
		{"autograd: GatherRows: index[1] is 2, in a variable of shape [2 3]", func() { autograd.GatherRows(v(2, 3), []int32{0, 2}) }},
		{"autograd: GatherRows of a variable of shape []", func() { autograd.GatherRows(v(), nil) }},
		{"autograd: Distances between points of shape []; want n×…", func() { autograd.Distances(v()) }},
	} {
		require.PanicsWithValue(t, test.want, test.f)
	}
}

func TestConcatKeepsItsOwnList(t *testing.T) {
	dev := newDevice(t)
	tape := autograd.NewTape(dev)
	x := tape.Variable(autograd.TensorOf(dev, []float32{1}, 1))
	list := []*autograd.Var{x, x}
	y := autograd.Concat(0, list...)
	list[0], list[1] = nil, nil
	tape.Backward(autograd.Sum(y))
	require.Equal(t, []float32{2}, read(t, dev, x.Grad()))
}

func TestRandomConstants(t *testing.T) {
	dev := newDevice(t)
	tape := autograd.NewTape(dev)
	values := func(v *autograd.Var) []float32 {
		x, err := v.Values()
		require.NoError(t, err)
		return x
	}
	uniform := values(tape.Uniform(1, 2, 5, 3))
	require.Equal(t, uniform, values(tape.Uniform(1, 2, 15)), "a function of seed, stream and index")
	require.NotEqual(t, uniform, values(tape.Uniform(1, 3, 15)))
	require.NotEqual(t, uniform, values(tape.Uniform(2, 2, 15)))
	normal := values(tape.Normal(1, 2, 15))
	require.NotEqual(t, uniform, normal)
	require.False(t, tape.Normal(1, 2, 3).NeedsGrad())
	zero := tape.Constant(make([]float32, 15), 15)
	require.Equal(t, normal, values(nn.Reparameterize(zero, zero, 1, 2)))
}
