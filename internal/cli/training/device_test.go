package training

import (
	"flag"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/cli"
)

func TestOpenDevice(t *testing.T) {
	for name, described := range map[string]string{
		"cpu": `^cpu \(.*threads?\)$`,
		"sim": `^gpu \(.*simulat.*sm_70\)$`,
	} {
		dev, err := OpenDevice(name)
		require.NoError(t, err)
		require.Regexp(t, described, dev.Name())
		x := dev.Alloc(3)
		dev.Fill(x, 2)
		dev.Affine(x, x, 3, 1, 0)
		got := make([]float32, 3)
		require.NoError(t, dev.Read(got, x))
		require.Equal(t, []float32{7, 7, 7}, got)
		require.NoError(t, dev.Close())
	}
}

func TestOpenDeviceRefuses(t *testing.T) {
	for name, want := range map[string]string{
		"":        `no device ""`,
		"abacus":  `no device "abacus": this program computes on cpu, cuda`,
		"CPU":     `no device "CPU"`,
		"cpu:0":   "there is one cpu, without a number",
		"sim:1":   "there is one sim, without a number",
		"cuda:":   `"" is no number of a device`,
		"cuda:-1": `"-1" is no number of a device`,
		"cuda:x":  `"x" is no number of a device`,
	} {
		_, err := OpenDevice(name)
		var usage cli.UsageError
		require.ErrorAs(t, err, &usage, "%s", name)
		require.ErrorContains(t, err, want)
	}
}

// Without a GPU that can be used it is said which device was asked for and what
// was looked for. No machine has that many.
func TestOpenDeviceWithoutGPU(t *testing.T) {
	_, err := OpenDevice("cuda:1000000")
	var usage cli.UsageError
	require.NotErrorAs(t, err, &usage)
	require.ErrorContains(t, err, "device cuda:1000000: cuda: ")
	require.Regexp(t, `go\.sh build|libcuda\.so\.1|finds no GPU|there is no GPU 1000000`, err.Error())
}

// The flag's help names what OpenDevice takes.
func TestDeviceVar(t *testing.T) {
	flags := flag.NewFlagSet("prog", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	name := "cpu"
	DeviceVar(flags, &name)
	require.NoError(t, flags.Parse([]string{"-device", "cuda:1"}))
	require.Equal(t, "cuda:1", name)
	for _, d := range devices {
		require.Contains(t, flags.Lookup("device").Usage, d.name)
	}
}
