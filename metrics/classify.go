package metrics

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/topogen/topogen/ph"
)

// KNNAccuracy returns the share of images whose label is that of most of their k
// nearest other images. Among labels with equally many votes the smallest wins.
// It panics unless there is a label for each point and 1 ≤ k < n.
func (e *Embedding) KNNAccuracy(labels []int, k int) float64 {
	if k < 1 || k >= e.n {
		panic(fmt.Sprintf("metrics: KNNAccuracy: k is %d for %d points, want 1 ≤ k < n", k, e.n))
	}
	return e.KNNFolds(labels, nil, k)
}

// KNNFolds returns the mean accuracy over folds of [Embedding.KNNAccuracy] where
// the neighbors of an image are those outside of its own fold. folds[i] counts
// from 0; nil makes a fold of each image. It panics unless each fold has an image
// and at least k images are outside of it.
func (e *Embedding) KNNFolds(labels, folds []int, k int) float64 {
	e.checkLabels("KNNFolds", labels)
	if folds == nil {
		folds = make([]int, e.n)
		for i := range folds {
			folds[i] = i
		}
	}
	if len(folds) != e.n || k < 1 {
		panic(fmt.Sprintf("metrics: KNNFolds: %d folds for %d points, k = %d", len(folds), e.n, k))
	}
	hits, sizes := make(map[int]float64), make(map[int]float64)
	for _, fold := range folds {
		sizes[fold]++
	}
	for fold := range len(sizes) {
		switch others := e.n - int(sizes[fold]); {
		case sizes[fold] == 0:
			panic(fmt.Sprintf("metrics: KNNFolds: fold %d is empty of %d", fold, len(sizes)))
		case others < k:
			panic(fmt.Sprintf("metrics: KNNFolds: fold %d leaves %d points, want at least %d", fold, others, k))
		}
	}
	right := make([]bool, e.n)
	eachRow(e.n, func(i int) {
		votes := make(map[int]int)
		left := k
		for _, j := range e.zOrder[i][1:] {
			if folds[j] == folds[i] {
				continue
			}
			votes[labels[j]]++
			if left--; left == 0 {
				break
			}
		}
		best, most := 0, 0
		for label, count := range votes {
			if count > most || count == most && label < best {
				best, most = label, count
			}
		}
		right[i] = best == labels[i]
	})
	for i, fold := range folds {
		if right[i] {
			hits[fold]++
		}
	}
	var sum float64
	for fold := range len(sizes) {
		sum += hits[fold] / sizes[fold]
	}
	return sum / float64(len(sizes))
}

// Silhouette returns the mean silhouette of the images under their labels
// (Rousseeuw 1987): (b − a)/max(a, b), where a is the mean distance to the other
// images of the same label and b the least mean distance to those of another
// label. An image alone under its label counts 0. It panics unless there are at
// least two labels.
func (e *Embedding) Silhouette(labels []int) float64 {
	e.checkLabels("Silhouette", labels)
	classes := slices.Compact(slices.Sorted(slices.Values(labels)))
	if len(classes) < 2 {
		panic("metrics: Silhouette: all points have one label")
	}
	index := make([]int, e.n)
	sizes := make([]float64, len(classes))
	for i, label := range labels {
		index[i], _ = slices.BinarySearch(classes, label)
		sizes[index[i]]++
	}
	return sumRows(e.n, func(i int) float64 {
		sums := make([]float64, len(classes))
		for j, d := range e.z.row(i) {
			sums[index[j]] += float64(d)
		}
		if sizes[index[i]] == 1 {
			return 0
		}
		a, b := sums[index[i]]/(sizes[index[i]]-1), math.Inf(1)
		for c := range sums {
			if c != index[i] {
				b = min(b, sums[c]/sizes[c])
			}
		}
		if most := max(a, b); most > 0 {
			return (b - a) / most
		}
		return 0
	}) / float64(e.n)
}

func (e *Embedding) checkLabels(name string, labels []int) {
	if len(labels) != e.n {
		panic(fmt.Sprintf("metrics: %s: %d labels for %d points", name, len(labels), e.n))
	}
}

// LinearAccuracy returns the accuracy on test points of a ridge classifier fitted
// to training points: how much of the labels a linear function can tell. It
// regresses one target for each label, 1 for the points that have it and −1 for
// the others, on the centered coordinates, with the penalty |weights|², and
// predicts the label of the largest value, as scikit-learn's RidgeClassifier does.
// Labels count from 0. It takes O(n·d² + d³) time for points in R^d. It panics unless
// each point has a label and all points have one dimension.
func LinearAccuracy(train, test ph.Points[float32], trainLabels, testLabels []int) (float64, error) {
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
	n, dim, classes := train.Len(), train.Dim, 1+max(slices.Max(trainLabels), slices.Max(testLabels))
	x, targets := mat.NewDense(n, dim, widen(train.Coords)), mat.NewDense(n, classes, nil)
	for i, label := range trainLabels {
		for c := range classes {
			targets.Set(i, c, -1)
		}
		targets.Set(i, label, 1)
	}
	xMeans, targetMeans := center(x), center(targets)
	var normal mat.SymDense
	normal.SymOuterK(1, x.T())
	for k := range dim {
		normal.SetSym(k, k, normal.At(k, k)+1)
	}
	var factor mat.Cholesky
	if !factor.Factorize(&normal) {
		return 0, fmt.Errorf("metrics: a linear classifier of %d points in R^%d: the coordinates are too large to be squared", n, dim)
	}
	var right, weights mat.Dense
	right.Mul(x.T(), targets)
	if err := factor.SolveTo(&weights, &right); err != nil {
		return 0, fmt.Errorf("metrics: a linear classifier of %d points in R^%d: %w", n, dim, err)
	}
	y := mat.NewDense(test.Len(), dim, widen(test.Coords))
	var scores mat.Dense
	scores.Mul(subtract(y, xMeans), &weights)
	hits := 0
	for i, label := range testLabels {
		row := scores.RawRowView(i)
		floats.Add(row, targetMeans)
		if floats.MaxIdx(row) == label {
			hits++
		}
	}
	return float64(hits) / float64(test.Len()), nil
}

// center subtracts the mean of each column and returns the means.
func center(m *mat.Dense) []float64 {
	rows, columns := m.Dims()
	means := make([]float64, columns)
	for i := range rows {
		floats.AddScaled(means, 1/float64(rows), m.RawRowView(i))
	}
	subtract(m, means)
	return means
}

// subtract subtracts a vector from each row of m, which it returns.
func subtract(m *mat.Dense, v []float64) *mat.Dense {
	rows, _ := m.Dims()
	for i := range rows {
		floats.Sub(m.RawRowView(i), v)
	}
	return m
}
