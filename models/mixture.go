package models

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// A Mixture is a mixture of Gaussians with diagonal covariances. It generates latent
// vectors for models whose latent vectors do not follow the prior (Ghosh et al.,
// arXiv:1903.12436).
type Mixture struct {
	Weights    []float64   // one for each Gaussian; they sum to 1
	Means      [][]float64 // by Gaussian and coordinate
	Deviations [][]float64 // by Gaussian and coordinate
}

const (
	mixtureRounds = 100 // most rounds of expectation maximisation
	// deviationFloor is the least deviation of a Gaussian along an axis, relative to the
	// deviation of all points along that axis.
	deviationFloor = 1e-3
)

// FitMixture fits a mixture of k Gaussians to points of R^dim by expectation maximisation.
// The slice holds the points one after another. The means start at k points that the seed
// decides. Fewer than k points are an error. It takes at most 100 rounds of
// O(points·k·dim).
func FitMixture(points []float32, dim, k int, seed uint64) (*Mixture, error) {
	n := 0
	if dim > 0 {
		n = len(points) / dim
	}
	if k < 1 || n < k || len(points) != n*dim {
		return nil, fmt.Errorf("models: a mixture of %d Gaussians of %d values in R^%d", k, len(points), dim)
	}
	at := func(i int) []float32 { return points[i*dim : (i+1)*dim] }
	spread := deviations(points, dim)
	m := &Mixture{}
	order := rand.New(rand.NewPCG(seed, mixtureStream)).Perm(n)
	for c := range k {
		mean := make([]float64, dim)
		for d, v := range at(order[c]) {
			mean[d] = float64(v)
		}
		m.Weights = append(m.Weights, 1/float64(k))
		m.Means = append(m.Means, mean)
		m.Deviations = append(m.Deviations, append([]float64(nil), spread...))
	}
	share := make([]float64, n*k) // by point and Gaussian: probability that the point is of it
	before := math.Inf(-1)
	for range mixtureRounds {
		likelihood := 0.0
		for i := range n {
			likelihood += m.shares(share[i*k:(i+1)*k], at(i))
		}
		m.update(share, points, spread)
		if likelihood-before < 1e-6*math.Abs(likelihood) {
			break
		}
		before = likelihood
	}
	return m, nil
}

const mixtureStream = 0x6d697874 // "mixt"

// shares sets share to the probabilities, given a point, that it is of each Gaussian. It
// returns the logarithm of the mixture's density at the point.
func (m *Mixture) shares(share []float64, point []float32) float64 {
	most := math.Inf(-1)
	for c := range m.Weights {
		l := math.Log(m.Weights[c])
		for d, v := range point {
			z := (float64(v) - m.Means[c][d]) / m.Deviations[c][d]
			l -= z*z/2 + math.Log(m.Deviations[c][d]) + math.Log(2*math.Pi)/2
		}
		share[c] = l
		most = max(most, l)
	}
	var total float64
	for c := range share {
		share[c] = math.Exp(share[c] - most)
		total += share[c]
	}
	for c := range share {
		share[c] /= total
	}
	return most + math.Log(total)
}

// update sets weight, mean and deviations of each Gaussian to those of the points, weighted
// with their share.
func (m *Mixture) update(share []float64, points []float32, spread []float64) {
	k, dim := len(m.Weights), len(spread)
	n := len(points) / dim
	for c := range k {
		var weight float64
		for i := range n {
			weight += share[i*k+c]
		}
		if weight < 1e-9 {
			continue // the Gaussian has no share in any point: leave it unchanged
		}
		m.Weights[c] = weight / float64(n)
		for d := range dim {
			var mean, square float64
			for i := range n {
				mean += share[i*k+c] * float64(points[i*dim+d])
			}
			mean /= weight
			for i := range n {
				z := float64(points[i*dim+d]) - mean
				square += share[i*k+c] * z * z
			}
			m.Means[c][d] = mean
			m.Deviations[c][d] = max(math.Sqrt(square/weight), deviationFloor*spread[d])
		}
	}
	var total float64
	for _, w := range m.Weights {
		total += w
	}
	for c := range m.Weights {
		m.Weights[c] /= total
	}
}

// deviations returns the standard deviation of the points along each axis, 1 instead of 0.
func deviations(points []float32, dim int) []float64 {
	n := float64(len(points) / dim)
	mean, out := make([]float64, dim), make([]float64, dim)
	for i, v := range points {
		mean[i%dim] += float64(v) / n
	}
	for i, v := range points {
		z := float64(v) - mean[i%dim]
		out[i%dim] += z * z / n
	}
	for d := range out {
		if out[d] = math.Sqrt(out[d]); out[d] == 0 {
			out[d] = 1
		}
	}
	return out
}

// Sample draws n points from the mixture, which the seed decides. The result holds them one
// after another.
func (m *Mixture) Sample(n int, seed uint64) []float32 {
	r := rand.New(rand.NewPCG(seed, ^uint64(mixtureStream)))
	var points []float32
	for range n {
		c, u := 0, r.Float64()
		for c < len(m.Weights)-1 && u >= m.Weights[c] {
			u -= m.Weights[c]
			c++
		}
		for d, mean := range m.Means[c] {
			points = append(points, float32(mean+m.Deviations[c][d]*r.NormFloat64()))
		}
	}
	return points
}
