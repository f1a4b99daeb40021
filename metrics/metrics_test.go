package metrics

import (
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/ph"
)

func drawn(seed uint64, n, dim int, shift float32) ph.Points[float32] {
	random := rand.New(rand.NewPCG(seed, 0))
	p := ph.Points[float32]{Dim: dim, Coords: make([]float32, n*dim)}
	for i := range p.Coords {
		p.Coords[i] = float32(random.NormFloat64()) + shift
	}
	return p
}

func pool(t *testing.T, real, fake ph.Points[float32]) *Pooled {
	dev := cpu.New()
	defer dev.Close()
	p, err := NewPooled(dev, real, fake)
	require.NoError(t, err)
	return p
}

func embed(t *testing.T, x, z ph.Points[float32]) *Embedding {
	dev := cpu.New()
	defer dev.Close()
	e, err := NewEmbedding(dev, x, z)
	require.NoError(t, err)
	return e
}

// copying hides all optional methods of a device, among them the one by which the host reads its
// buffers in place. So distances must be copied.
type copying struct{ kernels.Device }

// Distances in buffers are those that are copied. Freed memory is used again.
func TestDistancesInMemoryOfDevices(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	real, fake := drawn(1, 30, 20, 0), drawn(2, 21, 20, 0.5)
	shared, err := NewPooled(dev, real, fake)
	require.NoError(t, err)
	copied, err := NewPooled(copying{dev}, real, fake)
	require.NoError(t, err)
	require.InDeltaSlice(t, copied.d, shared.d, 1e-5) // composed of other kernels
	want, address := shared.Energy(), &shared.d[0]
	shared.Free()
	copied.Free()
	again, err := NewPooled(dev, real, fake)
	require.NoError(t, err)
	require.Equal(t, want, again.Energy())
	require.Same(t, address, &again.d[0])
}

// A cloud compared with itself and with one far away takes the extreme values.
func TestSamplesAtTheExtremes(t *testing.T) {
	x := drawn(1, 40, 3, 0)
	same := pool(t, x, x)
	require.Equal(t, PRDC{1, 1, 1, 1}, withoutDensity(same.PRDC(3)))
	require.InDelta(t, 0, same.Energy(), 1e-7)
	require.InDelta(t, 0, same.MMD(1), 1e-12)
	require.Equal(t, 0.0, same.NearestNeighbor().Accuracy) // the copy is the nearest
	apart := pool(t, x, drawn(2, 30, 3, 1000))
	require.Equal(t, PRDC{}, apart.PRDC(3))
	require.Equal(t, TwoSample{1, 1, 1}, apart.NearestNeighbor())
	require.InDelta(t, 2*math.Sqrt(3)*1000, apart.Energy(), 10)
}

func withoutDensity(q PRDC) PRDC {
	q.Density = 1
	return q
}

func TestPRDCByHand(t *testing.T) {
	real := ph.Points[float32]{Dim: 1, Coords: []float32{0, 1, 3, 10}} // radii 1, 1, 2, 7
	fake := ph.Points[float32]{Dim: 1, Coords: []float32{1, 20, 22}}   // radii 19, 2, 2
	// The generated 1 is in the ball of the real 1 alone: |1−0| = 1 is not below the radius 1 of
	// 0, and |1−3| = 2 is not below the radius 2 of 3.
	want := PRDC{Precision: 1.0 / 3, Recall: 1, Density: 1.0 / 3, Coverage: 1.0 / 4}
	require.Equal(t, want, pool(t, real, fake).PRDC(1))
}

func TestFar(t *testing.T) {
	p := pool(t, ph.Points[float32]{Dim: 1, Coords: []float32{0, 1}}, ph.Points[float32]{Dim: 1, Coords: []float32{0.5, 2, 1.5, 9}})
	require.Equal(t, 0.5, p.Far(0.5))
	require.Equal(t, 0.25, p.Far(1))
}

// An embedding that only scales keeps everything but distances.
func TestEmbeddingThatScales(t *testing.T) {
	x := drawn(3, 50, 4, 0)
	z := ph.Points[float32]{Dim: 4, Coords: make([]float32, len(x.Coords))}
	for i, v := range x.Coords {
		z.Coords[i] = 4 * v // a power of 2 keeps float32 distances exact
	}
	e := embed(t, x, z)
	require.Equal(t, Neighborhoods{Trustworthiness: 1, Continuity: 1, RankCorrelation: 1}, rounded(e.Neighborhoods(7)))
	require.InDelta(t, 0, e.KL(0.1), 1e-12)
	require.InDelta(t, 1, e.Pearson(), 1e-12)
	require.InDelta(t, 1, e.Spearman(), 1e-12)
	require.InDelta(t, 1, e.DistanceCorrelation(), 1e-12)
	require.Equal(t, 1.0, e.TripletAccuracy([][3]int{{0, 1, 2}, {5, 9, 3}}))
	require.InDelta(t, 0.75, e.Stress(), 1e-12)
}

func rounded(n Neighborhoods) Neighborhoods {
	n.RankCorrelation = math.Round(n.RankCorrelation*1e12) / 1e12
	return n
}

func TestClassifiersAgainstScikitLearn(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	data, err := os.ReadFile("testdata/scikit.json")
	require.NoError(t, err)
	var r struct {
		X                 [][]float32
		Labels            []int
		Ridge, Silhouette float64
	}
	require.NoError(t, json.Unmarshal(data, &r))
	x := points(r.X)
	require.InDelta(t, r.Silhouette, embed(t, x, x).Silhouette(r.Labels), 1e-6)
	const train = 60
	first := ph.Points[float32]{Dim: 3, Coords: x.Coords[:3*train]}
	rest := ph.Points[float32]{Dim: 3, Coords: x.Coords[3*train:]}
	got, err := LinearAccuracy(dev, first, rest, r.Labels[:train], r.Labels[train:])
	require.NoError(t, err)
	require.InDelta(t, r.Ridge, got, 1e-12)
}

