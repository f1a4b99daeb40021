package training

import (
	"flag"
	"fmt"
	"strconv"
	"strings"

	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/kernels/cuda"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// devices are the kinds of devices, by the name that a flag gives. There is one
// of each, but of GPUs, which are numbered from 0.
var devices = []struct {
	name     string
	numbered bool
	open     func(number int) (kernels.Device, error)
}{
	{"cpu", false, func(int) (kernels.Device, error) { return cpu.New(), nil }},
	{"cuda", true, openCUDA},
	// Nobody reads its counters here. Its checks are what it is for.
	{"sim", false, func(int) (kernels.Device, error) { return gpu.New(ptxsim.New(ptxsim.Options{Uncounted: true})) }},
}

func openCUDA(number int) (kernels.Device, error) {
	driver, err := cuda.Open(number)
	if err != nil {
		return nil, err
	}
	return gpu.New(driver)
}

// deviceNames is what OpenDevice knows, in words.
const deviceNames = "cpu, cuda (an NVIDIA GPU; cuda:1 is the second) or sim (a simulated GPU that checks kernels, slowly)"

// DeviceVar defines the -device flag.
func DeviceVar(flags *flag.FlagSet, name *string) {
	flags.StringVar(name, "device", *name, "`device` to compute on: "+deviceNames)
}

// OpenDevice returns the device of the given name. The caller closes it.
func OpenDevice(name string) (kernels.Device, error) {
	kind, number, numbered := strings.Cut(name, ":")
	for _, d := range devices {
		if d.name != kind {
			continue
		}
		n := 0
		if numbered {
			var err error
			if n, err = strconv.Atoi(number); err != nil || n < 0 {
				return nil, cli.Usagef("device %q: %q is no number of a device; they count from 0", name, number)
			}
			if !d.numbered {
				return nil, cli.Usagef("device %q: there is one %s, without a number", name, kind)
			}
		}
		dev, err := d.open(n)
		if err != nil {
			return nil, fmt.Errorf("device %s: %w", name, err)
		}
		return dev, nil
	}
	return nil, cli.Usagef("no device %q: this program computes on %s", name, deviceNames)
}
