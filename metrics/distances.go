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
	n    int
	d    []float32
	free func() // gives the memory back; nil if there is nothing to give back
}

func (m *matrix) row(i int) []float32 { return m.d[i*m.n : (i+1)*m.n] }

// release gives the memory back.
func (m *matrix) release() {
	if m.free != nil {
		m.free()
	}
	*m = matrix{}
}

// newMatrix computes the distances among the points of some clouds of one dimension, in the order
// of the clouds, on a device. It refuses coordinates that are not finite, and distances that
// overflow. If buffers are in the memory of the host, the matrix is in a buffer.
func newMatrix(dev kernels.Device, name string, clouds ...ph.Points[float32]) (*matrix, error) {
	n, dim := 0, clouds[0].Dim
	for _, c := range clouds {
		if dim < 1 || len(c.Coords)%dim != 0 {
			return nil, fmt.Errorf("metrics: the %s points have %d coordinates in dimension %d", name, len(c.Coords), dim)
		}
		n += c.Len()
	}
	if n == 0 {
		return &matrix{}, nil
	}
	host, shared := dev.(kernels.HostMemory)
	memory := func(b kernels.Buffer) []float32 {
		if shared {
			return host.Host(b)
		}
		return make([]float32, b.Len())
	}
	x := dev.Alloc(n * dim)
	defer dev.Free(x)
	coords := memory(x)
	largest := gather(coords, dim, clouds)
	if largest-largest != 0 {
		return nil, checkFinite(name, ph.Points[float32]{Dim: dim, Coords: slices.Clone(coords)})
	}
	if !shared {
		dev.Write(x, coords)
	}
	distances := dev.Alloc(n * n)
	fused.Distances(dev, distances, x, n, dim)
	m := &matrix{n: n, d: memory(distances)}
	var err error
	if shared {
		m.free = func() { dev.Free(distances) }
		err = dev.Sync()
	} else {
		err = dev.Read(m.d, distances)
		dev.Free(distances)
	}
	if err != nil {
		return nil, fmt.Errorf("metrics: distances of %d %s points: %w", n, name, err)
	}
	if 8*float64(dim)*largest*largest < math.MaxFloat32 {
		return m, nil // no sum of squares can overflow
	}
	for i := range n {
		if j := slices.IndexFunc(m.row(i), func(v float32) bool { return v-v != 0 }); j >= 0 {
			m.release()
			return nil, fmt.Errorf("metrics: %s points %d and %d are too far apart for a float32: scale them down", name, i, j)
		}
	}
	return m, nil
}

// gather copies the coordinates of clouds to coords, and returns the largest magnitude of a
// coordinate, infinite or NaN if one is.
func gather(coords []float32, dim int, clouds []ph.Points[float32]) float64 {
	most := make([]uint32, len(coords)/dim) // of each point, as its bits
	first := 0
	for _, c := range clouds {
		eachRow(c.Len(), func(i int) {
			row := coords[(first+i)*dim:][:dim]
			copy(row, c.Coords[i*dim:])
			most[first+i] = largestBits(row)
		})
		first += c.Len()
	}
	return float64(math.Float32frombits(slices.Max(most)))
}

// largestBits returns the bits of the largest magnitude. The bits of magnitudes are ordered as
// the magnitudes are, those of NaN last.
func largestBits(x []float32) uint32 {
	var a, b, c, d uint32
	for len(x) >= 4 {
		a = max(a, math.Float32bits(x[0])&math.MaxInt32)
		b = max(b, math.Float32bits(x[1])&math.MaxInt32)
		c = max(c, math.Float32bits(x[2])&math.MaxInt32)
		d = max(d, math.Float32bits(x[3])&math.MaxInt32)
		x = x[4:]
	}
	for _, v := range x {
		a = max(a, math.Float32bits(v)&math.MaxInt32)
	}
	return max(a, b, c, d)
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

// sumsRows returns three such sums.
func sumsRows(n int, f func(i int) [3]float64) (sums [3]float64) {
	parts := make([][3]float64, n)
	eachRow(n, func(i int) { parts[i] = f(i) })
	for _, p := range parts {
		for k, v := range p {
			sums[k] += v
		}
	}
	return sums
}

// eachRow calls f for 0 … n−1 from several goroutines.
func eachRow(n int, f func(i int)) {
	eachRowWith(n, func() (func(int), func()) { return f, func() {} })
}

// eachPart calls f for 0 … n−1, each a part of some size, from several goroutines.
func eachPart(n int, f func(part int)) {
	share(n, 1, func() (func(int), func()) { return f, func() {} })
}

// eachRowWith calls functions for 0 … n−1 from several goroutines. Each goroutine has its own
// function, with the memory that start gives it, and calls end last.
func eachRowWith(n int, start func() (each func(i int), end func())) { share(n, 8, start) }

// share is eachRowWith, where a goroutine takes some numbers at a time, a block.
func share(n, block int, start func() (each func(i int), end func())) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (n+block-1)/block) {
		wg.Go(func() {
			each, end := start()
			defer end()
			for {
				from := int(next.Add(int64(block))) - block
				if from >= n {
					return
				}
				for i := from; i < min(n, from+block); i++ {
					each(i)
				}
			}
		})
	}
	wg.Wait()
}
