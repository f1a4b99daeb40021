package metrics

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/ph"
)

// A ridge classifier.
//
// Problem: for the centered points X (n×d) and targets Y (n×classes), the weights W (d×classes)
// that minimize |XW − Y|² + |W|². They solve (XᵀX + 1)W = XᵀY, and also W = XᵀS for the solution
// of (XXᵀ + 1)S = Y. The smaller of the two systems is solved, A·U = B.
//
// Idea: the device decomposes A in float32. Its solution is off by some 2⁻²⁴ times the largest
// eigenvalue of A, which grows with the number of points. The conjugate gradient method,
// preconditioned by the decomposition, corrects it (Golub and Van Loan, Matrix Computations,
// §11.5). Each of its steps multiplies by X and by Xᵀ in float64. One to three steps suffice
// for images.
//
// Bound: no eigenvalue of A is below 1. So for the residual R = B − A·U the error of the weights
// of a class is at most |R|, the norm of its column, in both systems: A⁻¹R has at most this
// norm, and |XᵀA⁻¹R|² ≤ RᵀA⁻¹R ≤ |R|². The steps end when |R| ≤ residualTolerance·|W| in each
// column. Then the score of a point y is off by at most residualTolerance·|y|·|W|.
//
// Cost: n·d·k multiply-adds in float32 for A, k³/3 for its decomposition, where k is the lesser
// of n and d, and 2·n·d·classes in float64 for a step.

// residualTolerance bounds the norms of residuals, relative to those of weights.
const residualTolerance = 1. / (1 << 14)

// mostSteps is the largest number of steps of the conjugate gradient method.
const mostSteps = 12

var errNotConverged = errors.New("the decomposition in float32 is too coarse")

// A ridge holds the points and the targets that a linear classifier is fitted to.
type ridge struct {
	x       *centered
	classes int
	targets []float64 // classes×n, minus shares, so that their means are 0
	shares  []float64 // by class, the mean of the targets
}

func newRidge(points ph.Points[float32], labels []int, classes int) *ridge {
	n := points.Len()
	r := &ridge{x: newCentered(points), classes: classes, targets: make([]float64, classes*n), shares: make([]float64, classes)}
	for _, label := range labels {
		r.shares[label] += 2 / float64(n)
	}
	floats.AddConst(-1, r.shares)
	for c, share := range r.shares {
		row := r.targets[c*n : (c+1)*n]
		for i, label := range labels {
			row[i] = -1 - share
			if label == c {
				row[i] = 1 - share
			}
		}
	}
	return r
}

// size returns the number of equations.
func (r *ridge) size() int { return min(r.x.n, r.x.dim) }

// forPoints reports whether the equations are those for the points, XXᵀ + 1, and not those for
// the coordinates, XᵀX + 1.
func (r *ridge) forPoints() bool { return r.x.n < r.x.dim }

// right returns the right sides of the equations, classes×size.
func (r *ridge) right() []float64 {
	if r.forPoints() {
		return r.targets
	}
	return r.x.transposed(r.targets, r.classes)
}

// weights returns the weights (classes×dim), computed on a device and corrected in float64. If the
// steps do not converge, it returns an error.
func (r *ridge) weights(dev kernels.Device) ([]float64, error) {
	s := newSolver(dev, r.size(), r.classes)
	defer s.release()
	if err := s.decompose(r); errors.Is(err, errTooLarge) {
		// Rounding has made the matrix indefinite. One of a larger diagonal is farther from A, but
		// also serves the conjugate gradients.
		s.diagonal += r.x.squares() * (1. / (1 << 23))
		if err := s.decompose(r); err != nil {
			return nil, err
		}
	} else if err != nil {
		return nil, err
	}
	k, classes := r.size(), r.classes
	residual := append([]float64(nil), r.right()...)
	step := make([]float64, len(residual)) // the direction of a step, then what A makes of it
	weights, products := make([]float64, classes*r.x.dim), make([]float64, classes)
	for range mostSteps {
		direction, err := s.solve(residual)
		if err != nil {
			return nil, err
		}
		for c := range classes {
			from, to := c*k, (c+1)*k
			before := products[c]
			products[c] = floats.Dot(residual[from:to], direction[from:to])
			if before != 0 {
				floats.AddScaled(direction[from:to], products[c]/before, step[from:to])
			}
		}
		copy(step, direction)
		move, image := r.apply(step)
		converged := true
		for c := range classes {
			from, to := c*k, (c+1)*k
			w := weights[c*r.x.dim:][:r.x.dim]
			if length := floats.Dot(step[from:to], image[from:to]); length > 0 {
				part := products[c] / length
				floats.AddScaled(w, part, move[c*r.x.dim:][:r.x.dim])
				floats.AddScaled(residual[from:to], -part, image[from:to])
			}
			converged = converged && floats.Norm(residual[from:to], 2) <= residualTolerance*floats.Norm(w, 2)
		}
		if converged {
			return weights, nil
		}
	}
	return nil, errNotConverged
}

// apply returns A·u for u, classes×size, and the weights that belong to it.
func (r *ridge) apply(u []float64) (weights, image []float64) {
	if r.forPoints() {
		weights = r.x.transposed(u, r.classes)
		image = r.x.times(weights, r.classes)
	} else {
		weights = u
		image = r.x.transposed(r.x.times(u, r.classes), r.classes)
	}
	floats.Add(image, u)
	return weights, image
}

// scores returns the predicted targets of points (classes×n) for weights.
func (r *ridge) scores(points ph.Points[float32], weights []float64) []float64 {
	n := points.Len()
	test := &centered{points: points.Coords, n: n, dim: points.Dim, mean: r.x.mean}
	scores := test.times(weights, r.classes)
	for c, share := range r.shares {
		floats.AddConst(share, scores[c*n:(c+1)*n])
	}
	return scores
}

// best returns the class with the largest score of each point, the first of several.
func best(scores []float64, n int) []int {
	classes := make([]int, n)
	for i := range classes {
		most := math.Inf(-1)
		for c := 0; c*n < len(scores); c++ {
			if v := scores[c*n+i]; v > most {
				most, classes[i] = v, c
			}
		}
	}
	return classes
}
