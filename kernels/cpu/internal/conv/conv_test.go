package conv

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu/internal/simd"
)

// A precision is the methods of a Convolver that round their operands by the function round.
type precision struct {
	name       string
	round      func(float32) float32
	forward    func(*Convolver, Forward)
	transpose  func(*Convolver, Transpose)
	weightGrad func(*Convolver, WeightGrad)
}

var precisions = []precision{
	{"float32", func(v float32) float32 { return v }, (*Convolver).Forward, (*Convolver).Transpose, (*Convolver).WeightGrad},
	{"bf16", kernels.RoundBFloat16, (*Convolver).ForwardRounded, (*Convolver).TransposeRounded, (*Convolver).WeightGradRounded},
}

// of returns x in the precision.
func (p *precision) of(x []float32) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = p.round(v)
	}
	return y
}

// testConv computes Forward, Transpose and WeightGrad of one shape with each instruction set
// and in each precision, and compares them with their definitions: without options, with a
// bias and an activation, and with Add.
func testConv(t testing.TB, all map[simd.Set]*Convolver, rng *rand.Rand, s kernels.ConvShape, act kernels.Func) {
	t.Helper()
	for _, p := range precisions {
		testPrecision(t, all, rng, s, act, p)
	}
}

func testPrecision(t testing.TB, all map[simd.Set]*Convolver, rng *rand.Rand, s kernels.ConvShape, act kernels.Func, p precision) {
	t.Helper()
	x, y, w := normals(rng, s.N*s.C*s.H*s.W), normals(rng, s.N*s.K*s.OutH*s.OutW), normals(rng, s.K*s.C*s.R*s.S)
	xBias, yBias := normals(rng, s.C), normals(rng, s.K)
	ySums, xSums, wSums := exact(s, p.of(x), p.of(y), p.of(w))
	yWant := expectation{sums: ySums, terms: s.C * s.R * s.S, plane: s.OutH * s.OutW}
	xWant := expectation{sums: xSums, terms: s.K * s.R * s.S, plane: s.H * s.W}
	wWant := expectation{sums: wSums, terms: s.N * s.OutH * s.OutW}
	unset := func(n int) []float32 { // NaN: an element that is not overwritten stays NaN and fails the test
		return slices.Repeat([]float32{float32(math.NaN())}, n)
	}
	for set, c := range all {
		what := fmt.Sprintf("%v, %s: %+v", set, p.name, s)

		dst := unset(len(y))
		p.forward(c, Forward{Shape: s, Y: dst, X: x, W: w})
		yWant.check(t, dst, what)
		dst = unset(len(y))
		p.forward(c, Forward{Shape: s, Y: dst, X: x, W: w, Bias: yBias, Activation: act})
		want := yWant
		want.bias, want.act = yBias, act
		want.check(t, dst, what)

		dst = unset(len(x))
		p.transpose(c, Transpose{Shape: s, X: dst, Y: y, W: w})
		xWant.check(t, dst, what)
		dst = unset(len(x))
		p.transpose(c, Transpose{Shape: s, X: dst, Y: y, W: w, Bias: xBias, Activation: act})
		want = xWant
		want.bias, want.act = xBias, act
		want.check(t, dst, what)
		dst = slices.Clone(x)
		p.transpose(c, Transpose{Shape: s, X: dst, Y: y, W: w, Add: true})
		want = xWant
		want.before = x
		want.check(t, dst, what)

		dst = unset(len(w))
		p.weightGrad(c, WeightGrad{Shape: s, DW: dst, X: x, Y: y})
		wWant.check(t, dst, what)
		dst = slices.Clone(w)
		p.weightGrad(c, WeightGrad{Shape: s, DW: dst, X: x, Y: y, Add: true})
		want = wWant
		want.before = w
		want.check(t, dst, what)
	}
}

var activations = []kernels.Func{kernels.ReLU, kernels.Tanh, kernels.Identity}

