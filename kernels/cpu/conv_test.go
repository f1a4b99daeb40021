package cpu_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
)

// square returns the shape of a convolution of square images by square filters.
func square(n, c, size, k, kernel, stride, pad int) kernels.ConvShape {
	out := (size+2*pad-kernel)/stride + 1
	return kernels.ConvShape{N: n, C: c, H: size, W: size, K: k, R: kernel, S: kernel, StrideH: stride, StrideW: stride, PadH: pad, PadW: pad, OutH: out, OutW: out}
}

// exactConv computes the three convolutions by their definition in float64. Each result
// is the sums, followed by the sums of the magnitudes of their terms.
func exactConv(s kernels.ConvShape, x, y, w []float32) (ysums, xsums, wsums [2][]float64) {
	for i := range 2 {
		ysums[i], xsums[i], wsums[i] = make([]float64, len(y)), make([]float64, len(x)), make([]float64, len(w))
	}
	add := func(sums *[2][]float64, at int, v float64) {
		sums[0][at] += v
		sums[1][at] += math.Abs(v)
	}
	for n := range s.N {
		for k := range s.K {
			for oh := range s.OutH {
				for ow := range s.OutW {
					iy := ((n*s.K+k)*s.OutH+oh)*s.OutW + ow
					for c := range s.C {
						for r := range s.R {
							for q := range s.S {
								h, v := oh*s.StrideH+r-s.PadH, ow*s.StrideW+q-s.PadW
								if h < 0 || h >= s.H || v < 0 || v >= s.W {
									continue
								}
								ix, iw := ((n*s.C+c)*s.H+h)*s.W+v, ((k*s.C+c)*s.R+r)*s.S+q
								add(&ysums, iy, float64(x[ix])*float64(w[iw]))
								add(&xsums, ix, float64(y[iy])*float64(w[iw]))
								add(&wsums, iw, float64(x[ix])*float64(y[iy]))
							}
						}
					}
				}
			}
		}
	}
	return ysums, xsums, wsums
}

// testConv compares the three convolutions with exactConv, on random values.
func testConv(t testing.TB, dev *cpu.Device, rng *rand.Rand, s kernels.ConvShape) {
	t.Helper()
	x, xvals := upload(dev, rng, s.N*s.C*s.H*s.W)
	y, yvals := upload(dev, rng, s.N*s.K*s.OutH*s.OutW)
	w, wvals := upload(dev, rng, s.K*s.C*s.R*s.S)
	ysums, xsums, wsums := exactConv(s, xvals, yvals, wvals)
	none := kernels.Buffer{}

	to := dev.Alloc(y.Len())
	dev.Conv(s, to, x, w, none, kernels.Identity)
	requireSums(t, download(t, dev, to), ysums[0], ysums[1], s.C*s.R*s.S, s)
	dev.Free(to)

	to = dev.Alloc(x.Len())
	dev.ConvTranspose(s, to, y, w, none, kernels.Identity, kernels.Set)
	requireSums(t, download(t, dev, to), xsums[0], xsums[1], s.K*s.R*s.S, s)
	dev.Free(to)

	to = dev.Alloc(w.Len())
	dev.ConvWeightGrad(s, to, x, y, kernels.Set)
	requireSums(t, download(t, dev, to), wsums[0], wsums[1], s.N*s.OutH*s.OutW, s)
	dev.Free(to)

	for _, b := range []kernels.Buffer{x, y, w} {
		freeWhole(dev, b)
	}
}

// TestConvAcrossBlocks tries shapes that are divided in all ways: blocks of images,
// bands of an image, runs longer than a block, phases without taps.
func TestConvAcrossBlocks(t *testing.T) {
	dev := cpu.New(cpu.Threads(3))
	defer dev.Close()
	rng := rand.New(rand.NewPCG(11, 12))
	for _, s := range []kernels.ConvShape{
		square(40, 1, 12, 9, 4, 2, 1),  // blocks of many small images
		square(1, 20, 80, 12, 3, 1, 1), // one image in bands
		square(2, 33, 40, 40, 3, 2, 0), // bands of two images
		square(1, 130, 6, 9, 3, 1, 1),  // runs of 390 weights
		square(1, 9, 5, 300, 2, 1, 0),  // runs of 600 in the other direction
		square(2, 11, 13, 10, 2, 4, 2), // stride beyond the kernel
		square(3, 2, 60, 3, 5, 1, 4),   // padding almost beyond the kernel, narrow
		square(1, 3, 300, 2, 3, 1, 1),  // rows longer than a block of pixels
		square(70, 8, 3, 8, 3, 1, 1),   // many blocks of tiny images
		{N: 2, C: 12, H: 9, W: 70, K: 10, R: 5, S: 2, StrideH: 1, StrideW: 3, PadH: 3, PadW: 0, OutH: 11, OutW: 23},
	} {
		testConv(t, dev, rng, s)
	}
}

