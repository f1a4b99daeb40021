package device

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
)

func TestOpen(t *testing.T) {
	for name, described := range map[string]string{
		"cpu": `^cpu \(.*threads?\)$`,
		"sim": `^gpu \(.*simulat.*sm_70\)$`,
	} {
		dev, err := Open(name)
		require.NoError(t, err)
		require.Regexp(t, described, dev.Name())
		x := dev.Alloc(3)
		dev.Fill(x, 2)
		dev.Affine(x, x, 3, 1, kernels.Overwrite)
		got := make([]float32, 3)
		require.NoError(t, dev.Read(got, x))
		require.Equal(t, []float32{7, 7, 7}, got)
		require.NoError(t, dev.Close())
	}
}

func TestOpenRefusesNames(t *testing.T) {
	for name, want := range map[string]string{
		"":        `device "": no such device; choose cpu, cuda`,
		"abacus":  `device "abacus": no such device; choose cpu, cuda`,
		"CPU":     `device "CPU": no such device`,
		"cpu:0":   `device "cpu:0": there is only one cpu; name it "cpu"`,
		"sim:1":   `there is only one sim; name it "sim"`,
		"cuda:":   `"" is not a device number`,
		"cuda:-1": `"-1" is not a device number`,
		"cuda:x":  `"x" is not a device number; devices are numbered from 0, as in cuda:0`,
	} {
		_, err := Open(name)
		var mistake *NameError
		require.ErrorAs(t, err, &mistake, "%s", name)
		require.Equal(t, name, mistake.Name)
		require.ErrorContains(t, err, want)
	}
}

func TestOpenInHalfPrecision(t *testing.T) {
	for _, name := range []string{"cpu", "sim"} {
		dev, err := Open(name, Precision(kernels.BFloat16))
		require.NoError(t, err)
		require.Contains(t, dev.Name(), "bf16 products")
		a := dev.Alloc(1)
		dev.Fill(a, 1+0x1p-8) // halfway between 1 and the next bfloat16 number
		c := dev.Alloc(1)
		product := kernels.Gemm{M: 1, N: 1, K: 1, Alpha: 1, A: a, B: a, C: c}
		got := make([]float32, 1)
		for _, product.Unrounded = range []bool{false, true} {
			dev.Gemm(product)
			require.NoError(t, dev.Read(got, c))
			want := float32(1)
			if product.Unrounded {
				want = (1 + 0x1p-8) * (1 + 0x1p-8)
			}
			require.Equal(t, want, got[0])
		}
		require.NoError(t, dev.Close())
	}
}

// Without a usable GPU, the error names the device that was asked for and what
// was looked for. No machine has a million GPUs.
func TestOpenWithoutGPU(t *testing.T) {
	_, err := Open("cuda:1000000")
	var mistake *NameError
	require.NotErrorAs(t, err, &mistake)
	require.ErrorContains(t, err, `device "cuda:1000000": cuda: `)
	require.Regexp(t, `go\.sh build|libcuda\.so\.1|finds no GPU|there is no GPU 1000000`, err.Error())
}

func TestUsageNamesEveryKind(t *testing.T) {
	require.Equal(t, []string{"cpu", "cuda", "sim"}, Names())
	for _, name := range Names() {
		require.Contains(t, Usage, name)
	}
}
