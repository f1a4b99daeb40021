package metrics

import (
	"context"
	"math"
	"sync"

	"gonum.org/v1/gonum/mat"

	"github.com/topogen/topogen/ph"
)

// Frechet returns the squared Fréchet distance between Gaussians with the means and
// covariances of the two clouds (Dowson and Landau 1982):
//
//	‖μ − ν‖² + tr(Σ + T − 2(ΣT)^½).
//
// Between features of a classifier it is the Fréchet inception distance of Heusel et al.
// (2017, arXiv:1706.08500), with another classifier. It grows as clouds shrink: compare
// values for equal numbers of points. It is never negative but for rounding, and NaN if a
// cloud has one point.
//
// Let the rows of the matrices A and B be the centred points of the clouds. Then tr (ΣT)^½ is
// the sum of the singular values of ABᵀ, divided by √((n−1)(m−1)). They do not change if a
// matrix with more rows than columns is replaced by the triangle R of its QR decomposition. So
// the distance takes O(k²(n+m+Dim)) time, where k is the least of n, m and Dim.
func (p *Pooled) Frechet() float64 {
	a, mean := centred(p.points[0])
	b, other := centred(p.points[1])
	distance := 0.0
	for k, v := range mean {
		distance += (v - other[k]) * (v - other[k])
	}
	n, m := float64(p.real-1), float64(p.fake-1)
	distance += squareSum(a)/n + squareSum(b)/m
	var triangles [2]mat.Matrix
	var both sync.WaitGroup
	for k, m := range []*mat.Dense{a, b} {
		both.Go(func() { triangles[k] = triangle(m) })
	}
	both.Wait()
	var product mat.Dense
	product.Mul(triangles[0], triangles[1].T())
	var d mat.SVD
	if !d.Factorize(&product, mat.SVDNone) {
		return math.NaN() // the iteration has not converged
	}
	for _, s := range d.Values(nil) {
		distance -= 2 * s / math.Sqrt(n*m)
	}
	return distance
}

func (sampleScores) Frechet() []sampleFamily {
	return []sampleFamily{{[]Score{{"frechet", "lower", 0}}, func(_ context.Context, p *Pooled, _ ScoreOptions) ([]float64, error) {
		return []float64{p.Frechet()}, nil
	}}}
}

// centred returns a matrix whose rows are the points less their mean, and the mean.
func centred(points ph.Points[float32]) (*mat.Dense, []float64) {
	n, dim := points.Len(), points.Dim
	mean := make([]float64, dim)
	for i, v := range points.Coords {
		mean[i%dim] += float64(v) / float64(n)
	}
	rows := make([]float64, n*dim)
	for i, v := range points.Coords {
		rows[i] = float64(v) - mean[i%dim]
	}
	return mat.NewDense(n, dim, rows), mean
}

func squareSum(a *mat.Dense) float64 {
	norm := mat.Norm(a, 2) // the Frobenius norm
	return norm * norm
}

// triangle returns the R of a QR decomposition of a, or a itself if it has no more rows than
// columns.
func triangle(a *mat.Dense) mat.Matrix {
	rows, columns := a.Dims()
	if rows <= columns {
		return a
	}
	var qr mat.QR
	qr.Factorize(a)
	var r mat.Dense
	qr.RTo(&r)
	return r.Slice(0, columns, 0, columns)
}
