// Package onnxtest compares layers with the ONNX files that package onnx makes of them, as
// ONNX Runtime runs these.
package onnxtest

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/nn/onnx"
)

// runtime is a program that runs a model. Its arguments are the files of the model, the
// input and the output, and the shape of the input.
const runtime = `
import sys, numpy, onnxruntime
model, source, target = sys.argv[1:4]
x = numpy.fromfile(source, "<f4").reshape([int(n) for n in sys.argv[4:]])
y = onnxruntime.InferenceSession(model).run(["output"], {"input": x})[0]
y.astype("<f4").tofile(target)
print(list(y.shape))
`

// Compare requires that ONNX Runtime computes from a file what a layer computes on an
// evaluating tape, for three Gaussian inputs of the given shape, within a relative error of
// 1e-5. It skips the test if the command python3 has no onnxruntime.
func Compare(t *testing.T, dev kernels.Device, layer nn.Layer, input ...int) {
	t.Helper()
	if err := exec.Command("python3", "-c", "import numpy, onnxruntime").Run(); err != nil {
		t.Skip("ONNX Runtime for Python is not installed")
	}
	folder := t.TempDir()
	path := func(name string) string { return filepath.Join(folder, name) }
	file, source, target := path("model.onnx"), path("input"), path("output")
	require.NoError(t, onnx.WriteFile(file, layer, input...))

	tape := autograd.NewTape(dev)
	defer tape.Free()
	tape.Eval()
	x := tape.Normal(5, 0, append([]int{3}, input...)...)
	y := layer.Forward(x)
	values, err := x.Values()
	require.NoError(t, err)
	want, err := y.Values()
	require.NoError(t, err)

	var data []byte
	for _, v := range values {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	require.NoError(t, os.WriteFile(source, data, 0o600))
	arguments := []string{"-c", runtime, file, source, target}
	for _, n := range x.Shape() {
		arguments = append(arguments, fmt.Sprint(n))
	}
	said, err := exec.Command("python3", arguments...).CombinedOutput()
	require.NoError(t, err, "%s", said)
	require.Contains(t, string(said), strings.ReplaceAll(fmt.Sprint(y.Shape()), " ", ", "))
	data, err = os.ReadFile(target)
	require.NoError(t, err)
	require.Len(t, data, 4*len(want))
	for i, w := range want {
		got := math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
		require.InDelta(t, w, got, 1e-5*max(1, math.Abs(float64(w))), "element %d", i)
	}
}
