package ph

import (
	"math/rand/v2"
	"unsafe"
)

// Bytes of memory. They are those of the slices that hold an edge or a point while
// degree 2 or higher, or degree 1 by cohomology, is computed.
const (
	bytesPerEdge  = 40
	bytesPerPoint = 300
	// bytesPerSearched is what package spindle takes for a point besides.
	bytesPerSearched = 200
)

// EstimateMemory returns a lower estimate of the bytes that [Rips] takes beside the
// memory of d.
//
// The estimate counts the points and their classes, and the distances that Rips
// measures: all pairs of points in more than six dimensions, and of a metric of the
// caller's. If the options ask for degree 2 or higher, for another modulus or for
// cocycles, it counts the edges within the threshold, whose number it finds by a
// sample. The reduction takes memory on top, which depends on the distances in no
// simple way.
//
// It takes O(n) time.
func EstimateMemory(d Distances, o Options) int64 {
	o.Modulus = max(o.Modulus, 2)
	n := d.Len()
	bytes := bytesPerPoint * float64(n)
	pairs := float64(n) * float64(n-1) / 2
	edges := pairs
	sampled := true
	switch d := d.(type) {
	case Points[float32]:
		bytes += measuredBytes(d, &o)
	case Points[float64]:
		bytes += measuredBytes(d, &o)
	case Matrix[float32], Matrix[float64], LowerMatrix[float32], LowerMatrix[float64]:
	case Sparse[float32]:
		edges, sampled = float64(len(d.Entries)), false
	case Sparse[float64]:
		edges, sampled = float64(len(d.Entries)), false
	default:
		bytes += 8 * pairs
	}
	if o.higher() {
		if sampled {
			edges *= shareWithin(d, o.Threshold)
		}
		bytes += bytesPerEdge * edges
	}
	return int64(min(bytes, 1<<62))
}

// measuredBytes returns the bytes of the distances of points that are measured before
// all else, or of the searches that replace them.
func measuredBytes[T Float](p Points[T], o *Options) float64 {
	switch {
	case p.isMany() && !o.higher():
		return bytesPerSearched * float64(p.Len())
	case p.hasTree(o):
		return 0
	}
	return float64(unsafe.Sizeof(T(0))) * float64(p.Len()) * float64(p.Len()-1) / 2
}

// shareWithin estimates the share of the pairs of points within a threshold, or within
// the enclosing radius if that is 0.
func shareWithin(d Distances, threshold float64) float64 {
	const centers, manyPairs = 16, 4096
	n := d.Len()
	if n < 2 {
		return 0
	}
	if threshold == 0 { // the least radius of a few balls around points
		for k := range min(centers, n) {
			c, radius := k*n/min(centers, n), 0.0
			for i := range n {
				radius = max(radius, d.Distance(c, i))
			}
			if k == 0 || radius < threshold {
				threshold = radius
			}
		}
	}
	pairs := min(manyPairs, centers*n) // few points take little memory and deserve little time
	random := rand.New(rand.NewPCG(0, 0))
	within := 0
	for range pairs {
		i, step := random.IntN(n), 1+random.IntN(n-1)
		if d.Distance(i, (i+step)%n) <= threshold {
			within++
		}
	}
	return float64(within) / float64(pairs)
}
