// Package device opens the devices that tensors are computed on, by name:
//
//	dev, err := device.Open("cpu")
//	if err != nil {
//		return err
//	}
//	defer dev.Close()
//
// The names are
//
//	cpu      the processor, package kernels/cpu
//	cuda     the first NVIDIA GPU, packages kernels/gpu and kernels/cuda
//	cuda:1   the second NVIDIA GPU, and so on
//	sim      a simulated GPU, packages kernels/gpu and kernels/ptxsim
//
// "cuda" needs a program that was built with the tag cuda, as package kernels/cuda
// describes, and NVIDIA's driver. "sim" runs the kernels of "cuda" without a GPU. It
// checks every memory access, and is some thousand times slower.
//
// Products of matrices and convolutions are computed in float32 unless an option asks for
// another precision:
//
//	dev, err := device.Open("cpu", device.Precision(kernels.BFloat16))
//
// A program that needs a device's own options, such as a number of threads, calls
// the device's package instead.
package device

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/kernels/cuda"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// Usage describes the names that Open accepts, for the help text of a flag.
const Usage = "cpu, cuda (an NVIDIA GPU; cuda:1 is the second) or sim (a simulated GPU that checks kernels, slowly)"

// A kind is a sort of device. Devices of a numbered kind are counted from 0.
type kind struct {
	name     string
	numbered bool
	open     func(number int, o options) (kernels.Device, error)
}

// An Option changes how [Open] opens a device.
type Option func(*options)

type options struct{ precision kernels.Precision }

// Precision sets the precision of products; the default is kernels.Float32. The error of a
// result in kernels.BFloat16 is about 2⁻⁷ of the sum of the magnitudes of its terms. An NVIDIA
// GPU needs compute capability 8.0 for it.
func Precision(p kernels.Precision) Option { return func(o *options) { o.precision = p } }

func kinds() []kind {
	return []kind{
		{"cpu", false, openCPU},
		{"cuda", true, openCUDA},
		{"sim", false, openSimulator},
	}
}

func openCPU(_ int, o options) (kernels.Device, error) {
	return cpu.New(cpu.Precision(o.precision)), nil
}

func openCUDA(number int, o options) (kernels.Device, error) {
	driver, err := cuda.Open(number)
	if err != nil {
		return nil, err
	}
	return gpu.New(driver, gpu.Precision(o.precision))
}

// openSimulator leaves the simulator's counters off, which a Device does not show.
func openSimulator(_ int, o options) (kernels.Device, error) {
	simulated := ptxsim.Options{Uncounted: true}
	if o.precision == kernels.BFloat16 {
		simulated.Target = 80
	}
	return gpu.New(ptxsim.New(simulated), gpu.Precision(o.precision))
}

// Names returns the names that Open accepts, without numbers.
func Names() []string {
	var names []string
	for _, k := range kinds() {
		names = append(names, k.name)
	}
	return names
}

// A NameError reports a name that names no device on any machine.
type NameError struct {
	Name   string // as it was given to Open
	Reason string // what is wrong with Name, and what Open accepts instead
}

func (e *NameError) Error() string { return fmt.Sprintf("device %q: %s", e.Name, e.Reason) }

// Open returns the device of the given name. The caller closes it.
//
// The error is a *[NameError] if the name is malformed or unknown. Any other error
// says why this machine, or this program as it was built, cannot open the device.
func Open(name string, opts ...Option) (kernels.Device, error) {
	var o options
	for _, f := range opts {
		f(&o)
	}
	kindName, digits, hasNumber := strings.Cut(name, ":")
	for _, k := range kinds() {
		if k.name != kindName {
			continue
		}
		number := 0
		if hasNumber {
			if !k.numbered {
				return nil, &NameError{name, fmt.Sprintf("there is only one %s; name it %q", k.name, k.name)}
			}
			var err error
			if number, err = strconv.Atoi(digits); err != nil || number < 0 {
				return nil, &NameError{name, fmt.Sprintf("%q is not a device number; devices are numbered from 0, as in %s:0", digits, k.name)}
			}
		}
		dev, err := k.open(number, o)
		if err != nil {
			return nil, fmt.Errorf("device %q: %w", name, err)
		}
		return dev, nil
	}
	return nil, &NameError{name, "no such device; choose " + Usage}
}
