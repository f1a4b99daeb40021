package cpu

import "github.com/topogen/topogen/kernels"

// blockValues is the number of values that the random generator computes from one value of
// its counter, a block. It divides chunk, so that each part begins with a whole block.
const blockValues = 4

// Uniform fills dst with uniform values in [0, 1) of the given seed and stream.
func (d *Device) Uniform(dst kernels.Buffer, seed, stream uint64) {
	d.run(chunks(dst.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		a.loops.Uniform(a.dst[lo:hi], a.seed, a.stream, uint64(lo/blockValues))
	}, args{dst: d.span(dst), seed: seed, stream: stream})
}

// Normal fills dst with standard Gaussian values of the given seed and stream.
func (d *Device) Normal(dst kernels.Buffer, seed, stream uint64) {
	d.run(chunks(dst.Len()), func(a *args, part int) {
		lo, hi := bounds(part, len(a.dst))
		a.loops.Normal(a.dst[lo:hi], a.seed, a.stream, uint64(lo/blockValues))
	}, args{dst: d.span(dst), seed: seed, stream: stream})
}
