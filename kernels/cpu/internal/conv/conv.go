package conv

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu/internal/aligned"
	"github.com/topogen/topogen/kernels/cpu/internal/microkernel"
	"github.com/topogen/topogen/kernels/cpu/internal/simd"
	"github.com/topogen/topogen/kernels/cpu/internal/workers"
)

// A Convolver computes convolutions on a pool, with memory that it keeps between them.
type Convolver struct {
	kernels *microkernel.Kernels
	pool    *workers.Pool
	spaces  []*workspace // one for each worker

	filters, bias []float32 // of the current convolution, in the order of micro-kernels
	partial       []float32 // sums of the shares of WeightGrad

	// The jobs, kept so that starting one allocates nothing.
	forward   forwardJob
	im2col    im2colJob
	transpose transposeJob
	col2im    col2imJob
	weights   weightsJob
	weightSum weightSumJob
}

// New returns a Convolver that uses an instruction set and runs on pool.
func New(set simd.Set, pool *workers.Pool) *Convolver {
	c := &Convolver{kernels: microkernel.For(set), pool: pool}
	for range pool.Workers() {
		c.spaces = append(c.spaces, &workspace{kernels: c.kernels, loops: simd.For(set)})
	}
	return c
}

// A workspace is the memory of one worker. Its slices grow to the largest size in use
// and stay.
type workspace struct {
	kernels *microkernel.Kernels
	loops   *simd.Loops

	image    []float32  // images as padded NHWC
	bordered paddedNHWC // the layout for which the border of image is zero
	planar   []float32  // a polyphase image
	panel    []float32  // a matrix of patches
	out      []float32  // results, before they are converted to NCHW or added to the destination
	sum      []float32  // results in NCHW, before unload adds them; in weightSumJob, the sum of the shares

	aOffsets, cOffsets, order        []int
	imagePixels                      keyed[[3]int]
	imagePatches                     keyed[[8]int]
	phasePixels                      []phaseOffsets
	planes, sumPlanes, filterColumns microkernel.Multiples

	call     microkernel.Call
	prefetch microkernel.Prefetch
}

// A keyed list is kept as long as the values from which it was computed, its key,
// stay the same.
type keyed[Key comparable] struct {
	key  Key
	list []int
}

// blockFloats is the size of a block: 192 KB of images and results, which leaves room in
// a second-level cache of 512 KB or more for the filters.
const blockFloats = 48 << 10

// blockSize returns the size of a block of the n images of a batch: several whole images,
// or some rows of one image. height is the number of rows of an image in the block. Each
// row, with the results computed from it, takes rowFloats elements.
func blockSize(n, rows, rowFloats, threads int) (images, height int) {
	if whole := rows * rowFloats; whole <= blockFloats {
		return max(1, min(blockFloats/whole, n/(2*threads))), rows
	}
	bands := ceilDiv(rows, max(1, blockFloats/rowFloats))
	return 1, ceilDiv(rows, bands)
}

// packBias returns times copies of a bias of n values, each padded to the width of the
// panels of n columns, or nil if the bias is empty.
func (c *Convolver) packBias(bias []float32, n, times int) []float32 {
	if len(bias) == 0 {
		return nil
	}
	width := c.kernels.PaddedWidth(n)
	packed := aligned.Grow(&c.bias, times*width)
	clear(packed)
	for i := range times {
		copy(packed[i*width:], bias)
	}
	return packed
}

// fused reports whether the micro-kernels apply an activation.
func fused(act kernels.Func) bool { return act == kernels.Identity || act == kernels.ReLU }

func ceilDiv(a, b int) int { return (a + b - 1) / b }
