package metrics

import (
	"errors"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/ph"
)

// LinearAccuracy returns the accuracy on test points of a ridge classifier fitted
// to training points: how well a linear function of the coordinates predicts labels. It
// regresses one target for each label, 1 for the points that have it and −1 for
// the others, on the centered coordinates, with the penalty |weights|², and
// predicts the label of the largest value, as scikit-learn's RidgeClassifier does.
// Labels count from 0 and are less than 65536.
//
// For n points in R^d it takes O(n·d·k + k³) time, where k is the lesser of n and d:
// with fewer points than dimensions it solves for the points. It computes on the
// device, in float32, unless coordinates are so large that float32 would lose the
// penalty beside them; then it computes in float64, some ten times as long. It panics
// unless each point has a label and all points have one dimension.
func LinearAccuracy(dev kernels.Device, train, test ph.Points[float32], trainLabels, testLabels []int) (float64, error) {
	if train.Len() != len(trainLabels) || test.Len() != len(testLabels) || train.Dim != test.Dim {
		panic(fmt.Sprintf("metrics: LinearAccuracy: %d training points in R^%d with %d labels, %d test points in R^%d with %d",
			train.Len(), train.Dim, len(trainLabels), test.Len(), test.Dim, len(testLabels)))
	}
	if train.Len() == 0 || test.Len() == 0 {
		return 0, fmt.Errorf("metrics: %d training and %d test points: both are needed", train.Len(), test.Len())
	}
	if least := min(slices.Min(trainLabels), slices.Min(testLabels)); least < 0 {
		return 0, fmt.Errorf("metrics: a label is %d: labels count from 0", least)
	}
	if most := max(slices.Max(trainLabels), slices.Max(testLabels)); most >= maxLabels {
		return 0, fmt.Errorf("metrics: a label is %d: labels are less than %d", most, maxLabels)
	}
	if err := errors.Join(checkFinite("training", train), checkFinite("test", test)); err != nil {
		return 0, err
	}
	r := newRidge(train, trainLabels, 1+max(slices.Max(trainLabels), slices.Max(testLabels)))
	var scores []float64
	var err error
	if r.squares() <= mostSquares {
		scores, err = r.scores(dev, test)
	} else {
		scores, err = r.scores64(test)
	}
	if err != nil {
		return 0, fmt.Errorf("metrics: a linear classifier of %d points in R^%d: %w", r.n, r.dim, err)
	}
	hits := 0
	for i, label := range testLabels {
		if floats.MaxIdx(scores[i*r.classes:][:r.classes]) == label {
			hits++
		}
	}
	return float64(hits) / float64(test.Len()), nil
}

// maxLabels bounds labels, each of which takes a column of numbers.
const maxLabels = 1 << 16

// checkFinite returns an error that names the first coordinate that is not finite.
func checkFinite(name string, p ph.Points[float32]) error {
	for i, v := range p.Coords {
		if v-v != 0 {
			return fmt.Errorf("metrics: coordinate %d of %s point %d is %v: points must be finite", i%p.Dim, name, i/p.Dim, v)
		}
	}
	return nil
}

// mostSquares is the largest sum of the squares of all centered coordinates for which a
// ridge classifier computes in float32. The sum bounds the eigenvalues of the matrix that is
// inverted, and the penalty bounds them below by 1. So relative errors of 2⁻²⁴ change the
// solution by about 2⁻⁷ of it at most, and far less in practice.
const mostSquares = 1 << 17

// A ridge holds what a linear classifier is fitted to.
type ridge struct {
	n, dim, classes int
	x               []float32 // n×dim, less means
	means           []float64 // of the coordinates
	targets         []float64 // n×classes, less shares
	shares          []float64 // means of the targets
}

func newRidge(points ph.Points[float32], labels []int, classes int) *ridge {
	r := &ridge{n: points.Len(), dim: points.Dim, classes: classes}
	r.means, r.shares = make([]float64, r.dim), make([]float64, classes)
	for i := range r.n {
		for k, v := range points.Coords[i*r.dim:][:r.dim] {
			r.means[k] += float64(v)
		}
	}
	floats.Scale(1/float64(r.n), r.means)
	r.x = r.centered(points)
	for _, label := range labels {
		r.shares[label] += 2 / float64(r.n)
	}
	floats.AddConst(-1, r.shares)
	for _, label := range labels {
		for c, share := range r.shares {
			target := -1.0
			if c == label {
				target = 1
			}
			r.targets = append(r.targets, target-share)
		}
	}
	return r
}

