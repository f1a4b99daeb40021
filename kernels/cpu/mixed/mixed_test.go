package mixed

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func random32(n int) []float32 {
	random := rand.New(rand.NewPCG(1, uint64(n)))
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(random.NormFloat64())
	}
	return x
}

func random64(n int) []float64 {
	random := rand.New(rand.NewPCG(2, uint64(n)))
	x := make([]float64, n)
	for i := range x {
		x[i] = random.NormFloat64()
	}
	return x
}

func TestDots(t *testing.T) {
	for _, n := range []int{0, 1, 7, 8, 9, 31, 64, 100} {
		for _, stride := range []int{n, n + 3} {
			a, b, w := random32(n), random32(n + 5)[5:], random64(4*stride)
			var want, plain [8]float64
			for c := range 4 {
				for k := range n {
					want[2*c] += float64(a[k]) * w[c*stride+k]
					want[2*c+1] += float64(b[k]) * w[c*stride+k]
				}
			}
			got := [8]float64{1, 2, 3} // overwritten
			Dots(&got, a, b, w, stride)
			require.InDeltaSlice(t, want[:], got[:], 1e-12)
			dots(&plain, a, b, w, stride)
			require.InDeltaSlice(t, want[:], plain[:], 1e-12)
		}
	}
}

func TestAddRows(t *testing.T) {
	for _, columns := range []int{0, 1, 2, 3, 10} {
		for _, pitch := range []int{Width, Width + 1, 200} {
			rows, factors := random32((Height-1)*pitch+Width), random64(columns*Height)
			want := random64(columns*Width + 3)
			got, plain := append([]float64(nil), want...), append([]float64(nil), want...)
			for c := range columns {
				for k := range Width {
					for r := range Height {
						want[c*Width+k] += factors[c*Height+r] * float64(rows[r*pitch+k])
					}
				}
			}
			AddRows(got, rows, pitch, factors)
			require.InDeltaSlice(t, want, got, 1e-12)
			addRows(plain[:columns*Width], rows, pitch, factors)
			require.InDeltaSlice(t, want, plain, 1e-12)
		}
	}
	require.Panics(t, func() {
		AddRows(make([]float64, Width), make([]float32, Height*Width-1), Width, make([]float64, Height))
	})
}

func BenchmarkDots(b *testing.B) {
	x, y, w := random32(784), random32(784), random64(4*784)
	var s [8]float64
	b.SetBytes(8 * 784) // multiply-adds
	for b.Loop() {
		Dots(&s, x, y, w, 784)
	}
}

func BenchmarkAddRows(b *testing.B) {
	rows, factors, sums := random32(Height*784), random64(10*Height), make([]float64, 10*Width)
	b.SetBytes(Height * Width * 10)
	for b.Loop() {
		AddRows(sums, rows, 784, factors)
	}
}
