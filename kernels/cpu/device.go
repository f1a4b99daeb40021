package cpu

import (
	"fmt"
	"os"
	"runtime"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu/internal/conv"
	"github.com/topogen/topogen/kernels/cpu/internal/gemm"
	"github.com/topogen/topogen/kernels/cpu/internal/microkernel"
	"github.com/topogen/topogen/kernels/cpu/internal/simd"
	"github.com/topogen/topogen/kernels/cpu/internal/workers"
)

// A Device is the processor as a [kernels.Device]. Its kernels are synchronous: a kernel has
// finished when its method returns.
type Device struct {
	set   simd.Set
	err   error // an error of New, which Read and Sync return; other kernels run nevertheless
	pool  *workers.Pool
	loops *simd.Loops
	micro *microkernel.Kernels
	gemm  *gemm.Multiplier
	conv  *conv.Convolver

	precision kernels.Precision

	args args // the arguments of the current kernel
	walk walk // the rows of the arrays of the current strided kernel

	free     map[int][]*memory // freed allocations, by their number of elements
	partials []float64         // partial sums of the current reduction, see partialSums
	scratch  []float32         // intermediate results of the current kernel, see grow
}

var (
	_ kernels.FusedDevice = (*Device)(nil)
	_ kernels.HostMemory  = (*Device)(nil)
)

// An Option changes how [New] makes a device.
type Option func(*options)

type options struct {
	threads   int
	precision kernels.Precision
}

// Threads sets the number of threads that kernels run on; a number below 1 means 1. The
// number changes no result. The default is GOMAXPROCS.
func Threads(n int) Option { return func(o *options) { o.threads = n } }

// Precision sets the precision of products; the default is kernels.Float32. With
// kernels.BFloat16, products are about twice as fast if the processor has AVX512_BF16, and a
// little slower than in float32 if it lacks that, for equal results but for rounding of sums.
// They use AMX if the processor has it and Linux permits it, which has never been timed.
func Precision(p kernels.Precision) Option { return func(o *options) { o.precision = p } }

// New returns a device that uses the best instruction set of the processor, or the one that
// the environment variable TOPOGEN_CPU names: amx, avx512, avx2 or plain. If the processor
// lacks the named instruction set, or if the name is unknown, the device uses plain Go, and its
// Read and Sync return an error that says so. amx is the same as avx512 in float32.
func New(opts ...Option) *Device {
	o := options{threads: runtime.GOMAXPROCS(0)}
	for _, f := range opts {
		f(&o)
	}
	set, err := instructions(o.precision)
	pool := workers.New(max(o.threads, 1))
	d := &Device{
		set: set, err: err, pool: pool,
		loops: simd.For(set), micro: microkernel.For(set), gemm: gemm.New(set, pool), conv: conv.New(set, pool),
		precision: o.precision, free: make(map[int][]*memory),
	}
	// Without Close, the workers end when the device becomes unreachable. The workers hold
	// the pool and not the device, so they do not keep the device reachable.
	runtime.AddCleanup(d, (*workers.Pool).Stop, pool)
	return d
}

// instructions returns the instruction set of a new device whose products have the given
// precision. AMX is only for products in half precision, and only if the system permits it.
func instructions(precision kernels.Precision) (simd.Set, error) {
	set, err := simd.FromEnvironment()
	if set < simd.AMX {
		return set, err
	}
	if precision == kernels.Float32 {
		return simd.AVX512, nil
	}
	if err := simd.PermitTiles(); err != nil {
		if os.Getenv(simd.Environment) == "" { // AMX is the best set, but nobody asked for it
			err = nil
		}
		return simd.AVX512, err
	}
	return simd.AMX, nil
}

// Name returns "cpu", the instruction set and the number of threads, such as
// "cpu (avx2, 8 threads)", and the precision if it is not float32.
func (d *Device) Name() string {
	if d.precision != kernels.Float32 {
		return fmt.Sprintf("cpu (%v, %d threads, %v products)", d.set, d.pool.Workers(), d.precision)
	}
	return fmt.Sprintf("cpu (%v, %d threads)", d.set, d.pool.Workers())
}

// Sync returns the error of [New]. It does not wait, because kernels are synchronous.
func (d *Device) Sync() error { return d.err }

// Close ends the device's workers and releases its memory. Afterwards the device must not be
// used, except that Close may be called again.
func (d *Device) Close() error {
	d.pool.Stop()
	d.free = nil
	return nil
}

// args holds the arguments of a kernel other than a matrix product or a convolution. It is
// also the job that the workers run. The device keeps one args and reuses it, so that
// starting a kernel allocates nothing. Each kernel gives the fields their meaning.
type args struct {
	body  func(a *args, part int)
	loops *simd.Loops

	dst, dst2, x, y, z, w []float32
	a, b                  float32
	n, k                  int
	add, add2             bool
	fn                    kernels.Func
	op                    kernels.Op
	seed, stream          uint64
	index                 []int32
	pairs                 []kernels.Pair
	adam                  kernels.AdamFactors
	sgd                   kernels.SGD
	walk                  *walk
	sum                   sumPlan
	partials              []float64
	reduce                func(a *args, lo, hi int) float64
}

// Part implements workers.Job.
func (a *args) Part(_, part int) { a.body(a, part) }

// run calls body(a, part) on the workers for each part in [0, parts), and waits for all
// calls.
func (d *Device) run(parts int, body func(a *args, part int), a args) {
	a.body, a.loops = body, d.loops
	d.args = a
	d.pool.Run(parts, &d.args)
}

// chunk is the number of elements of a long array that one part computes. A chunk is
// large enough to be worth the start of a part, and its 32 KB fit in a first-level cache.
const chunk = 8192

// chunks returns the number of chunks of an array of n elements.
func chunks(n int) int { return ceilDiv(n, chunk) }

// bounds returns the range [lo, hi) of the elements in chunk number part of an array of n
// elements.
func bounds(part, n int) (lo, hi int) { return part * chunk, min(n, (part+1)*chunk) }

// ceilDiv returns ⌈a/b⌉ for a ≥ 0 and b > 0.
func ceilDiv(a, b int) int { return (a + b - 1) / b }
