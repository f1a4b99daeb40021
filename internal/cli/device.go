package cli

import (
	"flag"
	"fmt"
	"slices"
	"strings"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
)

// devices are the devices that this build knows, by the name that a flag gives.
var devices = map[string]func() (kernels.Device, error){
	"cpu": func() (kernels.Device, error) { return cpu.New(), nil },
}

func deviceNames() string {
	names := make([]string, 0, len(devices))
	for name := range devices {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// DeviceVar defines the -device flag.
func DeviceVar(flags *flag.FlagSet, name *string) {
	flags.StringVar(name, "device", *name, "`device` to compute on: "+deviceNames())
}

// OpenDevice returns the device of the given name. The caller closes it.
func OpenDevice(name string) (kernels.Device, error) {
	open, ok := devices[name]
	if !ok {
		return nil, Usagef("no device %q: this program can compute on %s", name, deviceNames())
	}
	dev, err := open()
	if err != nil {
		return nil, fmt.Errorf("device %s: %w", name, err)
	}
	return dev, nil
}
