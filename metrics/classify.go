package metrics

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
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
	alone := folds == nil
	if alone {
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
	class, classes := compact(labels)
	right := make([]bool, e.n)
	eachRowWith(e.n, func() (func(i int), func()) {
		var nearest selection
		votes := make([]int, len(classes))
		return func(i int) {
			if alone {
				nearest.others(e.z.row(i), i, k)
			} else {
				nearest.except(e.z.row(i), k, func(j int) bool { return folds[j] == folds[i] })
			}
			for _, neighbor := range nearest.keys {
				votes[class[index(neighbor)]]++
			}
			best, most := 0, 0
			for c, count := range votes {
				if count > most {
					best, most = c, count
				}
			}
			clear(votes)
			right[i] = best == class[i]
		}, func() {}
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
	class, classes := compact(labels)
	if len(classes) < 2 {
		panic("metrics: Silhouette: all points have one label")
	}
	sizes := make([]float64, len(classes))
	for _, c := range class {
		sizes[c]++
	}
	silhouettes := make([]float64, e.n)
	eachRowWith(e.n, func() (func(i int), func()) {
		sums := make([]float64, len(classes))
		return func(i int) {
			clear(sums)
			for j, d := range e.z.row(i)[:len(class)] {
				sums[class[j]] += float64(d)
			}
			silhouettes[i] = silhouette(sums, sizes, class[i])
		}, func() {}
	})
	return floats.Sum(silhouettes) / float64(e.n)
}

// silhouette returns that of a point of a class. sums has the sums of its distances to the points
// of each class, and sizes their numbers.
func silhouette(sums, sizes []float64, class int) float64 {
	if sizes[class] == 1 {
		return 0
	}
	a, b := sums[class]/(sizes[class]-1), math.Inf(1)
	for c := range sums {
		if c != class {
			b = min(b, sums[c]/sizes[c])
		}
	}
	if most := max(a, b); most > 0 {
		return (b - a) / most
	}
	return 0
}

// compact returns the place of each label in the sorted list of the labels that occur, and
// this list.
func compact(labels []int) (class, classes []int) {
	classes = slices.Compact(slices.Sorted(slices.Values(labels)))
	class = make([]int, len(labels))
	for i, label := range labels {
		class[i], _ = slices.BinarySearch(classes, label)
	}
	return class, classes
}

func (e *Embedding) checkLabels(name string, labels []int) {
	if len(labels) != e.n {
		panic(fmt.Sprintf("metrics: %s: %d labels for %d points", name, len(labels), e.n))
	}
}
