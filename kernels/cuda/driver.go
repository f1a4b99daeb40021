//go:build cuda

package cuda

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"github.com/barnex/cuda5/cu"

	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// A driver is a GPU with a CUDA context. It implements [gpu.Driver].
type driver struct {
	context    cu.Context
	properties gpu.Properties
	streams    []cu.Stream        // gpu.Stream i+1 is streams[i]
	modules    map[string]*module // by PTX text
	lost       error              // returned by every call after a fault or after Close
	recent     []string           // the last launches since the previous wait for a stream, at most maxRecent
	slots      []uint64           // workspace: the arguments of a launch, 8 bytes each
	pointers   []unsafe.Pointer   // workspace: the addresses of slots
	staging    staging
	transfers  map[int][]*transfer // those that are done, by the length of their memory
}

// maxRecent is the maximum number of launches that an [Error] lists.
const maxRecent = 8

// call runs f, which calls the binding, on a thread where the context is current. name is
// the function of the driver API for error texts. Any function of the driver may return the
// fault of an earlier launch; then the context is lost, and every later call returns the
// same error.
func (d *driver) call(name string, f func()) error {
	if d.lost != nil {
		return d.lost
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := try(name, func() {
		cu.CtxSetCurrent(d.context)
		f()
	})
	var failed *Error
	if errors.As(err, &failed) && failed.fault() {
		failed.Launches = d.recent
		d.lost = err
	}
	return err
}

// wait waits for a stream. If it returns nil, no earlier launch on the stream has faulted,
// and the GPU has read the staging memory of the stream's copies.
func (d *driver) wait(s gpu.Stream, stream cu.Stream) error {
	err := d.call("cuStreamSynchronize", func() { cu.StreamSynchronize(stream) })
	if err == nil {
		d.recent = nil
		d.staging.done(s)
	}
	return err
}

// waitAll waits for all streams, with the same effect as wait for each.
func (d *driver) waitAll() error {
	err := d.call("cuCtxSynchronize", cu.CtxSynchronize)
	if err == nil {
		d.recent = nil
		d.staging.used = 0
	}
	return err
}

func (d *driver) Properties() gpu.Properties { return d.properties }

func (d *driver) Alloc(size int) (gpu.Pointer, error) {
	if size <= 0 {
		return 0, fmt.Errorf("cuda: allocation of %d bytes", size)
	}
	var p cu.DevicePtr
	if err := d.call("cuMemAlloc", func() { p = cu.MemAlloc(int64(size)) }); err != nil {
		return 0, fmt.Errorf("%w: asked for %d bytes, the GPU has %d", err, size, d.properties.Memory)
	}
	return gpu.Pointer(p), nil
}

func (d *driver) Free(p gpu.Pointer) error {
	if p == 0 {
		return d.lost
	}
	if err := d.waitAll(); err != nil {
		return err
	}
	return d.call("cuMemFree", func() { cu.MemFree(cu.DevicePtr(p)) })
}

func (d *driver) NewStream() (gpu.Stream, error) {
	var s cu.Stream
	err := d.call("cuStreamCreate", func() { s = cu.StreamCreate() })
	if err != nil {
		return 0, err
	}
	d.streams = append(d.streams, s)
	return gpu.Stream(len(d.streams)), nil
}

// stream returns the binding's handle of s.
func (d *driver) stream(s gpu.Stream) (cu.Stream, error) {
	switch {
	case s == 0:
		return 0, nil
	case int(s) > len(d.streams):
		return 0, fmt.Errorf("cuda: stream %d does not exist", s)
	}
	return d.streams[s-1], nil
}

func (d *driver) CopyIn(s gpu.Stream, dst gpu.Pointer, src []byte) error {
	stream, err := d.stream(s)
	if err != nil || len(src) == 0 {
		return errors.Join(err, d.lost)
	}
	return d.call("cuMemcpyHtoDAsync", func() {
		// If src fits staging memory, the GPU copies from there later. Otherwise
		// cuMemcpyHtoDAsync copies from pageable memory: it may wait for the stream, and has
		// read src when it returns. Either way the caller may then change src.
		from := d.staging.copy(s, src)
		if from == nil {
			from = unsafe.Pointer(&src[0])
		}
		cu.MemcpyHtoDAsync(cu.DevicePtr(dst), from, int64(len(src)), stream)
	})
}

func (d *driver) CopyOut(s gpu.Stream, dst []byte, src gpu.Pointer) error {
	stream, err := d.stream(s)
	if err != nil {
		return err
	}
	if len(dst) > 0 {
		if err := d.call("cuMemcpyDtoHAsync", func() {
			cu.MemcpyDtoHAsync(unsafe.Pointer(&dst[0]), cu.DevicePtr(src), int64(len(dst)), stream)
		}); err != nil {
			return err
		}
	}
	return d.wait(s, stream)
}

func (d *driver) Copy(s gpu.Stream, dst, src gpu.Pointer, size int) error {
	stream, err := d.stream(s)
	if err != nil || size == 0 {
		return errors.Join(err, d.lost)
	}
	return d.call("cuMemcpyDtoDAsync", func() {
		cu.MemcpyDtoDAsync(cu.DevicePtr(dst), cu.DevicePtr(src), int64(size), stream)
	})
}

func (d *driver) Fill(s gpu.Stream, dst gpu.Pointer, word uint32, count int) error {
	stream, err := d.stream(s)
	if err != nil || count == 0 {
		return errors.Join(err, d.lost)
	}
	return d.call("cuMemsetD32Async", func() {
		cu.MemsetD32Async(cu.DevicePtr(dst), word, int64(count), stream)
	})
}

func (d *driver) Sync(s gpu.Stream) error {
	stream, err := d.stream(s)
	if err != nil {
		return err
	}
	return d.wait(s, stream)
}

func (d *driver) SyncAll() error { return d.waitAll() }

func (d *driver) Close() error {
	err := d.SyncAll()
	if d.context != 0 {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		// Destroying the context also frees its staging memory.
		err = errors.Join(err, try("cuCtxDestroy", func() { cu.CtxDestroy(&d.context) }))
	}
	if d.lost == nil {
		d.lost = errors.New("cuda: the GPU is closed")
	}
	return err
}

// A module is a compiled PTX text. It implements [gpu.Module].
type module struct {
	name    string
	module  cu.Module
	kernels map[string]*kernel
}

// A kernel is an entry function of a module. It implements [gpu.Kernel].
type kernel struct {
	driver   *driver
	name     string
	params   []gpu.Param
	function cu.Function
}

func (k *kernel) Name() string        { return k.name }
func (k *kernel) Params() []gpu.Param { return k.params }

// Resources returns the registers and memory that the driver's compiler assigned to the
// kernel.
func (k *kernel) Resources() (r gpu.Resources, err error) {
	err = k.driver.call("cuFuncGetAttribute", func() {
		r = gpu.Resources{
			Registers: k.function.GetAttribute(cu.FUNC_A_NUM_REGS),
			Local:     k.function.GetAttribute(cu.FUNC_A_LOCAL_SIZE_BYTES),
			Shared:    k.function.GetAttribute(cu.FUNC_A_SHARED_SIZE_BYTES),
		}
	})
	return r, err
}

// Load parses the text with package syntax before the driver compiles it, for two reasons:
// the driver API has no function that lists a kernel's parameters, and the parser's errors
// have line numbers.
func (d *driver) Load(name, ptx string) (gpu.Module, error) {
	if m, ok := d.modules[ptx]; ok {
		return m, d.lost
	}
	file, err := syntax.Parse(name, ptx)
	if err != nil {
		return nil, err
	}
	m := &module{name: name, kernels: map[string]*kernel{}}
	if err := d.call("cuModuleLoadData", func() { m.module = cu.ModuleLoadData(ptx) }); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for _, e := range file.Entries {
		k := &kernel{driver: d, name: e.Name}
		for _, p := range e.Params {
			k.params = append(k.params, gpu.Param{Name: p.Name, Type: p.Type.String()})
		}
		if err := d.call("cuModuleGetFunction", func() { k.function = cu.ModuleGetFunction(m.module, e.Name) }); err != nil {
			return nil, fmt.Errorf("%s: kernel %s: %w", name, e.Name, err)
		}
		m.kernels[e.Name] = k
	}
	d.modules[ptx] = m
	return m, nil
}

func (m *module) Kernel(name string) (gpu.Kernel, error) {
	return gpu.FindKernel(m.name, m.kernels, name)
}

func (d *driver) Launch(s gpu.Stream, k gpu.Kernel, grid, block gpu.Dim, sharedBytes int, args []gpu.Arg) error {
	own, ok := k.(*kernel)
	if !ok || own.driver != d {
		return fmt.Errorf("cuda: kernel %s was not loaded by this GPU", k.Name())
	}
	if err := gpu.CheckArgs(k, args); err != nil {
		return fmt.Errorf("cuda: %w", err)
	}
	stream, err := d.stream(s)
	if err != nil {
		return err
	}
	grid, block = grid.Norm(), block.Norm()
	d.slots, d.pointers = d.slots[:0], d.pointers[:0]
	for _, a := range args {
		d.slots = append(d.slots, a.Bits())
	}
	for i := range d.slots {
		d.pointers = append(d.pointers, unsafe.Pointer(&d.slots[i]))
	}
	err = d.call("cuLaunchKernel", func() {
		cu.LaunchKernel(own.function, grid.X, grid.Y, grid.Z, block.X, block.Y, block.Z, sharedBytes, stream, d.pointers)
	})
	if err != nil {
		return fmt.Errorf("kernel %s, grid %v, block %v, %d bytes of shared memory: %w", own.name, grid, block, sharedBytes, err)
	}
	if len(d.recent) == maxRecent {
		d.recent = append(d.recent[:0], d.recent[1:]...)
	}
	d.recent = append(d.recent, fmt.Sprintf("%s (grid %v, block %v)", own.name, grid, block))
	return nil
}
