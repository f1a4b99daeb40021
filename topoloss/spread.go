package topoloss

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/topogen/topogen/kernels"
)

// A Spread turns the gradient of a topological loss, which moves at most four
// points for each bar, into one that moves their neighbours along, so that
// fewer steps are needed and clusters move as clusters. Each point receives a
// combination of the gradients at the points that have one; how much of each
// depends on distances by the kernel K(x, y) = exp(−‖x−y‖²/2·Bandwidth²).
//
// What comes out is no longer the derivative of the loss but, for small steps,
// still a direction in which it falls.
type Spread struct {
	Method    SpreadMethod
	Bandwidth float64 // a length: how far the gradient reaches
}

// A SpreadMethod says how a [Spread] combines gradients.
type SpreadMethod uint8

const (
	// Sparse leaves the gradient as it is.
	Sparse SpreadMethod = iota
	// Average gives each point x the kernel-weighted mean Σ K(x, xᵢ) gᵢ / Σ K(x, xᵢ)
	// of the gradients gᵢ, after Nadaraya and Watson (Bendahi, Duplessis and
	// Fickinger 2026, arXiv:2605.10996). Every point moves, far ones as the
	// nearest that has a gradient.
	Average
	// Interpolate gives x the value Σ K(x, xᵢ) αᵢ of the smooth field that
	// takes the values gᵢ at xᵢ (Carrière, Theveneau and Lacombe 2024,
	// arXiv:2405.18820), up to a ridge of 1e-3 that keeps it solvable where
	// points coincide. Far points stay.
	Interpolate
)

const ridge = 1e-3

// spreader computes the weights of a [Spread]: a workspace.
type spreader struct {
	isCritical []bool
	critical   []int // the points that have a gradient, ascending
	out        []float32
	kernel     []float64
}

// weights returns the n×n matrix that turns the gradient of each point into the
// spread one, given the pairs that carry it and the n×n distances.
func (w *spreader) weights(s Spread, pairs []kernels.Pair, distances []float32, n int) ([]float32, error) {
	if !(s.Bandwidth > 0) || !isFinite(s.Bandwidth) {
		return nil, fmt.Errorf("topoloss: a spread of bandwidth %v, must be positive and finite", s.Bandwidth)
	}
	w.find(pairs, n)
	w.out = resize(w.out, n*n)
	clear(w.out)
	switch s.Method {
	case Average:
		w.average(s.Bandwidth, distances, n)
		return w.out, nil
	case Interpolate:
		return w.out, w.interpolate(s.Bandwidth, distances, n)
	}
	return nil, fmt.Errorf("topoloss: no method %d of spreading", s.Method)
}

func (w *spreader) find(pairs []kernels.Pair, n int) {
	w.isCritical = resize(w.isCritical, n)
	clear(w.isCritical)
	for _, p := range pairs {
		w.isCritical[p.U], w.isCritical[p.V] = true, true
	}
	w.critical = w.critical[:0]
	for i, yes := range w.isCritical {
		if yes {
			w.critical = append(w.critical, i)
		}
	}
}

func (w *spreader) average(bandwidth float64, distances []float32, n int) {
	for i := range n {
		row, out := distances[i*n:(i+1)*n], w.out[i*n:(i+1)*n]
		// All kernel values are taken relative to the largest, which keeps
		// points that are far from all others from dividing 0 by 0.
		nearest := math.Inf(1)
		for _, j := range w.critical {
			nearest = min(nearest, float64(row[j]))
		}
		var total float64
		for _, j := range w.critical {
			d := float64(row[j])
			total += gaussian(bandwidth, d*d-nearest*nearest)
		}
		for _, j := range w.critical {
			d := float64(row[j])
			out[j] = float32(gaussian(bandwidth, d*d-nearest*nearest) / total)
		}
	}
}

func (w *spreader) interpolate(bandwidth float64, distances []float32, n int) error {
	m := len(w.critical)
	if m == 0 {
		return nil
	}
	w.kernel = resize(w.kernel, m*m+m*n)
	among := mat.NewSymDense(m, w.kernel[:m*m])
	toAll := mat.NewDense(m, n, w.kernel[m*m:])
	for a, i := range w.critical {
		for b, j := range w.critical[:a] {
			d := float64(distances[i*n+j])
			among.SetSym(a, b, gaussian(bandwidth, d*d))
		}
		among.SetSym(a, a, 1+ridge)
		for j := range n {
			d := float64(distances[i*n+j])
			toAll.Set(a, j, gaussian(bandwidth, d*d))
		}
	}
	var factor mat.Cholesky
	if !factor.Factorize(among) {
		return fmt.Errorf("topoloss: spreading the gradient of %d points: their kernel matrix is singular", m)
	}
	var solved mat.Dense
	if err := factor.SolveTo(&solved, toAll); err != nil {
		return fmt.Errorf("topoloss: spreading the gradient of %d points: %w", m, err)
	}
	for a, j := range w.critical {
		for i := range n {
			w.out[i*n+j] = float32(solved.At(a, i))
		}
	}
	return nil
}

func gaussian(bandwidth, square float64) float64 {
	return math.Exp(-square / (2 * bandwidth * bandwidth))
}
