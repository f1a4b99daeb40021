package metrics

import (
	"errors"
	"fmt"
	"slices"

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
// device, in float32, and corrects the solution in float64: the value that decides on a
// label differs from the exact one by at most 2⁻¹⁴ of |point − mean|·|weights|. Where
// coordinates are so large that float32 loses the penalty beside them, it computes in
// float64, some ten times as long. It panics unless each point has a label and all points
// have one dimension.
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
	r := newRidge(train, trainLabels, 1+max(slices.Max(trainLabels), slices.Max(testLabels)))
	if !allFinite(r.x.mean) {
		return 0, checkFinite("training", train)
	}
	weights, err := r.weights(dev)
	if errors.Is(err, errTooLarge) || errors.Is(err, errNotConverged) {
		weights, err = r.weights64()
	}
	if err != nil {
		return 0, fmt.Errorf("metrics: a linear classifier of %d points in R^%d: %w", r.x.n, r.x.dim, err)
	}
	scores := r.scores(test, weights)
	if !allFinite(scores) {
		if err := checkFinite("test", test); err != nil {
			return 0, err
		}
	}
	hits := 0
	for i, class := range best(scores, test.Len()) {
		if class == testLabels[i] {
			hits++
		}
	}
	return float64(hits) / float64(test.Len()), nil
}

// maxLabels bounds labels, each of which takes a column of numbers.
const maxLabels = 1 << 16

// allFinite reports whether no number is infinite or NaN.
func allFinite(x []float64) bool {
	return !slices.ContainsFunc(x, func(v float64) bool { return v-v != 0 })
}

// checkFinite returns an error that names the first coordinate that is not finite.
func checkFinite(name string, p ph.Points[float32]) error {
	for i, v := range p.Coords {
		if v-v != 0 {
			return fmt.Errorf("metrics: coordinate %d of %s point %d is %v: points must be finite", i%p.Dim, name, i/p.Dim, v)
		}
	}
	return nil
}

// weights64 returns the weights (classes×dim), computed in float64.
func (r *ridge) weights64() ([]float64, error) {
	x := mat.NewDense(r.x.n, r.x.dim, nil)
	for i := range r.x.n {
		row := x.RawRowView(i)
		for k, v := range r.x.row(i) {
			row[k] = float64(v) - r.x.mean[k]
		}
	}
	var gram mat.SymDense
	if r.forPoints() {
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
	var solution, weights mat.Dense
	right := mat.NewDense(r.classes, r.size(), r.right())
	if err := factor.SolveTo(&solution, right.T()); err != nil {
		return nil, err
	}
	if r.forPoints() {
		weights.Mul(solution.T(), x)
	} else {
		weights.CloneFrom(solution.T())
	}
	return weights.RawMatrix().Data, nil
}
