package gpu

import (
	"errors"
	"fmt"
	"slices"
	"unsafe"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
	"github.com/topogen/topogen/kernels/internal/check"
)

// A Device implements [kernels.Device] on a GPU. It enqueues kernels on one
// stream. Every kernel enqueued before a Read or a Sync has finished when that call
// returns.
type Device struct {
	driver Driver
	name   string // result of Name
	stream Stream
	cores  int // number of multiprocessors

	precision kernels.Precision // of products
	half      bool              // the GPU can run the kernels in half precision

	memory  pool
	loaded  map[entry]Kernel  // kernels used so far
	files   map[string]Module // compiled PTX files, by name without extension
	args    []Arg             // workspace for the arguments of a launch
	entries rowEntries        // workspace of ScatterRows and PairsGrad
	keys    []uint64          // workspace of SpanningTree and Lunes
	records []record          // workspace of Lunes
	trees   []*pendingTree    // those that nobody uses
	lunes   []*pendingLunes   // those that nobody uses
	tables  tables            // of convolutions
	err     error             // the first error; later calls do nothing
}

// An Option changes how [New] makes a device.
type Option func(*options)

type options struct{ precision kernels.Precision }

// Precision sets the precision of products; the default is kernels.Float32. kernels.BFloat16
// needs a GPU of compute capability 8.0 or later.
func Precision(p kernels.Precision) Option { return func(o *options) { o.precision = p } }

// New returns a device that computes with a driver. The device owns the driver:
// Close closes both.
func New(driver Driver, opts ...Option) (*Device, error) {
	var o options
	for _, f := range opts {
		f(&o)
	}
	p := driver.Properties()
	if o.precision != kernels.Float32 && p.Major < halfMajor {
		err := fmt.Errorf("products in %v need compute capability %d.0, and %s has %d.%d: use float32", o.precision, halfMajor, p.Name, p.Major, p.Minor)
		return nil, fmt.Errorf("gpu: %w", errors.Join(err, driver.Close()))
	}
	stream, err := driver.NewStream()
	if err != nil {
		return nil, fmt.Errorf("gpu: %w", errors.Join(err, driver.Close()))
	}
	name := fmt.Sprintf("gpu (%s, sm_%d%d)", p.Name, p.Major, p.Minor)
	if o.precision != kernels.Float32 {
		name = fmt.Sprintf("gpu (%s, sm_%d%d, %v products)", p.Name, p.Major, p.Minor, o.precision)
	}
	return &Device{
		driver: driver,
		name:   name,
		stream: stream,
		cores:  max(1, p.Multiprocessors),

		precision: o.precision,
		half:      p.Major >= halfMajor,

		memory: pool{free: map[int][]*memory{}},
		loaded: map[entry]Kernel{},
		files:  map[string]Module{},
	}, nil
}

// halfMajor is the first compute capability that has the instructions of the kernels in half
// precision.
const halfMajor = 8

// Name returns "gpu" with the GPU's name and compute capability, and the precision of products
// if it is not float32.
func (d *Device) Name() string { return d.name }

// fail records the device's first error.
func (d *Device) fail(err error) {
	if d.err == nil && err != nil {
		d.err = fmt.Errorf("gpu: %w", err)
	}
}

// Write enqueues a copy of src to dst. The caller may change src after the call.
func (d *Device) Write(dst kernels.Buffer, src []float32) {
	check.Len("Write", "source", len(src), dst.Len())
	p := d.pointer(dst)
	if d.err != nil || len(src) == 0 {
		return
	}
	d.fail(d.driver.CopyIn(d.stream, p, bytesOf(src)))
}

// Read waits for the stream, copies src to dst, and returns the device's first error.
func (d *Device) Read(dst []float32, src kernels.Buffer) error {
	check.Len("Read", "destination", len(dst), src.Len())
	p := d.pointer(src)
	switch {
	case d.err != nil:
		return d.err
	case len(dst) == 0:
		return d.Sync()
	}
	d.fail(d.driver.CopyOut(d.stream, bytesOf(dst), p))
	return d.err
}

// startCopyOut enqueues a copy of the first bytes of a buffer. It returns nil if the device
// has failed.
func (d *Device) startCopyOut(src kernels.Buffer, bytes int) Transfer {
	p := d.pointer(src)
	if d.err != nil {
		return nil
	}
	t, err := d.driver.StartCopyOut(d.stream, p, bytes)
	d.fail(err)
	return t
}

// takeLast removes the last element of a list of spare values and returns it. If there is
// none, it returns a new one.
func takeLast[T any](spare *[]*T) *T {
	n := len(*spare)
	if n == 0 {
		return new(T)
	}
	last := (*spare)[n-1]
	*spare = (*spare)[:n-1]
	return last
}

// Sync waits for the stream and returns the device's first error.
func (d *Device) Sync() error {
	if d.err == nil {
		d.fail(d.driver.Sync(d.stream))
	}
	return d.err
}

// Close waits for the stream, frees all memory and closes the driver.
func (d *Device) Close() error {
	d.memory.free = nil
	if err := d.driver.Close(); d.err == nil && err != nil {
		return fmt.Errorf("gpu: %w", err)
	}
	return d.err
}

// bytesOf returns the memory of a slice as bytes, without copying. No conversion is
// needed: GPUs are little-endian, and so is every host that NVIDIA supports.
func bytesOf[T float32 | int32 | uint64 | record | work.Correlation | work.Tap](s []T) []byte {
	if len(s) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&s[0])), len(s)*int(unsafe.Sizeof(s[0])))
}

// appendAs appends the values whose memory is bytes, a whole number of them, to dst.
func appendAs[T uint64 | record](dst []T, bytes []byte) []T {
	var value T
	first, count := len(dst), len(bytes)/int(unsafe.Sizeof(value))
	dst = slices.Grow(dst, count)[:first+count]
	copy(bytesOf(dst[first:]), bytes)
	return dst
}