// TestConvAcrossBlocks tries shapes that are divided in different ways. A block is several
// images, or a band, some rows of one image. A run is the S·C consecutive elements of a row
// of a patch, and may be longer than microkernel.DepthBlock. A phase of Transpose may have no
// taps.
func TestConvAcrossBlocks(t *testing.T) {
	all := convolvers(t, 3)
	rng := rand.New(rand.NewPCG(11, 12))
	for i, s := range []kernels.ConvShape{
		square(40, 1, 12, 9, 4, 2, 1),  // blocks of many small images
		square(1, 20, 80, 12, 3, 1, 1), // one image, divided into bands
		square(2, 33, 40, 40, 3, 2, 0), // two images, divided into bands
		square(1, 130, 6, 9, 3, 1, 1),  // runs of 390 elements in Forward
		square(1, 9, 5, 300, 2, 1, 0),  // runs of 600 elements in Transpose
		square(2, 11, 13, 10, 2, 4, 2), // a stride larger than the filter
		square(3, 2, 60, 3, 5, 1, 4),   // a padding almost as large as the filter
		square(1, 3, 300, 2, 3, 1, 1),  // rows of y with more than microkernel.DepthBlock pixels
		square(70, 8, 3, 8, 3, 1, 1),   // many blocks of tiny images
		square(0, 3, 5, 4, 3, 1, 1),    // no images
		{N: 2, C: 12, H: 9, W: 70, K: 10, R: 5, S: 2, StrideH: 1, StrideW: 3, PadH: 3, PadW: 0, OutH: 11, OutW: 23},
	} {
		testConv(t, all, rng, s, activations[i%3])
	}
}

// TestFewChannels tries shapes with few channels, which use im2col and col2im, with various
// strides and borders, and with pixels of x that no filter reaches.
func TestFewChannels(t *testing.T) {
	all := convolvers(t, 3)
	rng := rand.New(rand.NewPCG(13, 14))
	for i, s := range []kernels.ConvShape{
		square(30, 1, 28, 32, 4, 2, 1),
		square(2, 3, 32, 7, 3, 1, 1),
		square(3, 7, 17, 5, 4, 2, 3),
		square(2, 2, 29, 3, 3, 3, 2),
		square(1, 3, 41, 6, 2, 4, 0),  // pixels of x that no filter reaches
		square(2, 1, 4, 2, 1, 1, 0),   // 16 pixels of y, the lanes of one vector
		square(2, 1, 6, 9, 2, 1, 0),   // 25 pixels of y, fewer than the lanes of two vectors
		square(1, 5, 150, 2, 5, 1, 2), // an image of y, divided into bands
		square(1, 4, 200, 2, 4, 2, 1),
		{N: 2, C: 2, H: 7, W: 131, K: 3, R: 2, S: 5, StrideH: 3, StrideW: 2, PadH: 1, PadW: 4, OutH: 3, OutW: 68},
		{N: 2, C: 2, H: 130, W: 3, K: 5, R: 5, S: 2, StrideH: 1, StrideW: 2, PadH: 4, PadW: 1, OutH: 134, OutW: 2},
		{N: 2, C: 1, H: 130, W: 1, K: 3, R: 2, S: 2, StrideH: 1, StrideW: 3, PadH: 0, PadW: 1, OutH: 129, OutW: 1},
		{N: 1, C: 1, H: 2, W: 300, K: 2, R: 5, S: 3, StrideH: 1, StrideW: 1, PadH: 40, PadW: 0, OutH: 78, OutW: 298}, // bands of y that depend on the border of x only
		{N: 1, C: 1, H: 1, W: 300, K: 4, R: 3, S: 6, StrideH: 2, StrideW: 5, PadH: 2, PadW: 0, OutH: 2, OutW: 59},
	} {
		testConv(t, all, rng, s, activations[i%3])
	}
}