// Sums are added in the order of rows, whatever the number of goroutines.
func TestResultsDoNotDependOnProcessors(t *testing.T) {
	p, e := pool(t, drawn(4, 60, 5, 0), drawn(5, 70, 5, 0.3)), embed(t, drawn(6, 60, 5, 0), drawn(7, 60, 2, 0))
	labels := make([]int, 60)
	for i := range labels {
		labels[i] = i % 3
	}
	all := func() []float64 {
		q, h := p.PRDC(4), e.Neighborhoods(5)
		triplets := [][3]int{{0, 1, 2}, {5, 9, 3}, {59, 0, 7}}
		return []float64{q.Precision, q.Recall, q.Density, q.Coverage, p.Energy(), p.MMD(2), h.MRREzx, h.MRRExz,
			h.RankCorrelation, e.KL(0.1), e.DistanceCorrelation(), e.Silhouette(labels), e.KNNAccuracy(labels, 5),
			p.MedianDistance(), p.NearestNeighbor().Accuracy, e.Pearson(), e.Spearman(), e.RMSE(), e.Stress(), e.TripletAccuracy(triplets)}
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one := all()
	runtime.GOMAXPROCS(4)
	require.Equal(t, one, all())
}

func TestRefusals(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	line := func(v ...float32) ph.Points[float32] { return ph.Points[float32]{Dim: 1, Coords: v} }
	nan := float32(math.NaN())
	for _, c := range []struct {
		real, fake ph.Points[float32]
		want       string
	}{
		{line(1), line(), "metrics: 1 real and 0 generated points: both clouds need at least one"},
		{line(1), drawn(1, 1, 2, 0), "metrics: real points have dimension 1, generated ones 2"},
		{line(1, 2), line(nan), "metrics: coordinate 0 of pooled (real, then generated) point 2 is NaN: points must be finite"},
		{line(-3e38), line(3e38), "metrics: pooled (real, then generated) points 0 and 1 are too far apart for a float32: scale them down"},
	} {
		_, err := NewPooled(dev, c.real, c.fake)
		require.EqualError(t, err, c.want)
	}
	_, err := NewEmbedding(dev, line(1, 2, 3), line(1, 2))
	require.EqualError(t, err, "metrics: 3 points are embedded as 2: want equal numbers, at least 3")
	p := pool(t, line(1, 2), line(3, 4))
	require.PanicsWithValue(t, "metrics: PRDC: k is 2 for 2 real and 2 generated points", func() { p.PRDC(2) })
	require.PanicsWithValue(t, "metrics: MMD: bandwidth 0, want a positive length", func() { p.MMD(0) })
	e := embed(t, line(1, 2, 3, 4), line(1, 2, 3, 4))
	require.PanicsWithValue(t, "metrics: Neighborhoods: k is 3 for 4 points, want 1 ≤ k and 3k+1 < 2n", func() { e.Neighborhoods(3) })
	require.PanicsWithValue(t, "metrics: Silhouette: all points have one label", func() { e.Silhouette(make([]int, 4)) })
	require.PanicsWithValue(t, "metrics: KNNFolds: fold 0 leaves 1 points, want at least 2", func() { e.KNNFolds(make([]int, 4), []int{0, 0, 0, 1}, 2) })
	require.PanicsWithValue(t, "metrics: KNNFolds: fold 1 is empty of 3", func() { e.KNNFolds(make([]int, 4), []int{0, 0, 2, 3}, 1) })
	require.PanicsWithValue(t, "metrics: TripletAccuracy: triplet 1 is [0 4 1], of 4 points", func() { e.TripletAccuracy([][3]int{{0, 1, 2}, {0, 4, 1}}) })
	require.PanicsWithValue(t, "metrics: KNNAccuracy: k is 4 for 4 points, want 1 ≤ k < n", func() { e.KNNAccuracy(make([]int, 4), 4) })
	for _, divergence := range []func(context.Context, kernels.Device, ph.Points[float32], ph.Points[float32]) (float64, error){RTD, RTDLite} {
		_, err = divergence(t.Context(), dev, line(), line())
		require.ErrorContains(t, err, ": 0 points have 0 images: want equal numbers, at least 1")
		_, err = divergence(t.Context(), dev, line(1, 2), line(1))
		require.ErrorContains(t, err, ": 2 points have 1 images: want equal numbers, at least 1")
	}
	_, err = LinearAccuracy(dev, line(1), line(1), []int{-1}, []int{0})
	require.EqualError(t, err, "metrics: a label is -1: labels count from 0")
	_, err = LinearAccuracy(dev, line(1), line(1), []int{0}, []int{1 << 40})
	require.EqualError(t, err, "metrics: a label is 1099511627776: labels are less than 65536")
	_, err = LinearAccuracy(dev, line(1, nan), line(1), []int{0, 1}, []int{0})
	require.EqualError(t, err, "metrics: coordinate 0 of training point 1 is NaN: points must be finite")
	_, err = LinearAccuracy(dev, line(1, 2), line(nan), []int{0, 1}, []int{0})
	require.EqualError(t, err, "metrics: coordinate 0 of test point 0 is NaN: points must be finite")
}
