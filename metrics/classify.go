package metrics

import (
	"fmt"
	"math"
	"slices"
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
		for _, neighbor := range nearest(nil, e.z.row(i), k, func(j int) bool { return folds[j] == folds[i] }) {
			votes[labels[index(neighbor)]]++
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
	class := make([]int, e.n)
	sizes := make([]float64, len(classes))
	for i, label := range labels {
		class[i], _ = slices.BinarySearch(classes, label)
		sizes[class[i]]++
	}
	return sumRows(e.n, func(i int) float64 {
		sums := make([]float64, len(classes))
		for j, d := range e.z.row(i) {
			sums[class[j]] += float64(d)
		}
		if sizes[class[i]] == 1 {
			return 0
		}
		a, b := sums[class[i]]/(sizes[class[i]]-1), math.Inf(1)
		for c := range sums {
			if c != class[i] {
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
