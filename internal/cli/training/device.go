package training

import (
	"errors"
	"flag"

	"github.com/topogen/topogen/device"
	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/kernels"
)

// DeviceVar defines the -device flag.
func DeviceVar(flags *flag.FlagSet, name *string) {
	flags.StringVar(name, "device", *name, "`device` to compute on: "+device.Usage)
}

// OpenDevice opens the device that the -device flag names. A name that names no
// device is a [cli.UsageError].
func OpenDevice(name string) (kernels.Device, error) {
	dev, err := device.Open(name)
	var mistake *device.NameError
	if errors.As(err, &mistake) {
		return nil, cli.UsageError{Err: err}
	}
	return dev, err
}
