package cpu

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/internal/check"
)

// # How a convolution is computed
//
// Images are taken a block at a time, a few whole ones or a band of rows of one
// large one, and laid out anew in the second-level cache: pixel after pixel, each
// with all its channels, in a border of zeros. There the patch that a filter
// looks at is one run of S·C floats for each of its R rows, which is how tiles
// read A (see tileFunc); nothing is copied to make matrices of patches.
//
//   - Conv: a tile is 6 pixels of y × 16 filters. B is the filters, packed into
//     panels once for all images. The sums go to a block that is turned back
//     into planes.
//   - ConvTranspose: pixel h of x takes from y through the taps r with
//     h + PadH − r divisible by StrideH, so the pixels fall into
//     StrideH·StrideW phases, each of which is a convolution of y with stride 1
//     and its own share of the taps. Where the channels of x fill half a tile,
//     say, phases of neighbouring pixels share one.
//   - ConvWeightGrad: a tile is 6 filters × 16 of the weights of each, summed
//     over pixels. The rows of A are the planes of y as they are, those of B the
//     patches of x, which need not be copied as tiles take a list of where rows
//     of B lie; only runs too short for a tile are. Each share of the batch has
//     its own sums, which are added up in the order of the shares.
//
// With few channels there are other ways for the first two; see narrowConv.
//
// The number of shares, and in all of these the blocks in which sums are formed,
// depend on the shape alone.
const (
	blockFloats = 48 << 10 // of images and results in a block: 192 KB
	narrowRun   = 16       // fewer weights are too few for the lanes of a tile

	// ConvWeightGrad is divided into so many shares of the batch that each has
	// some pixels of y, at most weightShares of them, whose sums all together are
	// weightFloats, or one.
	weightPixels  = 784
	weightShares  = 32
	weightFloats  = 4 << 20
	weightFilters = 96 // in a part, for which the patches are packed again
)

// Conv computes y = act(x ⋆ w + bias).
func (d *Device) Conv(s kernels.ConvShape, y, x, w, bias kernels.Buffer, act kernels.Func) {
	check.Conv("Conv", s, x, y, w)
	check.Bias("Conv", bias, s.K, act)
	if s.N == 0 {
		return
	}
	p := d.products
	a := args{products: p, dst: d.span(y), x: d.span(x), w: d.span(w), z: d.span(bias), conv: s, fn: act}
	if narrowConv(&s) {
		a.w = p.withBias(&s, a.w, a.z)
		a.n, a.m = narrowParts(&s, p.threads)
		d.run(ceilDiv(s.N, a.n)*a.m, narrowConvPart, a)
		return
	}
	a.w, a.z = p.packFilters(&s, a.w), p.packBias(a.z, s.K, 1)
	row := s.StrideH*framedWidth(&s)*s.C + s.OutW*p.tiling.covered(s.K)
	a.n, a.m = block(s.N, s.OutH, row, p.threads)
	d.run(ceilDiv(s.N, a.n)*ceilDiv(s.OutH, a.m), convPart, a)
}

// ConvTranspose computes x = act(wᵀ applied to y + bias).
func (d *Device) ConvTranspose(s kernels.ConvShape, x, y, w, bias kernels.Buffer, act kernels.Func, store kernels.Store) {
	check.Conv("ConvTranspose", s, x, y, w)
	check.Bias("ConvTranspose", bias, s.C, act)
	check.StoredActivation(act, store)
	if s.N == 0 {
		return
	}
	p := d.products
	a := args{products: p, dst: d.span(x), y: d.span(y), w: d.span(w), z: d.span(bias), conv: s, fn: act, add: store == kernels.Add}
	if narrowTranspose(&s) {
		a.w = p.turnFilters(&s, a.w)
		a.n, a.m = narrowParts(&s, p.threads)
		d.run(ceilDiv(s.N, a.n), narrowTransposePart, a)
		return
	}
	g := phasesOf(p.tiling, &s)
	a.w, a.z = p.packPhases(&s, a.w), p.packBias(a.z, s.C, g.joined)
	row := g.width*s.K + s.StrideH*s.W*p.tiling.covered(s.C)
	a.n, a.m = block(s.N, g.rows, row, p.threads)
	d.run(ceilDiv(s.N, a.n)*ceilDiv(g.rows, a.m), convTransposePart, a)
}

// ConvWeightGrad stores into dw the gradient of ⟨y, Conv(x, w)⟩.
func (d *Device) ConvWeightGrad(s kernels.ConvShape, dw, x, y kernels.Buffer, store kernels.Store) {
	check.Conv("ConvWeightGrad", s, x, y, dw)
	p := d.products
	g := weightSums(p.tiling, &s)
	a := args{products: p, dst: d.span(dw), x: d.span(x), y: d.span(y), conv: s, add: store == kernels.Add}
	a.weights = room(&p.partial, g.shares*s.K*g.columns)
	d.run(g.parts(&s), convWeightPart, a)
	a.n = ceilDiv(chunk, g.columns*max(1, g.shares))
	d.run(ceilDiv(s.K, a.n), convWeightSum, a)
}

// block returns how many whole images, or how many rows of one image, a part
// takes, if each row and what is computed from it needs so many floats.
func block(n, rows, floats, threads int) (images, height int) {
	if whole := rows * floats; whole <= blockFloats {
		return max(1, min(blockFloats/whole, n/(2*threads))), rows
	}
	bands := ceilDiv(rows, max(1, blockFloats/floats))
	return 1, ceilDiv(rows, bands)
}

// framedWidth returns the pixels in a framed row of x: all that filters look at
// and all that there are.
func framedWidth(s *kernels.ConvShape) int {
	return max((s.OutW-1)*s.StrideW+s.S, s.PadW+s.W)
}
