package onnx_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/nn/onnx"
	"github.com/topogen/topogen/nn/onnx/onnxtest"
)

// A trial is a model, the shape of its inputs and the operators of its file.
type trial struct {
	name  string
	model func(init *nn.Initializer) nn.Layer
	input []int
	nodes string
}

var trials = []trial{
	{"perceptron", func(init *nn.Initializer) nn.Layer {
		bare := nn.NewLinear(init, 5, 4, nn.Tanh)
		bare.Bias = nil
		return nn.Sequential{nn.NewLinear(init, 3, 5, nn.ReLU), bare, nn.NewLinear(init, 4, 2, nn.Sigmoid)}
	}, []int{3}, "Gemm Relu Gemm Tanh Gemm Sigmoid Identity"},
	{"activations", func(init *nn.Initializer) nn.Layer {
		return nn.Sequential{
			nn.NewLinear(init, 4, 6, nn.GELU), nn.NewLinear(init, 6, 6, nn.GELUTanh), nn.NewLinear(init, 6, 6, nn.SiLU),
			nn.NewLinear(init, 6, 6, nn.ELU(0.5)), nn.NewLinear(init, 6, 6, nn.LeakyReLU(0.2)), nn.Softplus,
		}
	}, []int{4}, "Gemm Mul Erf Mul Add Mul Gemm Mul Mul Add Mul Sigmoid Mul Gemm Sigmoid Mul Gemm Elu Gemm LeakyRelu Softplus Identity"},
	{"tokens", func(init *nn.Initializer) nn.Layer {
		bare := nn.NewLinear(init, 6, 3, nn.Identity)
		bare.Bias = nil
		return nn.Sequential{nn.NewLinear(init, 4, 6, nn.ReLU), nn.NewLayerNorm(init, 6), bare, nn.NewLayerNorm(init, 5, 3)}
	}, []int{5, 4}, "Transpose MatMul Add Relu LayerNormalization Transpose MatMul LayerNormalization Identity"},
	{"encoder", func(init *nn.Initializer) nn.Layer {
		plain := nn.NewBatchNorm(init, 6)
		plain.Weight, plain.Bias = nil, nil
		return nn.Sequential{
			nn.NewConv2d(init, 2, 4, 3, nn.ConvOptions{StrideHW: [2]int{2, 1}, PaddingHW: [2]int{1, 0}}, nn.Identity),
			nn.NewBatchNorm(init, 4), nn.ReLU, nn.MaxPool2d{Size: 3, Stride: 1, Padding: 1},
			nn.NewConv2d(init, 4, 6, 3, nn.ConvOptions{Padding: 1}, nn.ReLU),
			nn.NewGroupNorm(init, 3, 6), nn.AvgPool2d{Size: 2, Stride: 1, Padding: 1}, nn.AvgPool2d{Size: 2, Padding: 1, ExcludePadding: true},
			plain, nn.Dropout(0.5), nn.Flatten{},
		}
	}, []int{2, 9, 8}, "Conv BatchNormalization Relu MaxPool Conv Relu Reshape InstanceNormalization Reshape Reshape Mul Reshape Add AveragePool AveragePool BatchNormalization Reshape Identity"},
	{"decoder", func(init *nn.Initializer) nn.Layer {
		return nn.Sequential{
			nn.NewLinear(init, 4, 3*2*3, nn.ReLU), nn.Reshape{3, 2, 3},
			nn.NewConvTranspose2d(init, 3, 4, 4, nn.ConvOptions{Stride: 2, Padding: 1}, nn.ReLU), nn.Upsample2d(2),
			nn.NewConvTranspose2d(init, 4, 1, 3, nn.ConvOptions{StrideHW: [2]int{2, 3}, Padding: 1, OutputPaddingHW: [2]int{1, 2}}, nn.Sigmoid),
		}
	}, []int{4}, "Gemm Relu Reshape ConvTranspose Relu Resize ConvTranspose Sigmoid Identity"},
}

