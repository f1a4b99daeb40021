package cpu_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
)

// square returns the shape of a convolution whose sides are equal.
func square(n, c, size, k, kernel, stride, pad int) kernels.ConvShape {
	out := (size+2*pad-kernel)/stride + 1
	return kernels.ConvShape{N: n, C: c, H: size, W: size, K: k, R: kernel, S: kernel, StrideH: stride, StrideW: stride, PadH: pad, PadW: pad, OutH: out, OutW: out}
}

// exactConv computes all three convolutions by their definition: the sums for
// y, x and w, each with the sums of magnitudes behind it.
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

// TestConvAcrossBlocks tries shapes that are divided in every way there is:
// images in blocks and in bands, runs longer than a block, phases without taps.
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
