package cpu

import (
	"fmt"
	"runtime"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/internal/check"
)

// A Device is the processor as a [kernels.Device]. Its kernels have run when
// they return.
type Device struct {
	pool     *pool
	threads  int
	set      instructionSet
	loops    *loops
	err      error // from New; kernels run all the same, but nothing can be read
	args     args  // of the kernel that is running
	walk     walk  // of the strided kernel that is running
	free     map[int][]*memory
	sums     []float64 // see partials
	room     []float32 // see scratch
	products *products
}

var _ kernels.FusedDevice = (*Device)(nil)

// An Option changes how New makes a device.
type Option func(*Device)

// Threads sets how many threads kernels run on. It changes no result. The
// default is GOMAXPROCS.
func Threads(n int) Option { return func(d *Device) { d.threads = n } }

// New returns a device that uses the best instruction set of the processor, or
// the one that the environment variable TOPOGEN_CPU names: avx512, avx2 or
// plain. If that cannot be had, Read and Sync return an error that says so.
func New(options ...Option) *Device {
	d := &Device{threads: runtime.GOMAXPROCS(0), free: make(map[int][]*memory)}
	d.set, d.err = instructions()
	for _, o := range options {
		o(d)
	}
	d.threads = max(d.threads, 1)
	d.pool = newPool(d.threads)
	d.loops = loopsIn[d.set]
	d.products = newProducts(tilings[d.set], d.loops, d.threads)
	// The workers hold the pool, not the device: one that is forgotten
	// without Close takes its workers with it.
	runtime.AddCleanup(d, (*pool).stop, d.pool)
	return d
}

// Name returns "cpu" with the instruction set and the number of threads.
func (d *Device) Name() string { return fmt.Sprintf("cpu (%v, %d threads)", d.set, d.threads) }

// args are the arguments of one kernel, in one place so that handing them to
// the workers allocates nothing. Each kernel says what its own mean.
type args struct {
	worker                int // which runs the part
	loops                 *loops
	dst, dst2, x, y, z, w []float32
	a, b                  float32
	n, m, k               int
	add, add2             bool
	fn                    kernels.Func
	op                    kernels.Op
	seed, stream          uint64
	index                 []int32
	pairs                 []kernels.Pair
	conv                  kernels.ConvShape
	product               product
	products              *products
	adam                  kernels.AdamFactors
	sgd                   kernels.SGD
	walk                  *walk
	sum                   sumPlan
	partial               []float64
	weights               []float32
	reduce                func(a *args, lo, hi int) float64
}

// run runs a kernel in parts.
func (d *Device) run(parts int, body func(a *args, part int), a args) {
	a.loops = d.loops
	d.args = a
	d.pool.run(parts, body, &d.args)
}

// memory is one allocation. Its size is a multiple of the granule.
type memory struct {
	device *Device
	data   []float32
	free   bool
}

func (m *memory) Device() kernels.Device { return m.device }

const granule = 16 // elements: 64 bytes

// Alloc returns a span of n elements, from memory freed before if some fits.
func (d *Device) Alloc(n int) kernels.Buffer {
	if n < 0 {
		panic(fmt.Sprintf("cpu: Alloc of %d elements", n))
	}
	size := sizeClass(n)
	if spare := d.free[size]; len(spare) > 0 {
		m := spare[len(spare)-1]
		d.free[size] = spare[:len(spare)-1]
		m.free = false
		return kernels.NewBuffer(m, 0, n)
	}
	return kernels.NewBuffer(&memory{device: d, data: aligned(size)}, 0, n)
}

// sizeClass rounds up so that at most an eighth is wasted and sizes that
// differ little share their memory.
func sizeClass(n int) int {
	step := granule
	for step*16 < n {
		step *= 2
	}
	return max(step, (n+step-1)/step*step)
}

// Free keeps the buffer's memory for a later Alloc.
func (d *Device) Free(b kernels.Buffer) {
	if b.Memory() == nil || d.free == nil { // after Close there is nothing to keep
		return
	}
	m := d.own(b)
	m.free = true
	d.free[len(m.data)] = append(d.free[len(m.data)], m)
}

func (d *Device) own(b kernels.Buffer) *memory {
	m, ok := b.Memory().(*memory)
	if !ok || m.device != d {
		panic(fmt.Sprintf("cpu: a buffer of %s is used on %s", b.Device().Name(), d.Name()))
	}
	if m.free {
		panic("cpu: a buffer is used after Free")
	}
	return m
}

// span returns the elements of a buffer of this device.
func (d *Device) span(b kernels.Buffer) []float32 {
	if b.Memory() == nil {
		return nil
	}
	return d.own(b).data[b.Offset() : b.Offset()+b.Len() : b.Offset()+b.Len()]
}

// Write copies src into dst.
func (d *Device) Write(dst kernels.Buffer, src []float32) {
	check.Len("Write", "source", len(src), dst.Len())
	copy(d.span(dst), src)
}

// Read copies src to dst. It returns the same error as Sync.
func (d *Device) Read(dst []float32, src kernels.Buffer) error {
	check.Len("Read", "destination", len(dst), src.Len())
	if d.err != nil {
		return d.err
	}
	copy(dst, d.span(src))
	return nil
}

// Sync has nothing to wait for: kernels have run when they return. Its error is
// that of a wrong TOPOGEN_CPU.
func (d *Device) Sync() error { return d.err }

// Close ends the device's threads. The device must not be used afterwards.
func (d *Device) Close() error {
	d.pool.stop()
	d.free = nil
	return nil
}

// chunk is how many elements of a long span one part works on: large enough
// to be worth handing out, small enough for the first-level cache.
const chunk = 8192

// chunks returns the number of parts that a span of n elements makes.
func chunks(n int) int { return (n + chunk - 1) / chunk }

// bounds returns the range of a part of a span of n elements.
func bounds(part, n int) (lo, hi int) { return part * chunk, min(n, (part+1)*chunk) }
