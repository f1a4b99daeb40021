package metrics

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/fused"
	"github.com/topogen/topogen/ph"
)

// matrix holds the distances among n points, row by row.
type matrix struct {
	n int
	d []float32
}

func (m *matrix) row(i int) []float32 { return m.d[i*m.n : (i+1)*m.n] }

// newMatrix computes the distances among points on a device. It refuses
// coordinates that are not finite, and distances that overflow.
func newMatrix(dev kernels.Device, name string, points ph.Points[float32]) (*matrix, error) {
	if points.Dim < 1 || len(points.Coords)%points.Dim != 0 {
		return nil, fmt.Errorf("metrics: the %s points have %d coordinates in dimension %d", name, len(points.Coords), points.Dim)
	}
	n, dim := points.Len(), points.Dim
	if n == 0 {
		return &matrix{}, nil
	}
	most := make([]uint32, n) // the largest magnitude among the coordinates of each point, as its bits
	eachRow(n, func(i int) {
		var m uint32
		for _, v := range points.Coords[i*dim:][:dim] {
			m = max(m, math.Float32bits(v)&math.MaxInt32)
		}
		most[i] = m
	})
	largest := float64(math.Float32frombits(slices.Max(most)))
	if largest-largest != 0 {
		return nil, checkFinite(name, points)
	}
	x, distances := dev.Alloc(n*dim), dev.Alloc(n*n)
	defer dev.Free(x)
	defer dev.Free(distances)
	dev.Write(x, points.Coords)
	fused.Distances(dev, distances, x, n, dim)
	m := &matrix{n, make([]float32, n*n)}
	if err := dev.Read(m.d, distances); err != nil {
		return nil, fmt.Errorf("metrics: distances of %d %s points: %w", n, name, err)
	}
	if 8*float64(dim)*largest*largest < math.MaxFloat32 {
		return m, nil // no sum of squares can overflow
	}
	for i := range n {
		if j := slices.IndexFunc(m.row(i), func(v float32) bool { return v-v != 0 }); j >= 0 {
			return nil, fmt.Errorf("metrics: %s points %d and %d are too far apart for a float32: scale them down", name, i, j)
		}
	}
	return m, nil
}

// upper returns the distances of all pairs i < j.
func (m *matrix) upper() []float32 {
	pairs := make([]float32, 0, m.n*(m.n-1)/2)
	for i := range m.n {
		pairs = append(pairs, m.row(i)[i+1:]...)
	}
	return pairs
}

// max returns the largest distance, 0 if there is none.
func (m *matrix) max() float64 {
	var most float32
	for _, v := range m.d {
		most = max(most, v)
	}
	return float64(most)
}

// sumRows returns the sum of f(i) over all rows, computed in parallel and added
// in the order of i.
func sumRows(n int, f func(i int) float64) float64 {
	parts := make([]float64, n)
	eachRow(n, func(i int) { parts[i] = f(i) })
	var sum float64
	for _, v := range parts {
		sum += v
	}
	return sum
}

// eachRow calls f for 0 … n−1 from several goroutines.
func eachRow(n int, f func(i int)) {
	const block = 8
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (n+block-1)/block) {
		wg.Go(func() {
			for {
				from := int(next.Add(block)) - block
				if from >= n {
					return
				}
				for i := from; i < min(n, from+block); i++ {
					f(i)
				}
			}
		})
	}
	wg.Wait()
}