// TestFewChannels tries convolutions by im2col and col2im: various strides, borders and
// pixels that filters do not reach, with bias, activations and adding.
func TestFewChannels(t *testing.T) {
	dev := cpu.New(cpu.Threads(3))
	defer dev.Close()
	rng := rand.New(rand.NewPCG(13, 14))
	for i, s := range []kernels.ConvShape{
		square(30, 1, 28, 32, 4, 2, 1),
		square(2, 3, 32, 7, 3, 1, 1),
		square(3, 7, 17, 5, 4, 2, 3),
		square(2, 2, 29, 3, 3, 3, 2),
		square(1, 3, 41, 6, 2, 4, 0),  // pixels that no filter reaches
		square(2, 1, 4, 2, 1, 1, 0),   // exactly one vector of pixels
		square(2, 1, 6, 9, 2, 1, 0),   // 25 pixels, fewer than two vectors have lanes
		square(1, 5, 150, 2, 5, 1, 2), // bands
		square(1, 4, 200, 2, 4, 2, 1),
		{N: 2, C: 2, H: 7, W: 131, K: 3, R: 2, S: 5, StrideH: 3, StrideW: 2, PadH: 1, PadW: 4, OutH: 3, OutW: 68},
		{N: 2, C: 2, H: 130, W: 3, K: 5, R: 5, S: 2, StrideH: 1, StrideW: 2, PadH: 4, PadW: 1, OutH: 134, OutW: 2},
		{N: 2, C: 1, H: 130, W: 1, K: 3, R: 2, S: 2, StrideH: 1, StrideW: 3, PadH: 0, PadW: 1, OutH: 129, OutW: 1},
		{N: 1, C: 1, H: 2, W: 300, K: 2, R: 5, S: 3, StrideH: 1, StrideW: 1, PadH: 40, PadW: 0, OutH: 78, OutW: 298}, // bands that lie in the border
		{N: 1, C: 1, H: 1, W: 300, K: 4, R: 3, S: 6, StrideH: 2, StrideW: 5, PadH: 2, PadW: 0, OutH: 2, OutW: 59},
	} {
		testConv(t, dev, rng, s)
		act := []kernels.Func{kernels.ReLU, kernels.Tanh, kernels.Identity}[i%3]
		testConvBias(t, dev, rng, s, act)
	}
}

// TestJoinedPhases tries transposed convolutions whose phases are joined with at least one
// instruction set: groups of pixels that are cut at either end, rows without a whole
// group, phases without taps, bands.
func TestJoinedPhases(t *testing.T) {
	dev := cpu.New(cpu.Threads(3))
	defer dev.Close()
	rng := rand.New(rand.NewPCG(15, 16))
	i := 0
	for _, channels := range []int{8, 16, 32, 24} {
		for _, s := range []kernels.ConvShape{
			square(5, channels, 14, 9, 4, 2, 1),
			square(2, channels, 7, 8, 2, 2, 0),
			square(1, channels, 11, 9, 2, 2, 1),
			square(2, channels, 2, 8, 4, 2, 1),
			square(1, channels, 60, 17, 4, 2, 1), // bands
			square(2, channels, 9, 8, 4, 4, 3),
			{N: 2, C: channels, H: 5, W: 1, K: 8, R: 3, S: 2, StrideH: 1, StrideW: 2, PadH: 1, PadW: 1, OutH: 5, OutW: 1},
			{N: 1, C: channels, H: 7, W: 6, K: 8, R: 1, S: 4, StrideH: 3, StrideW: 2, PadH: 0, PadW: 2, OutH: 3, OutW: 4},
			{N: 1, C: channels, H: 4, W: 13, K: 8, R: 2, S: 4, StrideH: 1, StrideW: 4, PadH: 0, PadW: 1, OutH: 3, OutW: 3},
		} {
			testConv(t, dev, rng, s)
			testConvBias(t, dev, rng, s, []kernels.Func{kernels.ReLU, kernels.Tanh, kernels.Identity}[(i+i/9)%3])
			i++
		}
	}
}