// open returns the trial's model, with running statistics of a few batches.
func (tr trial) open(t *testing.T, dev kernels.Device) nn.Layer {
	model := tr.model(nn.NewInitializer(dev, 1))
	tape := autograd.NewTape(dev)
	defer tape.Free()
	for step := range uint64(3) {
		tape.Reset()
		tape.Train(1, step)
		model.Forward(tape.Normal(2, step, append([]int{4}, tr.input...)...))
	}
	for i, p := range nn.Parameters(model) { // normalizations begin with weights 1 and biases 0
		if p.Trained() {
			noise := autograd.NewTensor(dev, p.Value.Shape()...)
			dev.Uniform(noise.Buffer(), 3, uint64(i))
			dev.AddScaled(p.Value.Buffer(), 0.5, noise.Buffer())
		}
	}
	return model
}

// The file has the nodes of the layers, in order, and the parameters by name.
func TestWrite(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	for _, tr := range trials {
		t.Run(tr.name, func(t *testing.T) {
			model := tr.open(t, dev)
			var b bytes.Buffer
			require.NoError(t, onnx.Write(&b, model, tr.input...))
			file := fields(t, b.Bytes())
			require.Equal(t, [][]byte{{8}}, file[1], "version of the format")
			require.Equal(t, [][]byte{{17}}, fields(t, file[8][0])[2], "version of the operators")
			graph := fields(t, file[7][0])

			var nodes []string
			used := make(map[string]bool)
			for _, node := range graph[1] {
				f := fields(t, node)
				nodes = append(nodes, string(f[4][0]))
				for _, input := range f[1] {
					used[string(input)] = true
				}
			}
			require.Equal(t, tr.nodes, strings.Join(nodes, " "))

			tensors := make(map[string][]byte)
			for _, tensor := range graph[5] {
				f := fields(t, tensor)
				tensors[string(f[8][0])] = f[9][0]
				require.True(t, used[string(f[8][0])], "the tensor %s is the input of no node", f[8][0])
			}
			for _, p := range nn.Parameters(model) {
				if strings.HasSuffix(p.Name, "num_batches_tracked") {
					continue
				}
				values, err := p.Value.Values()
				require.NoError(t, err)
				var data []byte
				for _, v := range values {
					data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
				}
				require.Equal(t, data, tensors[p.Name], p.Name)
			}

			path := filepath.Join(t.TempDir(), "model.onnx")
			require.NoError(t, onnx.WriteFile(path, model, tr.input...))
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			require.True(t, bytes.Equal(b.Bytes(), data))
		})
	}
}

// fields decodes a message: the values of each field, those of integers as their
// varint's bytes.
func fields(t *testing.T, m []byte) map[int][][]byte {
	f := make(map[int][][]byte)
	for len(m) > 0 {
		key, n := binary.Uvarint(m)
		require.Positive(t, n)
		m = m[n:]
		length := 4
		switch key & 7 {
		case 0:
			_, length = binary.Uvarint(m)
		case 2:
			size, n := binary.Uvarint(m)
			require.Positive(t, n)
			m, length = m[n:], int(size)
		default:
			require.EqualValues(t, 5, key&7)
		}
		require.LessOrEqual(t, length, len(m))
		f[int(key>>3)] = append(f[int(key>>3)], m[:length])
		m = m[length:]
	}
	return f
}

// own is a layer from outside the package.
type own struct{ *nn.Linear }

func TestWriteRefuses(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	linear := nn.NewLinear(nn.NewInitializer(dev, 1), 2, 2, nn.ReLU)
	for want, model := range map[string]nn.Layer{
		"a layer of type nn.Func cannot be written":       nn.Sequential{linear, nn.Func(autograd.Sin)},
		"a layer of type onnx_test.own cannot be written": nn.Sequential{own{linear}},
		"a model without parameters":                      nn.Sequential{nn.ReLU},
	} {
		var b bytes.Buffer
		require.ErrorContains(t, onnx.Write(&b, model, 2), want)
		require.Zero(t, b.Len())
		path := filepath.Join(t.TempDir(), "model.onnx")
		require.ErrorContains(t, onnx.WriteFile(path, model, 2), want)
		require.NoFileExists(t, path)
	}
}

// ONNX Runtime, where it is installed, computes from the file what the model does.
func TestONNXRuntime(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	for _, tr := range trials {
		t.Run(tr.name, func(t *testing.T) { onnxtest.Compare(t, dev, tr.open(t, dev), tr.input...) })
	}
}
