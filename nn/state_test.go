package nn_test

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/models"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/nn/safetensors"
)

func requireSameParameters(t *testing.T, want, got nn.Module) {
	t.Helper()
	a, b := nn.Parameters(want), nn.Parameters(got)
	require.Len(t, b, len(a))
	for i := range a {
		require.Equal(t, values(t, a[i].Value), values(t, b[i].Value), a[i].Name)
	}
}

func TestSaveAndLoad(t *testing.T) {
	dev := newDevice(t)
	model, other := models.NewVAE(dev, 4, 1), models.NewVAE(dev, 4, 2)
	var file bytes.Buffer
	require.NoError(t, nn.Save(&file, model, map[string]string{"step": "3"}))
	require.NoError(t, nn.Load(bytes.NewReader(file.Bytes()), other))
	requireSameParameters(t, model, other)

	path := filepath.Join(t.TempDir(), "vae.safetensors")
	require.NoError(t, nn.SaveFile(path, model, map[string]string{"step": "3"}))
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, bytes.Equal(file.Bytes(), data), "both ways write the same")
	third := models.NewVAE(dev, 4, 3)
	require.NoError(t, nn.LoadFile(path, third))
	requireSameParameters(t, model, third)

	f, err := safetensors.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"step": "3"}, f.Metadata)
	require.Equal(t, []int{64, 32, 4, 4}, f.Tensor("encoder.conv2.weight").Shape)
}

func TestLoadRefuses(t *testing.T) {
	dev := newDevice(t)
	// write returns the path of a VAE's file after a change.
	write := func(change func(f *safetensors.File)) string {
		var b bytes.Buffer
		require.NoError(t, nn.Save(&b, models.NewVAE(dev, 4, 1), nil))
		f, err := safetensors.Read(&b)
		require.NoError(t, err)
		change(f)
		path := filepath.Join(t.TempDir(), "vae.safetensors")
		require.NoError(t, safetensors.WriteFile(path, f))
		return path
	}
	for _, c := range []struct {
		name   string
		change func(f *safetensors.File)
		want   []string
	}{
		{"a missing tensor", func(f *safetensors.File) { f.Tensors = f.Tensors[2:] },
			[]string{"encoder.conv1.weight is missing", "encoder.conv1.bias is missing"}},
		{"an unexpected one", func(f *safetensors.File) {
			f.Tensors = append(f.Tensors, safetensors.Tensor{Name: "decoder.fc3.bias", Shape: []int{1}, Values: []float32{0}})
		}, []string{"decoder.fc3.bias is unexpected"}},
		{"another name", func(f *safetensors.File) { f.Tensor("encoder.fc_mu.bias").Name = "encoder.mu.bias" },
			[]string{"encoder.fc_mu.bias is missing", "encoder.mu.bias is unexpected"}},
		{"another shape of the same size", func(f *safetensors.File) { f.Tensor("encoder.fc_mu.weight").Shape = []int{256, 4} },
			[]string{"encoder.fc_mu.weight has shape [256 4], want [4 256]"}},
		{"NaN", func(f *safetensors.File) { f.Tensor("decoder.fc1.bias").Values[7] = float32(math.NaN()) },
			[]string{"value 7 of decoder.fc1.bias is NaN"}},
		{"infinity", func(f *safetensors.File) { f.Tensor("decoder.fc1.bias").Values[255] = float32(math.Inf(-1)) },
			[]string{"value 255 of decoder.fc1.bias is -Inf"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path, model := write(c.change), models.NewVAE(dev, 4, 2)
			err := nn.LoadFile(path, model)
			require.ErrorContains(t, err, path)
			for _, want := range c.want {
				require.ErrorContains(t, err, want)
			}
			requireSameParameters(t, models.NewVAE(dev, 4, 2), model)
		})
	}
	require.ErrorContains(t, nn.Load(bytes.NewReader([]byte("PK\x03\x04 a zip archive")), models.NewVAE(dev, 4, 2)), "not a safetensors file")
	require.ErrorIs(t, nn.LoadFile(filepath.Join(t.TempDir(), "absent"), models.NewVAE(dev, 4, 2)), os.ErrNotExist)
}

func TestCopy(t *testing.T) {
	dev, other := newDevice(t), cpu.New(cpu.Threads(1))
	defer other.Close()
	model, twin := models.NewVAE(dev, 4, 1), models.NewVAE(other, 4, 2)
	require.NoError(t, nn.Copy(twin, model))
	requireSameParameters(t, model, twin)
}

// Copy refuses what Load refuses, in the same words, and changes nothing.
func TestCopyFailsAsLoadDoes(t *testing.T) {
	dev := newDevice(t)
	diverged := small(dev, 1)
	nn.Parameters(diverged)[3].Value.Write([]float32{0, float32(math.NaN())})
	for name, src := range map[string]nn.Module{
		"a part of the layers": small(dev, 1)[:2],
		"another model":        nn.Sequential{nn.NewLinear(nn.NewInitializer(dev, 1), 2, 3, nn.Identity)},
		"a diverged model":     diverged,
	} {
		t.Run(name, func(t *testing.T) {
			dst := small(dev, 2)
			err := nn.Copy(dst, src)
			require.Error(t, err)
			requireSameParameters(t, small(dev, 2), dst)

			var f safetensors.File
			for _, p := range nn.Parameters(src) {
				f.Tensors = append(f.Tensors, safetensors.Tensor{Name: p.Name, Shape: p.Value.Shape(), Values: values(t, p.Value)})
			}
			var b bytes.Buffer
			require.NoError(t, safetensors.Write(&b, &f))
			require.EqualError(t, nn.Load(&b, dst), err.Error())
		})
	}
	require.ErrorContains(t, nn.Save(&bytes.Buffer{}, diverged, nil), "value 1 of 1.bias is NaN")
}

// twins visits two parameters under one name.
type twins struct{ a, b *nn.Linear }

func (m twins) Visit(f nn.Visitor) { m.a.Visit(f); m.b.Visit(f) }

func TestParametersOfOneNameAreRefused(t *testing.T) {
	init := nn.NewInitializer(newDevice(t), 1)
	m := twins{nn.NewLinear(init, 2, 2, nn.Identity), nn.NewLinear(init, 2, 2, nn.Identity)}
	require.ErrorContains(t, nn.Save(&bytes.Buffer{}, m, nil), `the name "weight" is already taken`)
	var b bytes.Buffer
	require.NoError(t, nn.Save(&b, m.a, nil))
	require.ErrorContains(t, nn.Load(&b, m), "two parameters of the module are named weight")
}

// TestFailingDevice uses one whose every Read fails.
func TestFailingDevice(t *testing.T) {
	t.Setenv("TOPOGEN_CPU", "abacus")
	dev := cpu.New()
	defer dev.Close()
	model := small(dev, 1)
	path := filepath.Join(t.TempDir(), "weights.safetensors")
	require.ErrorContains(t, nn.SaveFile(path, model, nil), "reading 0.weight: ")
	require.NoFileExists(t, path)
	require.ErrorContains(t, nn.Save(&bytes.Buffer{}, model, nil), "reading 0.weight: ")
	require.ErrorContains(t, nn.Copy(model, small(dev, 1)), "reading 0.weight: ")
	adam := nn.NewAdam(nn.Parameters(model), nn.OptimizerOptions{LearningRate: 1e-3, ClipNorm: 1})
	require.ErrorContains(t, adam.Step(), "norm in step 1: ")
	_, err := adam.State()
	require.ErrorContains(t, err, `reading an optimizer's "m": `)
	require.Zero(t, adam.Steps())
}
