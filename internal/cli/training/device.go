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

// PrecisionVar defines the -precision flag.
func PrecisionVar(flags *flag.FlagSet, p *kernels.Precision) {
	flags.TextVar(p, "precision", *p, "number `format` to which operands of matrix products and convolutions are rounded: float32, or bf16, faster on processors with AVX512_BF16 and on GPUs; losses, optimizers and topological terms are computed in float32")
}

// OpenDevice opens the device that the -device flag names. A name that names no
// device is a [cli.UsageError].
func OpenDevice(name string, opts ...device.Option) (kernels.Device, error) {
	dev, err := device.Open(name, opts...)
	var mistake *device.NameError
	if errors.As(err, &mistake) {
		return nil, cli.UsageError{Err: err}
	}
	return dev, err
}
