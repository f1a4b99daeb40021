//go:build cuda

package cuda

import (
	"fmt"
	"strings"

	"github.com/barnex/cuda5/cu"

	"github.com/topogen/topogen/kernels/gpu"
)

// An Error is the failure of a call of NVIDIA's driver.
type Error struct {
	Call string // name in the driver API, such as "cuMemAlloc"
	Code int    // result code (CUresult)
	// Launches are the last few kernels launched since the previous wait, if the error
	// is a fault. Probably one of them caused it.
	Launches []string
}

func (e *Error) Error() string {
	name, ok := codes[e.Code]
	if !ok {
		name = "error"
	}
	s := fmt.Sprintf("cuda: %s: %s (CUresult %d)", e.Call, name, e.Code)
	if len(e.Launches) > 0 {
		s += "; launched since the last wait: " + strings.Join(e.Launches, ", ")
	}
	return s
}

// fault reports whether the error is a fault: a kernel failed while it ran, perhaps one that
// was launched before Call, and the context is lost.
func (e *Error) fault() bool {
	switch e.Code {
	case 214, 700, 702, 710, 714, 715, 716, 717, 718, 719:
		return true
	}
	return false
}

// Unwrap returns [gpu.ErrOutOfMemory] if the GPU's memory is exhausted.
func (e *Error) Unwrap() error {
	if e.Code == int(cu.ERROR_OUT_OF_MEMORY) {
		return gpu.ErrOutOfMemory
	}
	return nil
}

// Result codes that Open explains.
const (
	stubLibrary  = 34
	noDeviceCode = 100
)

// codes describes the result codes (CUresult) that a user may meet.
var codes = map[int]string{
	1:   "invalid value",
	2:   "out of memory",
	3:   "not initialized",
	4:   "the driver is shutting down",
	34:  "NVIDIA's library is missing",
	46:  "the device is busy or unavailable",
	100: "no GPU",
	101: "no such GPU",
	200: "invalid kernel image",
	201: "invalid context",
	209: "no binary for this GPU",
	214: "uncorrectable memory error",
	218: "invalid PTX",
	222: "PTX is too new for the driver",
	301: "file not found",
	304: "operating system call failed",
	400: "invalid handle",
	500: "not found",
	700: "access to an illegal address",
	701: "too many resources: the kernel needs more registers or threads than a block can have",
	702: "the kernel ran too long",
	710: "assertion failed in the kernel",
	714: "hardware stack error",
	715: "illegal instruction",
	716: "misaligned address",
	717: "invalid address space",
	718: "invalid program counter",
	719: "the kernel failed",
	801: "not supported",
	802: "the system is not ready",
	803: "the driver and its kernel module do not match",
	804: "this GPU is not supported by the driver",
	999: "unknown error",
}

// try runs f, which calls the binding, and converts a panic with a result code to an
// [Error]. call is the name of the function in the driver API.
func try(call string, f func()) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case cu.Result:
			err = &Error{Call: call, Code: int(r)}
		default:
			panic(r)
		}
	}()
	f()
	return nil
}
