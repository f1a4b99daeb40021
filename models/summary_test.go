package models_test

import "math"

// The reference values come from PyTorch in float64. The inputs, such as weights and noise,
// are values of a hash, so that they need not be stored.

// hash returns value i of sequence k, uniform in [−½, ½).
func hash(i, k int) float64 {
	x := uint32(i)*0x9E3779B9 + uint32(k+1)*0x85EBCA6B
	x ^= x >> 16
	x *= 0x7feb352d
	x ^= x >> 15
	x *= 0x846ca68b
	x ^= x >> 16
	return float64(x)/4294967296 - 0.5
}

// pictures returns n images whose pixels are values of the hash.
func pictures(n int) []float32 {
	images := make([]float32, n*784)
	for i := range images {
		x := hash(i, 3000) + 0.5
		images[i] = float32(x * x)
	}
	return images
}

// A summary holds a few numbers of an array that are compared in its place.
type summary struct {
	Name    string    `json:"name"`
	First64 []float64 `json:"first64"`
	First8  []float64 `json:"first8"`
	Last4   []float64 `json:"last4"`
	Sum     float64   `json:"sum"`
	Norm    float64   `json:"norm"`
	DotHash float64   `json:"dot_hash"` // with sequence 2000+k
	AbsMax  float64   `json:"absmax"`
}

// deviation returns the largest relative deviation of the array x from the summary. Elements
// are compared relative to the largest one, and sums relative to the norm of the array, since
// their terms cancel.
func (s summary) deviation(x []float32, k int) float64 {
	var sum, square, dot, absmax float64
	for i, v := range x {
		v := float64(v)
		sum += v
		square += v * v
		dot += v * hash(i, 2000+k) * 2
		absmax = max(absmax, math.Abs(v))
	}
	worst := 0.0
	compare := func(want, got, scale float64) {
		worst = max(worst, math.Abs(got-want)/scale) // NaN is the largest
	}
	for _, first := range [][]float64{s.First64, s.First8} {
		for i, want := range first {
			compare(want, float64(x[i]), s.AbsMax)
		}
	}
	for i, want := range s.Last4 {
		compare(want, float64(x[len(x)-len(s.Last4)+i]), s.AbsMax)
	}
	root := s.Norm * math.Sqrt(float64(len(x)))
	compare(s.Norm, math.Sqrt(square), s.Norm)
	compare(s.AbsMax, absmax, s.AbsMax)
	compare(s.Sum, sum, root)
	compare(s.DotHash, dot, root)
	return worst
}