// testConvBias tests bias, activations and adding, which testConv does not use.
func testConvBias(t *testing.T, dev *cpu.Device, rng *rand.Rand, s kernels.ConvShape, act kernels.Func) {
	t.Helper()
	x, xvals := upload(dev, rng, s.N*s.C*s.H*s.W)
	y, yvals := upload(dev, rng, s.N*s.K*s.OutH*s.OutW)
	w, wvals := upload(dev, rng, s.K*s.C*s.R*s.S)
	ysums, xsums, _ := exactConv(s, xvals, yvals, wvals)
	check := func(got []float64, bias []float32, sums [2][]float64, before []float32, n int) {
		t.Helper()
		plane := len(got) / s.N / len(bias)
		for i := range got {
			b := float64(bias[i/plane%len(bias)])
			want, bound := sums[0][i]+b, (sums[1][i]+math.Abs(b))*float64(n+5)*0x1p-24
			switch act {
			case kernels.ReLU:
				want = max(want, 0)
			case kernels.Tanh:
				want, bound = math.Tanh(want), bound+4*0x1p-24
			}
			if before != nil {
				want += float64(before[i])
				bound += math.Abs(want) * 0x1p-24
			}
			if !(math.Abs(got[i]-want) <= bound) {
				t.Fatalf("%+v, %v: element %d is %v, want %v ± %v", s, act, i, got[i], want, bound)
			}
		}
	}

	bias, bvals := upload(dev, rng, s.K)
	to := dev.Alloc(y.Len())
	nan := float32(math.NaN()) // elements that are not stored stay NaN and fail the test
	dev.Fill(to, nan)
	dev.Conv(s, to, x, w, bias, act)
	check(download(t, dev, to), bvals, ysums, nil, s.C*s.R*s.S)
	dev.Free(to)

	bias, bvals = upload(dev, rng, s.C)
	to = dev.Alloc(x.Len())
	dev.Fill(to, nan)
	dev.ConvTranspose(s, to, y, w, bias, act, kernels.Set)
	check(download(t, dev, to), bvals, xsums, nil, s.K*s.R*s.S)
	if act == kernels.Identity {
		none, zeros := kernels.Buffer{}, make([]float32, s.C)
		dev.ConvTranspose(s, x, y, w, none, act, kernels.Add)
		check(download(t, dev, x), zeros, xsums, xvals, s.K*s.R*s.S)
	}
	dev.Free(to)
}

func TestFewChannelsAllocateNothing(t *testing.T) {
	dev := cpu.New(cpu.Threads(2))
	defer dev.Close()
	rng := rand.New(rand.NewPCG(15, 16))
	for stride := 1; stride <= 3; stride++ {
		s := square(20, 3, 31, 16, 4, stride, 1)
		x, _ := upload(dev, rng, s.N*s.C*s.H*s.W)
		y, _ := upload(dev, rng, s.N*s.K*s.OutH*s.OutW)
		w, _ := upload(dev, rng, s.K*s.C*s.R*s.S)
		bias, _ := upload(dev, rng, s.K)
		step := func() {
			dev.Conv(s, y, x, w, bias, kernels.ReLU)
			dev.ConvTranspose(s, x, y, w, kernels.Buffer{}, kernels.Identity, kernels.Set)
		}
		for range 20 {
			step() // each thread's scratch memory grows once
		}
		require.Zero(t, testing.AllocsPerRun(20, step), "stride %d", stride)
	}
}

func FuzzConv(f *testing.F) {
	f.Add(uint64(1), uint8(1), uint8(28), uint8(28), uint8(32))
	f.Add(uint64(2), uint8(70), uint8(5), uint8(9), uint8(20))
	dev := cpu.New(cpu.Threads(2))
	f.Cleanup(func() { dev.Close() })
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
		testConv(t, dev, rng, s)
	})
}
