package metrics

import (
	"fmt"
	"math"
	"sync"
	"sync/atomic"

	"gonum.org/v1/gonum/stat"

	"github.com/topogen/topogen/internal/fastexp"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/ph"
)

// An Embedding holds the distances among points x and among their images z.
type Embedding struct {
	n    int
	x, z *matrix
}

// NewEmbedding computes the distances among points x and among their images z, point by
// point, on the device, in memory for 2n² distances. The dimensions may differ. It is
// an error if the numbers of points differ or are below 3, or if a coordinate is not
// finite.
func NewEmbedding(dev kernels.Device, x, z ph.Points[float32]) (*Embedding, error) {
	if x.Len() != z.Len() || x.Len() < 3 {
		return nil, fmt.Errorf("metrics: %d points are embedded as %d: want equal numbers, at least 3", x.Len(), z.Len())
	}
	e := &Embedding{n: x.Len()}
	var err error
	if e.x, err = newMatrix(dev, "embedded", x); err != nil {
		return nil, err
	}
	if e.z, err = newMatrix(dev, "image", z); err != nil {
		e.x.release()
		return nil, err
	}
	return e, nil
}

// Free gives the memory of the distances back to the device, for the next that need some.
// Without it the garbage collector finds the memory. e must not be used afterwards.
func (e *Embedding) Free() {
	e.x.release()
	e.z.release()
}

// KL registers "kl_0.01" and "kl_0.1".
func (embeddingScores) KL() []embeddingFamily {
	return []embeddingFamily{{[]Score{{"kl_0.01", "lower", 0}, {"kl_0.1", "lower", 0}}, func(e *Embedding, _ ScoreOptions) []float64 {
		return []float64{e.KL(0.01), e.KL(0.1)}
	}}}
}

// KL returns the Kullback–Leibler divergence Σ p log(p/q) between the densities of
// x and of z: p_i ∝ Σ_j exp(−(D_ij/max D)²/σ), j = i included, and q_i likewise
// (Moor et al. 2020, arXiv:1906.00722; Chazal et al. 2011). It panics unless σ is
// positive. Where all points of a cloud coincide its density is uniform.
func (e *Embedding) KL(sigma float64) float64 {
	if !(sigma > 0) {
		panic(fmt.Sprintf("metrics: KL: σ is %v, want a positive number", sigma))
	}
	p, q := density(e.x, sigma), density(e.z, sigma)
	return stat.KullbackLeibler(p, q)
}

// density returns the kernel density at each point, normalized to sum 1.
func density(m *matrix, sigma float64) []float64 {
	most := m.max()
	p := make([]float64, m.n)
	if most == 0 {
		most = 1
	}
	width := most * math.Sqrt(sigma)
	eachRow(m.n, func(i int) { p[i] = fastexp.Gaussians(m.row(i), width) })
	var total float64
	for _, v := range p {
		total += v
	}
	for i := range p {
		p[i] /= total
	}
	return p
}

// RMSE returns √(Σ (D(x) − D(z))²/n²) over all ordered pairs of points.
func (e *Embedding) RMSE() float64 {
	difference, _ := e.squares()
	return math.Sqrt(difference) / float64(e.n)
}

func (embeddingScores) RMSE() []embeddingFamily {
	return []embeddingFamily{{[]Score{{"rmse", "lower", 0}}, func(e *Embedding, _ ScoreOptions) []float64 { return []float64{e.RMSE()} }}}
}

// Stress returns √(Σ (D(x) − D(z))² / Σ D(z)²), NaN if all images coincide.
func (e *Embedding) Stress() float64 {
	difference, images := e.squares()
	return math.Sqrt(difference / images)
}

// squares returns Σ (D(x) − D(z))² and Σ D(z)² over all ordered pairs.
func (e *Embedding) squares() (difference, images float64) {
	sums := sumsRows(e.n, func(i int) (s [3]float64) {
		zRow := e.z.row(i)[i+1:]
		for j, d := range e.x.row(i)[i+1:] {
			z := float64(zRow[j])
			v := float64(d) - z
			s[0], s[1] = s[0]+v*v, s[1]+z*z
		}
		return s
	})
	return 2 * sums[0], 2 * sums[1]
}

