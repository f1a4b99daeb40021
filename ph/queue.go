package ph

import (
	"math/bits"
	"slices"
)

// A queue is a column that is being reduced: a priority queue of its entries,
// equal ones not yet added up. It is a radix heap (Ahuja, Mehlhorn, Orlin and
// Tarjan 1990): an entry lies in the bucket of the highest bit in which it
// differs from the least entry taken so far. Nothing less than that may come
// later, and nothing does: the columns that are added have no entry before
// their pivot.
type queue struct {
	coefficientBits int
	modulus         uint64
	last            uint64 // the least entry so far, coefficient 0
	filled          uint64 // which buckets have entries, but for the first
	buckets         [65][]uint64
}

func (q *queue) begin(coefficientBits int, modulus uint64) {
	q.coefficientBits, q.modulus = coefficientBits, modulus
	q.reset()
}

// reset empties the queue.
func (q *queue) reset() {
	q.last = 0
	q.buckets[0] = q.buckets[0][:0]
	for ; q.filled != 0; q.filled &= q.filled - 1 {
		b := bits.TrailingZeros64(q.filled) + 1
		q.buckets[b] = q.buckets[b][:0]
	}
}

// push adds an entry.
func (q *queue) push(entry uint64) {
	b := bits.Len64((entry ^ q.last) >> q.coefficientBits)
	q.buckets[b] = append(q.buckets[b], entry)
	if b > 0 {
		q.filled |= 1 << (b - 1)
	}
}

// pop takes the least entry whose coefficient is not zero, 0 if there is none.
func (q *queue) pop() uint64 {
	for {
		if sum := q.total(); sum != 0 {
			return q.last | sum
		}
		if q.filled == 0 {
			return 0
		}
		b := bits.TrailingZeros64(q.filled) + 1
		bucket := q.buckets[b]
		q.buckets[b] = bucket[:0]
		q.filled &= q.filled - 1
		q.last = slices.Min(bucket) >> q.coefficientBits << q.coefficientBits
		for _, entry := range bucket { // into the buckets below
			q.push(entry)
		}
	}
}

// total takes the entries equal to last and returns the sum of their coefficients.
func (q *queue) total() uint64 {
	var sum uint64
	mask := uint64(1)<<q.coefficientBits - 1
	for _, entry := range q.buckets[0] {
		sum += entry & mask
	}
	q.buckets[0] = q.buckets[0][:0]
	return sum % q.modulus
}
