package golden

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/device"
	"github.com/topogen/topogen/kernels"
)

// Device returns the device that the environment variable TOPOGEN_DEVICE names, which
// the caller closes. It returns nil if the variable is not set. A device that cannot be
// opened fails the test: whoever names a GPU wants it tested.
func Device(t testing.TB) kernels.Device {
	t.Helper()
	name := os.Getenv("TOPOGEN_DEVICE")
	if name == "" {
		return nil
	}
	dev, err := device.Open(name)
	require.NoError(t, err)
	return dev
}