// Pearson returns the correlation of the distances of all pairs in x and in z. It is NaN if all
// distances in one are equal.
func (e *Embedding) Pearson() float64 {
	pairs := float64(e.n) * float64(e.n-1) / 2
	mean := func(m *matrix) float64 {
		return sumRows(e.n, func(i int) float64 { return total(m.row(i)[i+1:]) }) / pairs
	}
	xMean, zMean := mean(e.x), mean(e.z)
	sums := sumsRows(e.n, func(i int) (s [3]float64) {
		zRow := e.z.row(i)[i+1:]
		for j, d := range e.x.row(i)[i+1:] {
			a, b := float64(d)-xMean, float64(zRow[j])-zMean
			s[0], s[1], s[2] = s[0]+a*b, s[1]+a*a, s[2]+b*b
		}
		return s
	})
	return sums[0] / math.Sqrt(sums[1]*sums[2])
}

// Spearman returns the rank correlation of the distances of all pairs.
func (e *Embedding) Spearman() float64 { return spearman(e.x.upper(), e.z.upper()) }

// DistanceCorrelation returns the distance correlation of Székely, Rizzo and
// Bakirov (2007) between x and z, the square root of the V-statistic: 0 if a
// cloud coincides in one point, 1 if z is x scaled, moved and turned.
func (e *Embedding) DistanceCorrelation() float64 {
	xMeans, xMean := e.x.means()
	zMeans, zMean := e.z.means()
	sums := sumsRows(e.n, func(i int) (s [3]float64) {
		xRow := e.x.row(i)
		zRow, xMeans, zMeans := e.z.row(i)[:len(xRow)], xMeans[:len(xRow)], zMeans[:len(xRow)]
		xOwn, zOwn := xMean-xMeans[i], zMean-zMeans[i]
		for j, d := range xRow {
			a := float64(d) + xOwn - xMeans[j]
			b := float64(zRow[j]) + zOwn - zMeans[j]
			s[0], s[1], s[2] = s[0]+a*b, s[1]+a*a, s[2]+b*b
		}
		return s
	})
	cross, xs, zs := sums[0], sums[1], sums[2]
	if xs == 0 || zs == 0 {
		return 0
	}
	return math.Sqrt(max(0, cross) / math.Sqrt(xs*zs))
}

func (embeddingScores) DistanceCorrelation() []embeddingFamily {
	return []embeddingFamily{{[]Score{{"distance_correlation", "higher", 0}}, func(e *Embedding, _ ScoreOptions) []float64 {
		return []float64{e.DistanceCorrelation()}
	}}}
}

// means returns the mean of each row and of all entries.
func (m *matrix) means() (rows []float64, all float64) {
	rows = make([]float64, m.n)
	eachRow(m.n, func(i int) {
		for _, d := range m.row(i) {
			rows[i] += float64(d)
		}
		rows[i] /= float64(m.n)
	})
	return rows, stat.Mean(rows, nil)
}

// TripletAccuracy returns the share of triplets (i, j, k) for which j is nearer to
// i than k is in both clouds, or in neither (Wang et al. 2021, arXiv:2012.04456).
// It panics if there is no triplet or if one names no point.
func (e *Embedding) TripletAccuracy(triplets [][3]int) float64 {
	if len(triplets) == 0 {
		panic("metrics: TripletAccuracy: no triplets")
	}
	for at, t := range triplets {
		if min(t[0], t[1], t[2]) < 0 || max(t[0], t[1], t[2]) >= e.n {
			panic(fmt.Sprintf("metrics: TripletAccuracy: triplet %d is %v, of %d points", at, t, e.n))
		}
	}
	var kept atomic.Int64
	const block = 1024 // triplets
	eachRow((len(triplets)+block-1)/block, func(b int) {
		count := int64(0)
		for _, t := range triplets[b*block : min(len(triplets), (b+1)*block)] {
			i, j, k := t[0], t[1], t[2]
			x, z := e.x.row(i), e.z.row(i)
			if (x[j] < x[k]) == (z[j] < z[k]) {
				count++
			}
		}
		kept.Add(count)
	})
	return float64(kept.Load()) / float64(len(triplets))
}

// spearman returns the correlation of ranks, equal values sharing their mean rank.
// Values must not be negative.
func spearman(a, b []float32) float64 {
	values := [][]float32{a, b}
	var ranks [2][]float64
	var both sync.WaitGroup
	for i, v := range values {
		both.Go(func() { ranks[i] = midRanks(v) })
	}
	both.Wait()
	return stat.Correlation(ranks[0], ranks[1], nil)
}

func midRanks(x []float32) []float64 {
	keys := new(sorter).sort(x)
	value := func(place int) uint64 { return keys[place] >> 32 }
	ranks := make([]float64, len(x))
	for from := 0; from < len(keys); {
		to := from + 1
		for to < len(keys) && value(to) == value(from) {
			to++
		}
		for _, key := range keys[from:to] {
			ranks[uint32(key)] = float64(from+to+1) / 2
		}
		from = to
	}
	return ranks
}
