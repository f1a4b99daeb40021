package flagcomplex

import "math/bits"

// A queue is a column that is being reduced: a priority queue of its entries, in which equal
// simplices are not yet added up.
//
// It is a radix heap (Ahuja, Mehlhorn, Orlin and Tarjan, Faster algorithms for the shortest
// path problem, 1990). An entry lies in the bucket of the highest bit in which it differs
// from the last entry popped. No entry less than the last entry popped may be pushed. The
// reduction respects this: it adds only columns whose pivot is the last entry popped, and the
// pivot is the least entry of its column.
type queue struct {
	coefficientBits int
	modulus         uint64
	last            uint64 // the last entry popped, with coefficient 0
	filled          uint64 // bit b is set if bucket b+1 is not empty
	buckets         [65]*block
	free            *block // a list of blocks in no bucket
}

// A block is a part of a bucket. Buckets grow and shrink by blocks, and share the free
// blocks. So a queue takes little more memory than its entries.
type block struct {
	next    *block
	count   int
	entries [254]uint64
}

func (q *queue) begin(coefficientBits int, modulus uint64) {
	q.coefficientBits, q.modulus = coefficientBits, modulus
	q.reset()
}

// reset empties the queue.
func (q *queue) reset() {
	q.last = 0
	q.release(q.take(0))
	for q.filled != 0 {
		q.release(q.take(bits.TrailingZeros64(q.filled) + 1))
	}
}

// take empties a bucket and returns the list of its blocks.
func (q *queue) take(b int) *block {
	list := q.buckets[b]
	q.buckets[b] = nil
	if b > 0 {
		q.filled &^= 1 << (b - 1)
	}
	return list
}

// release frees the blocks of a list.
func (q *queue) release(list *block) {
	for list != nil {
		next := list.next
		list.next, q.free = q.free, list
		list = next
	}
}

// grow puts an empty block before the blocks of a bucket.
func (q *queue) grow(b int) *block {
	k := q.free
	if k == nil {
		k = new(block)
	} else {
		q.free = k.next
	}
	k.next, k.count = q.buckets[b], 0
	q.buckets[b] = k
	if b > 0 {
		q.filled |= 1 << (b - 1)
	}
	return k
}

// push adds an entry.
func (q *queue) push(entry uint64) {
	b := bits.Len64((entry ^ q.last) >> q.coefficientBits)
	k := q.buckets[b]
	if k == nil || k.count == len(k.entries) {
		k = q.grow(b)
	}
	k.entries[k.count] = entry
	k.count++
}

// pop adds up the entries of the least simplex, removes them and returns the sum as one
// entry. It goes on to the next simplex while the sum of the coefficients is 0 modulo p. It
// returns 0 once the queue is empty.
func (q *queue) pop() uint64 {
	for {
		if sum := q.total(); sum != 0 {
			return q.last | sum
		}
		if q.filled == 0 {
			return 0
		}
		list := q.take(bits.TrailingZeros64(q.filled) + 1)
		least := list.entries[0]
		for k := list; k != nil; k = k.next {
			for _, entry := range k.entries[:k.count] {
				least = min(least, entry)
			}
		}
		q.last = least >> q.coefficientBits << q.coefficientBits
		for list != nil { // distribute the entries among lower buckets
			for _, entry := range list.entries[:list.count] {
				q.push(entry)
			}
			next := list.next
			list.next, q.free = q.free, list
			list = next
		}
	}
}

// total removes the entries of the same simplex as last. It returns the sum of their
// coefficients modulo p.
func (q *queue) total() uint64 {
	var sum uint64
	mask := uint64(1)<<q.coefficientBits - 1
	list := q.take(0)
	for k := list; k != nil; k = k.next {
		for _, entry := range k.entries[:k.count] {
			sum += entry & mask
		}
	}
	q.release(list)
	return sum % q.modulus
}
