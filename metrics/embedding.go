package metrics

import (
	"fmt"
	"math"
	"sync"

	"gonum.org/v1/gonum/stat"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/ph"
)

// An Embedding holds the distances among points x and among their images z.
type Embedding struct {
	n    int
	x, z *matrix
	// order[i] lists all points by their distance from i, i itself first, and
	// rank[i] is the place of each in that list.
	xOrder, zOrder, xRank, zRank [][]int32
}

// Embed computes the distances among points x and among their images z, point by
// point, on the device, in memory for 2n² distances and 4n² ranks. The dimensions
// may differ. It is an error if the numbers of points differ or are below 3, or if
// a coordinate is not finite.
func Embed(dev kernels.Device, x, z ph.Points[float32]) (*Embedding, error) {
	if x.Len() != z.Len() || x.Len() < 3 {
		return nil, fmt.Errorf("metrics: %d points are embedded as %d: want equal numbers, at least 3", x.Len(), z.Len())
	}
	e := &Embedding{n: x.Len()}
	var err error
	if e.x, err = newMatrix(dev, "embedded", x); err != nil {
		return nil, err
	}
	if e.z, err = newMatrix(dev, "image", z); err != nil {
		return nil, err
	}
	e.xOrder, e.xRank = ranks(e.x)
	e.zOrder, e.zRank = ranks(e.z)
	return e, nil
}