// TestJoinedPhases tries transposed convolutions in which one micro-tile computes a group of
// StrideW neighboring pixels, with at least one instruction set. The border of x cuts groups
// at either end, rows have no whole group, phases have no taps, and images are divided into
// bands.
func TestJoinedPhases(t *testing.T) {
	all := convolvers(t, 3)
	rng := rand.New(rand.NewPCG(15, 16))
	i := 0
	for _, channels := range []int{8, 16, 32, 24} {
		for _, s := range []kernels.ConvShape{
			square(5, channels, 14, 9, 4, 2, 1),
			square(2, channels, 7, 8, 2, 2, 0),
			square(1, channels, 11, 9, 2, 2, 1),
			square(2, channels, 2, 8, 4, 2, 1),
			square(1, channels, 60, 17, 4, 2, 1), // an image of x, divided into bands
			{N: 2, C: channels, H: 5, W: 1, K: 8, R: 3, S: 2, StrideH: 1, StrideW: 2, PadH: 1, PadW: 1, OutH: 5, OutW: 1},
			{N: 1, C: channels, H: 7, W: 6, K: 8, R: 1, S: 4, StrideH: 3, StrideW: 2, PadH: 0, PadW: 2, OutH: 3, OutW: 4},
			{N: 1, C: channels, H: 4, W: 13, K: 8, R: 2, S: 4, StrideH: 1, StrideW: 4, PadH: 0, PadW: 1, OutH: 3, OutW: 3},
		} {
			testConv(t, all, rng, s, activations[(i+i/9)%3])
			i++
		}
	}
}

// TestConvAllocatesNothing repeats convolutions of shapes that use all algorithms. It uses
// one worker. A worker allocates memory when it computes its first part, and with several
// workers the time of that depends on chance.
func TestConvAllocatesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	for set, c := range convolvers(t, 1) {
		for _, s := range []kernels.ConvShape{
			square(5, 9, 11, 17, 3, 2, 1), square(20, 3, 31, 16, 4, 1, 1), square(20, 3, 31, 16, 4, 2, 1), square(20, 3, 31, 16, 4, 3, 1),
		} {
			x, y, w := normals(rng, s.N*s.C*s.H*s.W), normals(rng, s.N*s.K*s.OutH*s.OutW), normals(rng, s.K*s.C*s.R*s.S)
			bias := normals(rng, s.K)
			step := func() {
				c.Forward(Forward{Shape: s, Y: y, X: x, W: w, Bias: bias, Activation: kernels.Sigmoid})
				c.Transpose(Transpose{Shape: s, X: x, Y: y, W: w})
				c.WeightGrad(WeightGrad{Shape: s, DW: w, X: x, Y: y})
				c.ForwardRounded(Forward{Shape: s, Y: y, X: x, W: w, Bias: bias, Activation: kernels.Sigmoid})
				c.TransposeRounded(Transpose{Shape: s, X: x, Y: y, W: w})
				c.WeightGradRounded(WeightGrad{Shape: s, DW: w, X: x, Y: y})
			}
			step()
			require.Zero(t, testing.AllocsPerRun(20, step), "%v: %+v", set, s)
		}
	}
}

func FuzzConv(f *testing.F) {
	f.Add(uint64(1), uint8(1), uint8(28), uint8(28), uint8(32))
	f.Add(uint64(2), uint8(70), uint8(5), uint8(9), uint8(20))
	all := convolvers(f, 3)
	f.Fuzz(func(t *testing.T, seed uint64, c, h, w, k uint8) {
		rng := rand.New(rand.NewPCG(seed, 0))
		s := kernels.ConvShape{
			N: 1 + rng.IntN(3), C: 1 + int(c%72), H: 1 + int(h%32), W: 1 + int(w%32), K: 1 + int(k%72),
			R: 1 + rng.IntN(5), S: 1 + rng.IntN(5), StrideH: 1 + rng.IntN(3), StrideW: 1 + rng.IntN(3), PadH: rng.IntN(4), PadW: rng.IntN(4),
		}
		if s.H+2*s.PadH < s.R || s.W+2*s.PadW < s.S || s.N*s.C*s.K*s.H*s.W > 1<<18 {
			return
		}
		s.OutH, s.OutW = (s.H+2*s.PadH-s.R)/s.StrideH+1, (s.W+2*s.PadW-s.S)/s.StrideW+1
		testConv(t, all, rng, s, activations[seed%3])
	})
}
