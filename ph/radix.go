package ph

import (
	"cmp"
	"math/bits"
	"slices"
)

// A radix sort puts numbers in order by two digits of theirs, which together have
// a few bits more than the numbers are many: few of them stay out of order, those
// that differ in lower bits alone. It takes the same time for all orders.
type radix struct {
	digit  int // bits
	items  []uint64
	halves []uint64 // sorted by the lower digits
	lower  []int32  // where items of each digit go
	upper  []int32
}

// begin makes room for items.
func (r *radix) begin(n int) []uint64 {
	const finer = 3 // bits
	r.digit = min((bits.Len(uint(n))+finer+1)/2, 12)
	r.items, r.halves = resize(r.items, n), resize(r.halves, n)
	return r.items
}

// sort returns the items in the order of their digits from a bit on, which are all
// that they have there.
func (r *radix) sort(shift int) []uint64 {
	size := 1 << r.digit
	r.lower, r.upper = resize(r.lower, size), resize(r.upper, size)
	clear(r.lower)
	clear(r.upper)
	mask := uint64(size - 1)
	for _, x := range r.items {
		r.lower[x>>shift&mask]++
		r.upper[x>>shift>>r.digit]++
	}
	scatter(r.halves, r.items, r.lower, shift, mask)
	scatter(r.items, r.halves, r.upper, shift+r.digit, mask)
	return r.items
}

// scatter moves items to where those of their digit go, whose numbers are given.
func scatter(to, from []uint64, counts []int32, shift int, mask uint64) {
	sum := int32(0)
	for i, c := range counts {
		counts[i] = sum
		sum += c
	}
	for _, x := range from {
		at := &counts[x>>shift&mask]
		to[*at] = x
		*at++
	}
}

// finish puts numbers in order that nearly are, and others in more time.
func finish(numbers []uint64) {
	moves := 0
	for i, x := range numbers {
		k := i
		for ; k > 0 && numbers[k-1] > x; k-- {
			numbers[k] = numbers[k-1]
		}
		numbers[k] = x
		if moves += i - k; moves > 4*len(numbers) {
			slices.Sort(numbers)
			return
		}
	}
}

// order sets order to the places of numbers, which are finite, by ascending
// numbers, those of equal ones in their order.
func (r *radix) order(order []int32, numbers []float64) {
	for i := range order {
		order[i] = int32(i)
	}
	if slices.IsSorted(numbers) { // as births of degree 0 are
		return
	}
	lo, hi := numbers[0], numbers[0]
	for _, x := range numbers {
		if x < lo {
			lo = x
		} else if x > hi {
			hi = x
		}
	}
	items := r.begin(len(numbers))
	// Halves, as the difference of two numbers may be none.
	start := lo / 2
	scale := (float64(uint64(1)<<(2*r.digit)) - 1) / max(hi/2-start, 1e-300)
	for i, x := range numbers {
		items[i] = uint64((x/2-start)*scale)<<32 | uint64(i)
	}
	for i, item := range r.sort(32) {
		order[i] = int32(uint32(item))
	}
	moves := 0
	for i, place := range order {
		k := i
		for ; k > 0 && numbers[order[k-1]] > numbers[place]; k-- {
			order[k] = order[k-1]
		}
		order[k] = place
		if moves += i - k; moves > 4*len(order) { // most are within few steps
			slices.SortFunc(order, func(i, j int32) int {
				return cmp.Or(cmp.Compare(numbers[i], numbers[j]), cmp.Compare(i, j))
			})
			return
		}
	}
}
