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
		dev.ZipStrided(kernels.SubOp, diff, x.Slice(i*d, n*d), []int{d, 1}, row(x, i, d), []int{0, 1}, []int{rest, d}, kernels.Set)
		norms(dev, dist, diff, rest, d)
		dev.CopyStrided(dst.Slice(i*n+i, n*n), []int{n}, dist, []int{1}, []int{rest}, kernels.Set)
		dev.Copy(dst.Slice(i*n+i, (i+1)*n), dist)
	}
}

// norms sets dst to the Euclidean norms of the n rows of x (n×d). It overwrites the elements
// of x by their squares.
func norms(dev kernels.Device, dst, x kernels.Buffer, n, d int) {
	dev.Map(kernels.Square, x, x)
	dev.Sum(dst, x, kernels.SumShape{K0: n, R0: d, K1: 1, R1: 1}, 1, kernels.Set)
	dev.Map(kernels.Sqrt, dst, dst)
}

// DistancesGrad is [kernels.Metric].DistancesGrad. Its composition multiplies, for
// each point i, the row of the weights (gᵢⱼ+gⱼᵢ)/distᵢⱼ by the n×d matrix whose row j is
// xᵢ−xⱼ. It uses memory for n·(3n+d) values and enqueues about 2·n kernels. A NaN in g
// reaches dx even where dist is 0.
func DistancesGrad(dev kernels.Device, dx, g, x, dist kernels.Buffer, n, d int, store kernels.Store) {
	if m, ok := dev.(kernels.Metric); ok {
		m.DistancesGrad(dx, g, x, dist, n, d, store)
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
	dev.ZipStrided(kernels.AddOp, weights, g, []int{n, 1}, g, []int{1, n}, []int{n, n}, kernels.Set)
	divideByNonzero(&s, weights, dist)
	var beta float32
	if store == kernels.Add {
		beta = 1
	}
	for i := range n {
		dev.ZipStrided(kernels.SubOp, differences, row(x, i, d), []int{0, 1}, x, []int{d, 1}, []int{n, d}, kernels.Set)
		dev.Gemm(kernels.Gemm{M: 1, N: d, K: n, Alpha: 1, Beta: beta, A: row(weights, i, n), B: differences, C: row(dx, i, d)})
	}
}

// PairsGrad is [kernels.Metric].PairsGrad. Its composition uses memory for
// len(pairs)·(2d+4) values and enqueues about 3·len(pairs) kernels.
func PairsGrad(dev kernels.Device, dx, x kernels.Buffer, n, d int, pairs []kernels.Pair, g kernels.Buffer, store kernels.Store) {
	if m, ok := dev.(kernels.Metric); ok {
		m.PairsGrad(dx, x, n, d, pairs, g, store)
		return
	}
	check.Pairs(dx, x, n, d, pairs, g)
	if store == kernels.Set {
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
		dev.Zip(kernels.SubOp, row(differences, k, d), row(x, int(p.U), d), row(x, int(p.V), d), kernels.Set)
	}
	dev.Copy(squares, differences)
	norms(dev, lengths, squares, count, d)
	dev.Write(weights, coefs)
	zipScalar(dev, kernels.MulOp, weights, weights, g, kernels.Set)
	divideByNonzero(&s, weights, lengths)
	pushes := squares
	dev.ZipStrided(kernels.MulOp, pushes, differences, []int{d, 1}, weights, []int{1, 0}, []int{count, d}, kernels.Set)
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
	zipScalar(dev, kernels.GreaterOp, positive, y, s.constant(0), kernels.Set) // ½ where y = 0
	dev.Affine(positive, positive, 2, -1, kernels.Set)

	dev.Affine(t, positive, -1, 1, kernels.Set) // 1 where y = 0
	bound := positive
	dev.Zip(kernels.DivOp, bound, positive, t, kernels.Set)
	dev.Zip(kernels.AddOp, t, t, y, kernels.Set) // y, or 1 where y = 0
	dev.Zip(kernels.DivOp, x, x, t, kernels.Set)

	dev.Zip(kernels.MinOp, x, x, bound, kernels.Set)
	dev.Affine(bound, bound, -1, 0, kernels.Set)
	dev.Zip(kernels.MaxOp, x, x, bound, kernels.Set)
}
