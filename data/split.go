package data

import (
	"fmt"
	"math/rand/v2"
)

// Streams of random numbers of a seed, one for each purpose.
const (
	splitStream = 0x73706c6974 // "split"
	batchStream = 0x6261746368 // "batch"
)

// Split divides the indices 0 … n−1 at random into two parts, for example for training and
// validation. The first part has the given fraction of the indices, rounded. The seed
// decides the parts and their order.
func Split(n int, fraction float64, seed uint64) (first, second []int) {
	if n < 0 || !(fraction >= 0 && fraction <= 1) {
		panic(fmt.Sprintf("data: splitting %d examples at the fraction %v, want a count and a fraction from 0 to 1", n, fraction))
	}
	order := rand.New(rand.NewPCG(seed, splitStream)).Perm(n)
	cut := int(fraction*float64(n) + 0.5)
	return order[:cut:cut], order[cut:]
}

// Batches deals indices into batches of the given size, in an order that the
// seed decides; the last batch may be smaller. The batches are views of one new
// slice. It panics if size is below 1.
func Batches(indices []int, size int, seed uint64) [][]int {
	checkBatch(size)
	order := append([]int(nil), indices...)
	rand.New(rand.NewPCG(seed, batchStream)).Shuffle(len(order), func(i, j int) {
		order[i], order[j] = order[j], order[i]
	})
	return BatchesInOrder(order, size)
}

// BatchesInOrder deals indices into batches of the given size, in their order; the last
// batch may be smaller. The batches are views of indices. It panics if size is below 1.
func BatchesInOrder(indices []int, size int) [][]int {
	checkBatch(size)
	var batches [][]int
	for len(indices) > size {
		batches = append(batches, indices[:size:size])
		indices = indices[size:]
	}
	if len(indices) > 0 {
		batches = append(batches, indices)
	}
	return batches
}

// checkBatch panics unless a batch of the given size has an example.
func checkBatch(size int) {
	if size < 1 {
		panic(fmt.Sprintf("data: batches of %d examples, want at least 1", size))
	}
}

// AllIndices returns the indices 0 … n−1.
func AllIndices(n int) []int {
	indices := make([]int, n)
	for i := range indices {
		indices[i] = i
	}
	return indices
}
