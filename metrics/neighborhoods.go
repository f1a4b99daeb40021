package metrics

import (
	"fmt"
	"math"
)

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

// Neighborhoods returns the measures for the k nearest neighbors, in O(k·n²) time. It panics
// unless 1 ≤ k and 3k + 1 < 2n, which trustworthiness needs.
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
	// The ranks in one cloud of the neighbors in the other: row i has those of the neighbors
	// of point i, nearest first.
	ofZ, ofX := e.otherRanks(e.z, e.x, k), e.otherRanks(e.x, e.z, k)
	intruders := func(ranks []int32) float64 {
		sum := 0
		for _, rank := range ranks {
			sum += max(0, int(rank)-k)
		}
		return 1 - 2*float64(sum)/(float64(n*k)*float64(2*n-3*k-1))
	}
	relative := func(ranks []int32) float64 {
		sum := 0.0
		for at, rank := range ranks {
			own := float64(at%k + 1)
			sum += math.Abs(own-float64(rank)) / own
		}
		return sum / normalizer
	}
	common := 0
	inX, inZ := make([]float32, n*k), make([]float32, n*k)
	for at, rank := range ofZ {
		if int(rank) <= k {
			common++
		}
		inX[at], inZ[at] = float32(at%k+1), float32(ofX[at])
	}
	return Neighborhoods{
		Trustworthiness: intruders(ofZ),
		Continuity:      intruders(ofX),
		MRREzx:          relative(ofZ),
		MRRExz:          relative(ofX),
		Loss:            1 - float64(common)/float64(n*k),
		RankCorrelation: spearman(inX, inZ),
	}
}

// otherRanks returns, for each point, the ranks in another cloud of its k nearest neighbors
// in one.
func (e *Embedding) otherRanks(own, other *matrix, k int) []int32 {
	ranks := make([]int32, e.n*k)
	eachRowWith(e.n, func() (func(i int), func()) {
		var nearest selection
		var places ranking
		return func(i int) {
			nearest.others(own.row(i), i, k)
			places.set(other.row(i), i)
			for at, neighbor := range nearest.keys {
				ranks[i*k+at] = int32(places.rank(index(neighbor)))
			}
		}, func() {}
	})
	return ranks
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
