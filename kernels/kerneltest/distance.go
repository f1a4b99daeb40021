package kerneltest

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/fused"
)

var distanceTests = []test{
	{"Distances", testDistancesFixed, func(r *rig) { testDistances(r, r.between(0, 30), r.between(0, 40)) }},
	{"DistancesGrad", func(r *rig) { r.eachCloud(testDistancesGrad) }, func(r *rig) { testDistancesGrad(r, r.between(0, 20), r.between(0, 30)) }},
	{"PairsGrad", func(r *rig) { r.eachCloud(testPairsGrad) }, func(r *rig) { testPairsGrad(r, r.between(0, 20), r.between(0, 80)) }},
}

// eachCloud runs a case for each of a list of clouds of n points of dimension d.
func (r *rig) eachCloud(one func(r *rig, n, d int)) {
	sizes := [][2]int{{0, 3}, {3, 0}, {1, 1}, {2, 1}, {2, 3}, {5, 2}, {7, 8}, {9, 17}, {16, 16}, {17, 33}, {33, 65}, {40, 3}, {12, 130}}
	if r.options.Large {
		sizes = append(sizes, [2]int{128, 784}, [2]int{257, 3}, [2]int{65, 129})
	}
	for _, s := range sizes {
		one(r, s[0], s[1])
	}
}

// cloud returns n random points of dimension d, one after another. About one point in six
// coincides with an earlier point, and one in six almost does.
func (r *rig) cloud(n, d int) []float32 {
	x := r.normals(n * d)
	for i := 1; i < n; i++ {
		point, earlier := x[i*d:(i+1)*d], x[r.rng.IntN(i)*d:]
		switch r.rng.IntN(6) {
		case 0:
			copy(point, earlier)
		case 1:
			copy(point, earlier)
			for k := range point {
				point[k] *= 1 + 0x1p-20
			}
		}
	}
	return x
}

// distances is the oracle of Distances: the n×n Euclidean distances of a cloud, in float64.
func distances(x []float32, n, d int) []float64 {
	dist := make([]float64, n*n)
	for i := range n {
		for j := range n {
			var s float64
			for k := range d {
				diff := float64(x[i*d+k]) - float64(x[j*d+k])
				s += diff * diff
			}
			dist[i*n+j] = math.Sqrt(s)
		}
	}
	return dist
}

func testDistancesFixed(r *rig) {
	r.eachCloud(testDistances)
	// Squared differences that overflow must not give NaN.
	x, dst := r.input("x", []float32{1e30, -1e30, 1e30, 3e38, -3e38, 1e30, 1e30, 1e30}), r.output(16)
	fused.Distances(r.Device, dst.Buffer, x.Buffer, 4, 2)
	for i, v := range r.read(dst) {
		if v != v || v < 0 {
			r.fail("element %d of the distances of far points is %v", i, v)
		}
	}
	r.done()
}

func testDistances(r *rig, n, d int) {
	x, dst := r.input("x", r.cloud(n, d)), r.output(n*n)
	want := make([]exact, n*n)
	for i, v := range distances(x.values(), n, d) {
		want[i] = at(v)
	}
	fused.Distances(r.Device, dst.Buffer, x.Buffer, n, d)
	got := r.read(dst)
	what := fmt.Sprintf("%d points of dimension %d", n, d)
	r.check(what, got, want, r.bound("Distances", 1+sumBound(d)))
	for i := range n {
		for j := range n {
			if a, b := got[i*n+j], got[j*n+i]; math.Float32bits(a) != math.Float32bits(b) {
				r.fail("%s: distance %d–%d is %v one way and %v the other", what, i, j, a, b)
				break
			}
		}
	}
	r.done()
}

func testDistancesGrad(r *rig, n, d int) {
	for _, mode := range modes {
		xs := r.cloud(n, d)
		ds := make([]float32, n*n)
		for i, v := range distances(xs, n, d) {
			ds[i] = float32(v)
		}
		x, dist, g := r.input("x", xs), r.input("distances", ds), r.input("g", r.normals(n*n))
		want := make([]exact, n*d)
		for i := range n {
			for j := range n {
				if ds[i*n+j] == 0 || r.blind {
					continue
				}
				for k := range d {
					diff := (float64(xs[i*d+k]) - float64(xs[j*d+k])) / float64(ds[i*n+j])
					want[i*d+k].add(float64(g.values()[i*n+j]) * diff)
					want[i*d+k].add(float64(g.values()[j*n+i]) * diff)
				}
			}
		}
		dx := r.target(n*d, mode)
		before := clone(dx.values())
		fused.DistancesGrad(r.Device, dx.Buffer, g.Buffer, x.Buffer, dist.Buffer, n, d, mode)
		r.checkWritten(fmt.Sprintf("%d points of dimension %d", n, d), r.read(dx), before, want, mode, r.bound("DistancesGrad", 4+sumBound(n)))
		r.done()
	}
}

func testPairsGrad(r *rig, n, d int) {
	for _, mode := range modes {
		x, g := r.input("x", r.cloud(n, d)), r.scalar("g", -0.7)
		var pairs []kernels.Pair
		if n > 0 {
			for range r.between(0, 3*n) {
				pairs = append(pairs, kernels.Pair{U: int32(r.rng.IntN(n)), V: int32(r.rng.IntN(n)), Coef: float32(r.rng.NormFloat64())})
			}
		}
		want := make([]exact, n*d)
		dist := distances(x.values(), n, d)
		for _, p := range pairs {
			u, v := int(p.U), int(p.V)
			if dist[u*n+v] == 0 {
				continue
			}
			for k := range d {
				push := float64(p.Coef) * float64(float32(-0.7)) * (float64(x.values()[u*d+k]) - float64(x.values()[v*d+k])) / dist[u*n+v]
				want[u*d+k].add(push)
				want[v*d+k].add(-push)
			}
		}
		dx := r.target(n*d, mode)
		before := clone(dx.values())
		fused.PairsGrad(r.Device, dx.Buffer, x.Buffer, n, d, pairs, g.Buffer, mode)
		r.checkWritten(fmt.Sprintf("%d pairs of %d points of dimension %d", len(pairs), n, d), r.read(dx), before, want, mode, r.bound("PairsGrad", 4+sumBound(len(pairs)+d)))
		r.done()
	}
}
