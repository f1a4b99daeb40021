package alpha

import (
	"math/big"

	"github.com/topogen/topogen/ph/internal/delaunay"
)

// flat bounds the flatness of simplices whose spheres are computed with float64. Flatness is
// the square of the volume spanned by the edges at the first corner, relative to the product of
// the squares of these edges. If it is at least this bound, the relative error of a radius is
// at most a few times 2⁻⁴⁰.
const flat = 0x1p-26

// circumscribe returns the smallest circumsphere of a simplex of one to four corners, as
// circumscribeTriangle does.
func circumscribe(corners []delaunay.Point) (squared float64, weights [4]float64) {
	switch len(corners) {
	case 1:
		return 0, [4]float64{1}
	case 2:
		u := minus(&corners[1], &corners[0])
		return dot(u, u) / 4, [4]float64{0.5, 0.5}
	case 3:
		return circumscribeTriangle(&corners[0], &corners[1], &corners[2])
	}
	return circumscribeTetrahedron(&corners[0], &corners[1], &corners[2], &corners[3])
}

// circumscribeTriangle returns the square of the radius of the smallest circumsphere of a
// triangle, and the barycentric coordinates of its center: the center is the sum of the
// corners times their weights. The corners must not be on a line.
func circumscribeTriangle(a, b, c *delaunay.Point) (squared float64, weights [4]float64) {
	u, v, w := minus(b, a), minus(c, a), minus(c, b)
	uu, vv, ww := dot(u, u), dot(v, v), dot(w, w)
	normal := cross(u, v)
	area := dot(normal, normal)
	if area < flat*uu*vv {
		return circumscribePrecisely(*a, *b, *c)
	}
	half := 1 / (2 * area)
	weights = [4]float64{ww * dot(u, v) * half, -vv * dot(u, w) * half, uu * dot(v, w) * half}
	return uu * vv * ww / (4 * area), weights
}

// circumscribePlanar returns what circumscribeTriangle does, of a triangle in the plane, whose
// points have 0 as their third coordinate.
func circumscribePlanar(a, b, c *delaunay.Point) (squared float64, weights [4]float64) {
	ux, uy := b[0]-a[0], b[1]-a[1]
	vx, vy := c[0]-a[0], c[1]-a[1]
	wx, wy := c[0]-b[0], c[1]-b[1]
	uu, vv, ww := ux*ux+uy*uy, vx*vx+vy*vy, wx*wx+wy*wy
	normal := ux*vy - uy*vx
	area := normal * normal
	if area < flat*uu*vv {
		return circumscribePrecisely(*a, *b, *c)
	}
	half := 1 / (2 * area)
	weights = [4]float64{ww * (ux*vx + uy*vy) * half, -vv * (ux*wx + uy*wy) * half, uu * (vx*wx + vy*wy) * half}
	return uu * vv * ww / (4 * area), weights
}

// circumscribeTetrahedron returns what circumscribeTriangle does, of a tetrahedron. The
// corners must not be in a plane.
func circumscribeTetrahedron(a, b, c, d *delaunay.Point) (squared float64, weights [4]float64) {
	u, v, w := minus(b, a), minus(c, a), minus(d, a)
	uu, vv, ww := dot(u, u), dot(v, v), dot(w, w)
	vw, wu, uv := cross(v, w), cross(w, u), cross(u, v)
	volume := dot(u, vw)
	if volume*volume < flat*uu*vv*ww {
		return circumscribePrecisely(*a, *b, *c, *d)
	}
	// The center relative to the first corner, times twice the volume.
	center := vector{
		uu*vw[0] + vv*wu[0] + ww*uv[0],
		uu*vw[1] + vv*wu[1] + ww*uv[1],
		uu*vw[2] + vv*wu[2] + ww*uv[2],
	}
	half := 1 / (2 * volume * volume)
	x, y, z := dot(center, vw)*half, dot(center, wu)*half, dot(center, uv)*half
	return dot(center, center) * half / 2, [4]float64{1 - x - y - z, x, y, z}
}

// circumscribePrecisely returns what circumscribe does, for three or four corners, and rounds
// to float64 only at the end. The weights λ of all corners but the first solve
// G·λ = diag(G)/2, where G is the Gram matrix of the edges at the first corner. The square of
// the radius is Σ λ_i·G_ii/2.
func circumscribePrecisely(corners ...delaunay.Point) (squared float64, weights [4]float64) {
	// The determinant of G is at least 2⁻⁹⁰⁰, as coordinates are multiples of 2⁻¹⁵⁰.
	const precision = 2000
	number := func() *big.Float { return new(big.Float).SetPrec(precision) }
	n := len(corners) - 1
	var edges [3][3]*big.Float
	for i := range n {
		for k := range 3 {
			edges[i][k] = number().Sub(number().SetFloat64(corners[i+1][k]), number().SetFloat64(corners[0][k]))
		}
	}
	var g [3][4]*big.Float // with the right side as the last column
	var lengths [3]*big.Float
	for i := range n {
		for j := range n {
			g[i][j] = number()
			for k := range 3 {
				g[i][j].Add(g[i][j], number().Mul(edges[i][k], edges[j][k]))
			}
		}
		lengths[i] = number().Set(g[i][i])
		g[i][n] = number().Quo(g[i][i], number().SetInt64(2))
	}
	for i := range n { // G is positive definite: no pivot is 0
		for r := range n {
			if r == i {
				continue
			}
			factor := number().Quo(g[r][i], g[i][i])
			for k := i; k <= n; k++ {
				g[r][k].Sub(g[r][k], number().Mul(factor, g[i][k]))
			}
		}
	}
	first, sum := number().SetInt64(1), number()
	for i := range n {
		weight := number().Quo(g[i][n], g[i][i])
		weights[i+1], _ = weight.Float64()
		first.Sub(first, weight)
		sum.Add(sum, number().Mul(weight, lengths[i]))
	}
	weights[0], _ = first.Float64()
	squared, _ = sum.Quo(sum, number().SetInt64(2)).Float64()
	return squared, weights
}

// A vector is a difference of points.
type vector [3]float64

func minus(a, b *delaunay.Point) vector { return vector{a[0] - b[0], a[1] - b[1], a[2] - b[2]} }

func dot(a, b vector) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }

func cross(a, b vector) vector {
	return vector{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
}