// ranks sorts each row of a matrix by (distance, index), a point itself first.
func ranks(m *matrix) (order, rank [][]int32) {
	order, rank = make([][]int32, m.n), make([][]int32, m.n)
	both := make([]int32, 2*m.n*m.n)
	sorters := sync.Pool{New: func() any { return new(sorter) }}
	eachRow(m.n, func(i int) {
		order[i], rank[i] = both[2*i*m.n:][:m.n], both[(2*i+1)*m.n:][:m.n]
		order[i][0] = int32(i)
		place := int32(1)
		s := sorters.Get().(*sorter)
		defer sorters.Put(s)
		for _, key := range s.sort(m.row(i)) {
			if j := int32(uint32(key)); j != int32(i) {
				order[i][place], rank[i][j] = j, place
				place++
			}
		}
	})
	return order, rank
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
	eachRow(m.n, func(i int) {
		for _, d := range m.row(i) {
			r := float64(d) / most
			p[i] += math.Exp(-r * r / sigma)
		}
	})
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

func (e *Embedding) squares() (difference, images float64) {
	difference = sumRows(e.n, func(i int) float64 {
		s := 0.0
		for j, d := range e.x.row(i) {
			v := float64(d) - float64(e.z.row(i)[j])
			s += v * v
		}
		return s
	})
	images = sumRows(e.n, func(i int) float64 {
		s := 0.0
		for _, d := range e.z.row(i) {
			s += float64(d) * float64(d)
		}
		return s
	})
	return difference, images
}

// Neighborhoods says how well an embedding keeps the k nearest neighbors of each
// point.
type Neighborhoods struct {
	Trustworthiness float64 // 1 if no point is a neighbor in z alone (Venna and Kaski 2001)
	Continuity      float64 // 1 if no point is a neighbor in x alone
	MRREzx          float64 // mean relative rank error over the neighbors in z (Lee and Verleysen 2009)
	MRRExz          float64 // mean relative rank error over the neighbors in x
	Loss            float64 // 1 − the mean share of common neighbors
	RankCorrelation float64 // Spearman's correlation of the ranks in x and z over the neighbors in x
}

// Neighborhoods returns the measures for the k nearest neighbors. It panics unless
// 1 ≤ k and 3k + 1 < 2n, which trustworthiness needs.
func (e *Embedding) Neighborhoods(k int) Neighborhoods {
	n := e.n
	if k < 1 || k >= n || 3*k+1 >= 2*n {
		panic(fmt.Sprintf("metrics: Neighborhoods: k is %d for %d points, want 1 ≤ k and 3k+1 < 2n", k, n))
	}
	normalizer := 0.0
	for j := 1; j <= k; j++ {
		normalizer += math.Abs(float64(2*j-n-1)) / float64(j)
	}
	normalizer *= float64(n)
	intruders := func(order, other [][]int32) float64 {
		sum := sumRows(n, func(i int) float64 {
			s := 0
			for _, j := range order[i][1 : k+1] {
				s += max(0, int(other[i][j])-k)
			}
			return float64(s)
		})
		return 1 - 2*sum/(float64(n*k)*float64(2*n-3*k-1))
	}
	relative := func(order, own, other [][]int32) float64 {
		return sumRows(n, func(i int) float64 {
			s := 0.0
			for _, j := range order[i][1 : k+1] {
				s += math.Abs(float64(own[i][j]-other[i][j])) / float64(own[i][j])
			}
			return s
		}) / normalizer
	}
	common := sumRows(n, func(i int) float64 {
		s := 0
		for _, j := range e.zOrder[i][1 : k+1] {
			if int(e.xRank[i][j]) <= k {
				s++
			}
		}
		return float64(s)
	})
	inX, inZ := make([]float32, 0, n*k), make([]float32, 0, n*k)
	for i := range n {
		for _, j := range e.xOrder[i][1 : k+1] {
			inX = append(inX, float32(e.xRank[i][j]))
			inZ = append(inZ, float32(e.zRank[i][j]))
		}
	}
	return Neighborhoods{
		Trustworthiness: intruders(e.zOrder, e.xRank),
		Continuity:      intruders(e.xOrder, e.zRank),
		MRREzx:          relative(e.zOrder, e.zRank, e.xRank),
		MRRExz:          relative(e.xOrder, e.xRank, e.zRank),
		Loss:            1 - common/float64(n*k),
		RankCorrelation: spearman(inX, inZ),
	}
}

// Neighborhoods registers "trustworthiness", "continuity", and "mrre", the mean of both
// relative rank errors.
func (embeddingScores) Neighborhoods() []embeddingFamily {
	return []embeddingFamily{{
		[]Score{{"trustworthiness", "higher", 0}, {"continuity", "higher", 0}, {"mrre", "lower", 0}},
		func(e *Embedding, o ScoreOptions) []float64 {
			h := e.Neighborhoods(o.Neighbors)
			return []float64{h.Trustworthiness, h.Continuity, (h.MRREzx + h.MRRExz) / 2}
		},
	}}
}

// Pearson returns the correlation of the distances of all pairs in x and in z.
func (e *Embedding) Pearson() float64 {
	return stat.Correlation(widen(e.x.upper()), widen(e.z.upper()), nil)
}

// Spearman returns the rank correlation of the distances of all pairs.
func (e *Embedding) Spearman() float64 { return spearman(e.x.upper(), e.z.upper()) }

// DistanceCorrelation returns the distance correlation of Székely, Rizzo and
// Bakirov (2007) between x and z, the square root of the V-statistic: 0 if a
// cloud coincides in one point, 1 if z is x scaled, moved and turned.
func (e *Embedding) DistanceCorrelation() float64 {
	xMeans, xMean := e.x.means()
	zMeans, zMean := e.z.means()
	var cross, xs, zs float64
	parts := make([][3]float64, e.n)
	eachRow(e.n, func(i int) {
		zRow := e.z.row(i)
		for j, d := range e.x.row(i) {
			a := float64(d) - xMeans[i] - xMeans[j] + xMean
			b := float64(zRow[j]) - zMeans[i] - zMeans[j] + zMean
			parts[i][0] += a * b
			parts[i][1] += a * a
			parts[i][2] += b * b
		}
	})
	for _, p := range parts {
		cross, xs, zs = cross+p[0], xs+p[1], zs+p[2]
	}
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
	kept := 0
	for _, t := range triplets {
		i, j, k := t[0], t[1], t[2]
		x, z := e.x.row(i), e.z.row(i)
		if (x[j] < x[k]) == (z[j] < z[k]) {
			kept++
		}
	}
	return float64(kept) / float64(len(triplets))
}

// spearman returns the correlation of ranks, equal values sharing their mean rank.
// Values must not be negative.
func spearman(a, b []float32) float64 { return stat.Correlation(midRanks(a), midRanks(b), nil) }

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

func widen(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}
