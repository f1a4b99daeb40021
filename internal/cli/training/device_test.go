package training

import (
	"flag"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/device"
	"github.com/topogen/topogen/internal/cli"
)

// Only a wrong name is a usage error; a missing GPU is a failure.
func TestOpenDevice(t *testing.T) {
	dev, err := OpenDevice("cpu")
	require.NoError(t, err)
	require.NoError(t, dev.Close())

	var usage cli.UsageError
	_, err = OpenDevice("abacus")
	require.ErrorAs(t, err, &usage)
	_, err = OpenDevice("cuda:1000000")
	require.Error(t, err)
	require.NotErrorAs(t, err, &usage)
}

func TestDeviceVar(t *testing.T) {
	flags := flag.NewFlagSet("prog", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	name := "cpu"
	DeviceVar(flags, &name)
	require.NoError(t, flags.Parse([]string{"-device", "cuda:1"}))
	require.Equal(t, "cuda:1", name)
	require.Contains(t, flags.Lookup("device").Usage, device.Usage)
}