// centered returns the coordinates of points less the means.
func (r *ridge) centered(points ph.Points[float32]) []float32 {
	x := make([]float32, len(points.Coords))
	eachRow(points.Len(), func(i int) {
		row := x[i*r.dim:][:r.dim]
		for k, v := range points.Coords[i*r.dim:][:r.dim] {
			row[k] = float32(float64(v) - r.means[k])
		}
	})
	return x
}

// squares returns the sum of the squares of all centered coordinates.
func (r *ridge) squares() float64 {
	return sumRows(r.n, func(i int) float64 {
		s := 0.0
		for _, v := range r.x[i*r.dim:][:r.dim] {
			s += float64(v) * float64(v)
		}
		return s
	})
}

// scores returns the predicted targets of points, computed on a device.
func (r *ridge) scores(dev kernels.Device, points ph.Points[float32]) ([]float64, error) {
	var owned []kernels.Buffer
	defer func() {
		for _, b := range owned {
			dev.Free(b)
		}
	}()
	alloc := func(n int) kernels.Buffer {
		b := dev.Alloc(n)
		owned = append(owned, b)
		return b
	}
	load := func(values []float32) kernels.Buffer {
		b := alloc(len(values))
		dev.Write(b, values)
		return b
	}
	n, dim, classes := r.n, r.dim, r.classes
	x, targets := load(r.x), load(narrow(r.targets))
	weights := alloc(dim * classes)
	transposed := func(dst, b kernels.Buffer) { // dst = xᵀ·b
		dev.Gemm(kernels.Gemm{M: dim, N: classes, K: n, TransA: true, Alpha: 1, A: x, B: b, C: dst, Unrounded: true})
	}
	s := newSolver(dev, min(n, dim), alloc)
	if n < dim {
		s.gram(x, n, dim)
		solution := alloc(n * classes)
		if err := s.solve(solution, targets, classes); err != nil {
			return nil, err
		}
		transposed(weights, solution)
	} else {
		s.gramOfColumns(x, n, dim)
		right := alloc(dim * classes)
		transposed(right, targets)
		if err := s.solve(weights, right, classes); err != nil {
			return nil, err
		}
	}
	m := points.Len()
	scores := alloc(m * classes)
	dev.Gemm(kernels.Gemm{
		M: m, N: classes, K: dim, Alpha: 1, A: load(r.centered(points)), B: weights, C: scores,
		Bias: load(narrow(r.shares)), Unrounded: true,
	})
	values := make([]float32, m*classes)
	if err := dev.Read(values, scores); err != nil {
		return nil, err
	}
	return widen(values), nil
}

// scores64 returns the predicted targets of points, computed in float64.
func (r *ridge) scores64(points ph.Points[float32]) ([]float64, error) {
	x, targets := mat.NewDense(r.n, r.dim, widen(r.x)), mat.NewDense(r.n, r.classes, r.targets)
	var gram mat.SymDense
	if r.n < r.dim {
		gram.SymOuterK(1, x)
	} else {
		gram.SymOuterK(1, x.T())
	}
	for k := range gram.SymmetricDim() {
		gram.SetSym(k, k, gram.At(k, k)+1)
	}
	var factor mat.Cholesky
	if !factor.Factorize(&gram) {
		return nil, errTooLarge
	}
	var weights, partial, scores mat.Dense
	var err error
	if r.n < r.dim {
		err = factor.SolveTo(&partial, targets)
		weights.Mul(x.T(), &partial)
	} else {
		partial.Mul(x.T(), targets)
		err = factor.SolveTo(&weights, &partial)
	}
	if err != nil {
		return nil, err
	}
	scores.Mul(mat.NewDense(points.Len(), r.dim, widen(r.centered(points))), &weights)
	for i := range points.Len() {
		floats.Add(scores.RawRowView(i), r.shares)
	}
	return scores.RawMatrix().Data, nil
}

func narrow(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

func widen(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}
