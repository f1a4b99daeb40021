package conv

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu/internal/aligned"
	"github.com/topogen/topogen/kernels/cpu/internal/bfloat16"
	"github.com/topogen/topogen/kernels/cpu/internal/microkernel"
	"github.com/topogen/topogen/kernels/cpu/internal/simd"
	"github.com/topogen/topogen/kernels/cpu/internal/workers"
)

// A Convolver computes convolutions on a pool of workers. It keeps its memory from one
// convolution to the next.
type Convolver struct {
	kernels *microkernel.Kernels // those of the current convolution: for float32, or for pairs of bfloat16 numbers
	pool    *workers.Pool
	spaces  []*workspace // one for each worker

	float32s *microkernel.Kernels // the micro-kernels for float32
	rounder  *bfloat16.Rounder
	operands [2][]float32 // the rounded operands of ForwardRounded and its like

	filters, bias []float32 // of the current convolution, in the order in which micro-kernels read them
	partial       []float32 // the sums of WeightGrad for each share of the batch

	// The jobs of the pool, one for each algorithm. They are fields so that starting a job
	// allocates nothing.
	forward   forwardJob
	im2col    im2colJob
	transpose transposeJob
	col2im    col2imJob
	weights   weightsJob
	weightSum weightSumJob
}

// New returns a Convolver that uses the instruction set and runs on the pool.
func New(set simd.Set, pool *workers.Pool) *Convolver {
	c := &Convolver{float32s: microkernel.For(set), pool: pool, rounder: bfloat16.New(set, pool)}
	for range pool.Workers() {
		c.spaces = append(c.spaces, &workspace{loops: simd.For(set)})
	}
	c.use(c.float32s)
	return c
}

// use sets the micro-kernels of the next convolution.
func (c *Convolver) use(kernels *microkernel.Kernels) {
	c.kernels = kernels
	for _, w := range c.spaces {
		w.kernels = kernels
	}
}

// A workspace is the memory of one worker. A slice grows to the largest size that a
// convolution has needed and is kept for later convolutions.
type workspace struct {
	kernels *microkernel.Kernels
	loops   *simd.Loops

	image    []float32  // a block of images in the layout paddedNHWC
	bordered paddedNHWC // the layout of the last block in image, whose border is still zero
	planar   []float32  // an image in the layout polyphase
	panel    []float32  // a matrix of patches
	pairs    []float32  // pairs of pixels of image, see pairPixels
	out      []float32  // results, before they are converted to NCHW or added to the destination
	sum      []float32  // results in NCHW, before unload adds them; in weightSumJob, the sum of the shares

	aOffsets, cOffsets, order        []int                 // byte offsets of the rows of A, of the rows of C, and of the weights of a filter
	imagePixels                      keyed[[3]int]         // see pixelOffsets
	imagePatches                     keyed[[8]int]         // see patchOffsets
	phasePixels                      []phaseOffsets        // see workspace.phaseOffsets
	planes, sumPlanes, filterColumns microkernel.Multiples // byte offsets of equally spaced rows

	call     microkernel.Call
	prefetch microkernel.Prefetch
	space    microkernel.Space
}

// A keyed is a list that is computed from its key. It is computed again only if another key
// is needed.
type keyed[Key comparable] struct {
	key  Key
	list []int
}

// blockFloats is the largest number of elements in a block: 192 KB of images and results.
// The rest of a second-level cache of 512 KB or more has room for the filters.
const blockFloats = 48 << 10

// blockSize divides a batch of n images into blocks of several whole images, or of some rows
// of one image. It returns the number of images in a block, and the number of rows of each
// of them in the block, height. An image has the given number of rows. Each row, with the
// results computed from it, takes rowFloats elements. Blocks of whole images are so small
// that each thread has at least two, if the batch has enough images.
func blockSize(n, rows, rowFloats, threads int) (images, height int) {
	if whole := rows * rowFloats; whole <= blockFloats {
		return max(1, min(blockFloats/whole, n/(2*threads))), rows
	}
	bands := ceilDiv(rows, max(1, blockFloats/rowFloats))
	return 1, ceilDiv(rows, bands)
}

// packBias returns the bias of n columns in the layout of Call.Bias: padded with zeros to the
// total width of the panels of n columns. The padded bias is repeated times times, once for
// each of the joined phases of Transpose. packBias returns nil if the bias is empty.
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

// fused reports whether micro-kernels apply the activation to the results. Other activations
// need a pass over the results.
func fused(act kernels.Func) bool { return act == kernels.Identity || act == kernels.ReLU }

// ceilDiv returns ⌈a/b⌉ for a ≥ 0 and b > 0.
func ceilDiv(a, b int) int { return (a + b - 1) / b }
