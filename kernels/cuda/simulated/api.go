//go:build cudasim

package simulated

/*
#cgo CFLAGS: -I${SRCDIR}/../include
#include <stdlib.h>
*/
import "C"

import (
	"errors"
	"math"
	"sync"
	"unsafe"

	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// A context is a simulated GPU, and what the handles that its calls have returned stand for.
// cuCtxCreate makes a context.
type context struct {
	gpu       *ptxsim.GPU
	modules   map[unsafe.Pointer]gpu.Module // by handle, as the next two
	functions map[unsafe.Pointer]gpu.Kernel
	streams   map[unsafe.Pointer]gpu.Stream
	events    map[unsafe.Pointer]ptxsim.Event
	locked    []span // page-locked host memory
	err       error  // the latest error
}

var state struct {
	sync.Mutex
	initialized bool
	devices     int
	options     ptxsim.Options
	contexts    map[unsafe.Pointer]*context
	last        *context // the context created last
	lost        C.int    // result code of the fault that lost all contexts, or success
}

func init() {
	state.devices = 1
	state.contexts = map[unsafe.Pointer]*context{}
}

// Configure sets the number of GPUs, 0 or 1, and the options of the contexts created after
// the call. It forgets faults, as a new process would have none.
func Configure(devices int, o ptxsim.Options) {
	state.Lock()
	defer state.Unlock()
	state.devices, state.options, state.lost = devices, o, success
}

// Last returns the simulated GPU of the context created last.
func Last() *ptxsim.GPU {
	state.Lock()
	defer state.Unlock()
	return state.last.gpu
}

// LastError returns the latest error of the context created last, with the simulator's text.
// The driver API only passes a result code on.
func LastError() error {
	state.Lock()
	defer state.Unlock()
	return state.last.err
}

// Result codes (CUresult) of the driver API.
const (
	success           = 0
	invalidValue      = 1
	outOfMemory       = 2
	notInitialized    = 3
	noDevice          = 100
	invalidContext    = 201
	invalidPTX        = 218
	invalidHandle     = 400
	notFound          = 500
	illegalAddress    = 700
	misalignedAddress = 716
	launchFailed      = 719
)

// code records err and returns its result code: that of the fault if err is one, and refused
// otherwise. After a fault all later calls of the process return its code, on any context, as
// the driver API demands.
func (c *context) code(err error, refused C.int) C.int {
	if err == nil {
		return success
	}
	c.err = err
	var fault *ptxsim.Fault
	if !errors.As(err, &fault) {
		return refused
	}
	switch fault.Kind {
	case ptxsim.OutOfBounds, ptxsim.NullPointer:
		state.lost = illegalAddress
	case ptxsim.Misaligned:
		state.lost = misalignedAddress
	default:
		state.lost = launchFailed
	}
	return state.lost
}

// locked runs f on the context with the given handle while it holds the lock of state. The
// context must exist.
func locked(handle unsafe.Pointer, f func(c *context) C.int) C.int {
	state.Lock()
	defer state.Unlock()
	return f(state.contexts[handle])
}

// newHandle returns a unique address. Handles are never freed, so that a stale handle
// cannot equal a new one.
func newHandle() unsafe.Pointer { return C.malloc(16) }

//export simInit
func simInit() C.int {
	state.Lock()
	defer state.Unlock()
	state.initialized = true
	if state.devices == 0 {
		return noDevice
	}
	return success
}

//export simDeviceCount
func simDeviceCount(n *C.int) C.int {
	state.Lock()
	defer state.Unlock()
	if !state.initialized {
		return notInitialized
	}
	*n = C.int(state.devices)
	return success
}

//export simMemory
func simMemory() C.size_t {
	return C.size_t(ptxsim.New(state.options).Properties().Memory)
}

//export simAttribute
func simAttribute(attribute C.int) C.int {
	p := ptxsim.New(state.options).Properties()
	values := map[C.int]int{
		1: p.MaxThreadsPerBlock, 2: p.MaxBlock.X, 3: p.MaxBlock.Y, 4: p.MaxBlock.Z,
		5: p.MaxGrid.X, 6: p.MaxGrid.Y, 7: p.MaxGrid.Z, 8: p.SharedMemoryPerBlock, 10: p.WarpSize,
		12: p.RegistersPerBlock, 16: p.Multiprocessors,
		13: int(p.Clock / 1e3), 36: int(p.MemoryClock / 1e3), 37: p.MemoryBus, 39: p.MaxThreadsPerMultiprocessor, 75: p.Major, 76: p.Minor,
	}
	if v, ok := values[attribute]; ok {
		return C.int(v)
	}
	return -1
}

//export simContextState
func simContextState(handle unsafe.Pointer) C.int {
	state.Lock()
	defer state.Unlock()
	switch c := state.contexts[handle]; {
	case !state.initialized:
		return notInitialized
	case c == nil:
		return invalidContext
	default:
		return state.lost
	}
}

//export simContextCreate
func simContextCreate(handle *unsafe.Pointer) C.int {
	state.Lock()
	defer state.Unlock()
	switch {
	case !state.initialized:
		return notInitialized
	case state.lost != success:
		return state.lost
	}
	state.last = &context{
		gpu:       ptxsim.New(state.options),
		modules:   map[unsafe.Pointer]gpu.Module{},
		functions: map[unsafe.Pointer]gpu.Kernel{},
		streams:   map[unsafe.Pointer]gpu.Stream{nil: 0},
		events:    map[unsafe.Pointer]ptxsim.Event{},
	}
	*handle = newHandle()
	state.contexts[*handle] = state.last
	return success
}

//export simContextDestroy
func simContextDestroy(handle unsafe.Pointer) C.int {
	state.Lock()
	defer state.Unlock()
	if state.contexts[handle] == nil {
		return invalidContext
	}
	delete(state.contexts, handle)
	return success
}

//export simSynchronize
func simSynchronize(handle, stream unsafe.Pointer, all C.int) C.int {
	return locked(handle, func(c *context) C.int {
		s, ok := c.streams[stream]
		switch {
		case all != 0:
			return c.code(c.gpu.SyncAll(), invalidValue)
		case !ok:
			return invalidHandle
		}
		return c.code(c.gpu.Sync(s), invalidValue)
	})
}

//export simStreamCreate
func simStreamCreate(handle unsafe.Pointer, stream *unsafe.Pointer) C.int {
	return locked(handle, func(c *context) C.int {
		s, err := c.gpu.NewStream()
		*stream = newHandle()
		c.streams[*stream] = s
		return c.code(err, invalidValue)
	})
}

//export simModuleLoad
func simModuleLoad(handle unsafe.Pointer, module *unsafe.Pointer, image *C.char) C.int {
	return locked(handle, func(c *context) C.int {
		m, err := c.gpu.Load("module", C.GoString(image))
		if err != nil {
			return c.code(err, invalidPTX)
		}
		*module = newHandle()
		c.modules[*module] = m
		return success
	})
}

//export simModuleGetFunction
func simModuleGetFunction(handle unsafe.Pointer, function *unsafe.Pointer, module unsafe.Pointer, name *C.char) C.int {
	return locked(handle, func(c *context) C.int {
		m := c.modules[module]
		if m == nil {
			return invalidHandle
		}
		k, err := m.Kernel(C.GoString(name))
		if err != nil {
			return c.code(err, notFound)
		}
		*function = newHandle()
		c.functions[*function] = k
		return success
	})
}

//export simLaunch
func simLaunch(handle, function unsafe.Pointer, gx, gy, gz, bx, by, bz, shared C.uint, stream unsafe.Pointer, parameters *unsafe.Pointer) C.int {
	return locked(handle, func(c *context) C.int {
		k, s, ok := c.functions[function], gpu.Stream(0), false
		if s, ok = c.streams[stream]; !ok || k == nil {
			return invalidHandle
		}
		var args []gpu.Arg
		for i, p := range unsafe.Slice(parameters, len(k.Params())) {
			// Read exactly the bytes of the declared type, as the real driver does.
			switch k.Params()[i].Type {
			case "u64", "s64", "b64":
				args = append(args, gpu.Uint64(*(*uint64)(p)))
			case "u32", "s32", "b32":
				args = append(args, gpu.Uint32(*(*uint32)(p)))
			case "f32":
				args = append(args, gpu.Float32(math.Float32frombits(*(*uint32)(p))))
			case "f64":
				args = append(args, gpu.Float64(math.Float64frombits(*(*uint64)(p))))
			default:
				return invalidValue
			}
		}
		grid, block := gpu.Dim{X: int(gx), Y: int(gy), Z: int(gz)}, gpu.Dim{X: int(bx), Y: int(by), Z: int(bz)}
		if gy == 0 || gz == 0 || by == 0 || bz == 0 {
			return invalidValue
		}
		return c.code(c.gpu.Launch(s, k, grid, block, int(shared), args), invalidValue)
	})
}

//export simAlloc
func simAlloc(handle unsafe.Pointer, p *C.ulonglong, size C.size_t) C.int {
	return locked(handle, func(c *context) C.int {
		a, err := c.gpu.Alloc(int(size))
		if errors.Is(err, gpu.ErrOutOfMemory) {
			return c.code(err, outOfMemory)
		}
		*p = C.ulonglong(a)
		return c.code(err, invalidValue)
	})
}

//export simFree
func simFree(handle unsafe.Pointer, p C.ulonglong) C.int {
	return locked(handle, func(c *context) C.int { return c.code(c.gpu.Free(gpu.Pointer(p)), invalidValue) })
}

// onStream is locked for calls with a stream. If the handle stream is unknown, it returns
// invalidHandle.
func onStream(handle, stream unsafe.Pointer, f func(c *context, s gpu.Stream) error) C.int {
	return locked(handle, func(c *context) C.int {
		s, ok := c.streams[stream]
		if !ok {
			return invalidHandle
		}
		return c.code(f(c, s), invalidValue)
	})
}

//export simCopy
func simCopy(handle, stream unsafe.Pointer, dst, src C.ulonglong, size C.size_t) C.int {
	return onStream(handle, stream, func(c *context, s gpu.Stream) error {
		return c.gpu.Copy(s, gpu.Pointer(dst), gpu.Pointer(src), int(size))
	})
}

//export simFill
func simFill(handle, stream unsafe.Pointer, dst C.ulonglong, word C.uint, count C.size_t) C.int {
	return onStream(handle, stream, func(c *context, s gpu.Stream) error {
		return c.gpu.Fill(s, gpu.Pointer(dst), uint32(word), int(count))
	})
}
