package fused

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/internal/check"
)

// Distances is [kernels.Metric].Distances. Its composition computes, for each point, a row
// of distances to that point and the points after it, and copies the row to the column below
// the diagonal. It uses memory for n·(d+1) values and enqueues 6·n kernels.
func Distances(dev kernels.Device, dst, x kernels.Buffer, n, d int) {
	if m, ok := dev.(kernels.Metric); ok {
		m.Distances(dst, x, n, d)
		return
	}
	check.Cloud("Distances", x, n, d, dst)
	s := newScratch(dev)
	defer s.free()
	differences, distances := s.alloc(n*d), s.alloc(n)
	for i := range n {
		rest := n - i
		diff, dist := differences.Slice(0, rest*d), distances.Slice(0, rest)
		dev.ZipStrided(kernels.Sub, diff, x.Slice(i*d, n*d), []int{d, 1}, row(x, i, d), []int{0, 1}, []int{rest, d}, kernels.Overwrite)
		norms(dev, dist, diff, rest, d)
		dev.CopyStrided(dst.Slice(i*n+i, n*n), []int{n}, dist, []int{1}, []int{rest}, kernels.Overwrite)
		dev.Copy(dst.Slice(i*n+i, (i+1)*n), dist)
	}
}

// norms sets dst to the Euclidean norms of the n rows of x (n×d). It overwrites the elements
// of x by their squares.
func norms(dev kernels.Device, dst, x kernels.Buffer, n, d int) {
	dev.Map(kernels.Square, x, x)
	dev.Sum(dst, x, kernels.SumShape{K0: n, R0: d, K1: 1, R1: 1}, 1, kernels.Overwrite)
	dev.Map(kernels.Sqrt, dst, dst)
}

// DistancesGrad is [kernels.Metric].DistancesGrad. Its composition multiplies, for
// each point i, the row of the weights (gᵢⱼ+gⱼᵢ)/distᵢⱼ by the n×d matrix whose row j is
// xᵢ−xⱼ. It uses memory for n·(3n+d) values and enqueues about 2·n kernels. A NaN in g
// reaches dx even where dist is 0.
func DistancesGrad(dev kernels.Device, dx, g, x, dist kernels.Buffer, n, d int, mode kernels.WriteMode) {
	if m, ok := dev.(kernels.Metric); ok {
		m.DistancesGrad(dx, g, x, dist, n, d, mode)
		return
	}
	check.Cloud("DistancesGrad", x, n, d, g, dist)
	check.Len("DistancesGrad", "destination", dx.Len(), n*d)
	if n*d == 0 {
		return
	}
	s := newScratch(dev)
	defer s.free()
	weights, differences := s.alloc(n*n), s.alloc(n*d)
	dev.ZipStrided(kernels.Add, weights, g, []int{n, 1}, g, []int{1, n}, []int{n, n}, kernels.Overwrite)
	divideByNonzero(&s, weights, dist)
	var beta float32
	if mode == kernels.Accumulate {
		beta = 1
	}
	for i := range n {
		dev.ZipStrided(kernels.Sub, differences, row(x, i, d), []int{0, 1}, x, []int{d, 1}, []int{n, d}, kernels.Overwrite)
		dev.Gemm(kernels.Gemm{M: 1, N: d, K: n, Alpha: 1, Beta: beta, A: row(weights, i, n), B: differences, C: row(dx, i, d), Unrounded: true})
	}
}

// PairsGrad is [kernels.Metric].PairsGrad. Its composition uses memory for
// len(pairs)·(2d+4) values and enqueues about 3·len(pairs) kernels.
func PairsGrad(dev kernels.Device, dx, x kernels.Buffer, n, d int, pairs []kernels.Pair, g kernels.Buffer, mode kernels.WriteMode) {
	if m, ok := dev.(kernels.Metric); ok {
		m.PairsGrad(dx, x, n, d, pairs, g, mode)
		return
	}
	check.Pairs(dx, x, n, d, pairs, g)
	if mode == kernels.Overwrite {
		dev.Fill(dx, 0)
	}
	count := len(pairs)
	if count*d == 0 {
		return
	}
	s := newScratch(dev)
	defer s.free()
	differences, squares := s.alloc(count*d), s.alloc(count*d)
	weights, lengths := s.alloc(count), s.alloc(count)
	coefs := make([]float32, count)
	for k, p := range pairs {
		coefs[k] = p.Coef
		dev.Zip(kernels.Sub, row(differences, k, d), row(x, int(p.U), d), row(x, int(p.V), d), kernels.Overwrite)
	}
	dev.Copy(squares, differences)
	norms(dev, lengths, squares, count, d)
	dev.Write(weights, coefs)
	zipScalar(dev, kernels.Mul, weights, weights, g, kernels.Overwrite)
	divideByNonzero(&s, weights, lengths)
	pushes := squares
	dev.ZipStrided(kernels.Mul, pushes, differences, []int{d, 1}, weights, []int{1, 0}, []int{count, d}, kernels.Overwrite)
	for k, p := range pairs {
		dev.AddScaled(row(dx, int(p.U), d), 1, row(pushes, k, d))
		dev.AddScaled(row(dx, int(p.V), d), -1, row(pushes, k, d))
	}
}

// divideByNonzero sets x = x/y where y > 0, and x = 0 where y = 0. If x is NaN it stays NaN.
// No y may be negative.
//
// [kernels.Device] has no kernel that chooses between two values. With positive = 1 where
// y > 0 and 0 where y = 0, the composition divides by y + (1−positive), which is never 0.
// Then it clamps the quotient to ±positive/(1−positive), a bound that is infinite where
// y > 0 and 0 where y = 0.
func divideByNonzero(s *scratch, x, y kernels.Buffer) {
	dev, n := s.dev, x.Len()
	positive, t := s.alloc(n), s.alloc(n)
	zipScalar(dev, kernels.Greater, positive, y, s.constant(0), kernels.Overwrite) // ½ where y = 0
	dev.Affine(positive, positive, 2, -1, kernels.Overwrite)

	dev.Affine(t, positive, -1, 1, kernels.Overwrite) // 1 where y = 0
	bound := positive
	dev.Zip(kernels.Div, bound, positive, t, kernels.Overwrite)
	dev.Zip(kernels.Add, t, t, y, kernels.Overwrite) // y, or 1 where y = 0
	dev.Zip(kernels.Div, x, x, t, kernels.Overwrite)

	dev.Zip(kernels.Min, x, x, bound, kernels.Overwrite)
	dev.Affine(bound, bound, -1, 0, kernels.Overwrite)
	dev.Zip(kernels.Max, x, x, bound, kernels.Overwrite)
}
