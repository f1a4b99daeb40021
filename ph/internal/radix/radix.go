// Package radix sorts many numbers in a time that hardly depends on their order.
//
// A [Sorter] sorts n 64-bit items by two digits. A digit is a range of bits, and the two
// together have a few bits more than log₂ n. By these bits nearly all items come in order,
// and an insertion sort finishes the rest (MacLaren, Internal sorting by radix plus
// sifting, Journal of the ACM 13, 1966).
//
//	var s radix.Sorter
//	order := make([]int32, len(numbers))
//	s.Order(order, numbers) // numbers[order[0]] is the least
package radix

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/topogen/topogen/internal/reuse"
)

// A Sorter is the workspace of a radix sort. The zero value is ready for use. One
// sorter serves one goroutine at a time.
type Sorter struct {
	digit   int      // the number of bits of a digit
	items   []uint64 // what the caller fills in, then the sorted items
	byLower []uint64 // the items sorted by the lower digit
	lower   []int32  // for each value of the lower digit a count, then a position in byLower
	upper   []int32  // for each value of the upper digit a count, then a position in items
}

// Begin returns room for n items, which the caller fills before [Sorter.Sort].
func (s *Sorter) Begin(n int) []uint64 {
	const finer = 3 // the number of bits of both digits beyond the bits of n
	s.digit = min((bits.Len(uint(n))+finer+1)/2, 12)
	s.items, s.byLower = reuse.Slice(s.items, n), reuse.Slice(s.byLower, n)
	return s.items
}

// Bits returns the number of bits by which [Sorter.Sort] sorts the items of the
// latest [Sorter.Begin].
func (s *Sorter) Bits() int { return 2 * s.digit }

// Sort returns the items sorted by their bits shift, …, shift+[Sorter.Bits]−1. All higher bits of
// the items must be 0. Items that agree in the bits by which they are sorted keep their order.
func (s *Sorter) Sort(shift int) []uint64 {
	size := 1 << s.digit
	s.lower, s.upper = reuse.Slice(s.lower, size), reuse.Slice(s.upper, size)
	clear(s.lower)
	clear(s.upper)
	mask := uint64(size - 1)
	for _, x := range s.items {
		s.lower[x>>shift&mask]++
		s.upper[x>>shift>>s.digit]++
	}
	scatter(s.byLower, s.items, s.lower, shift, mask)
	scatter(s.items, s.byLower, s.upper, shift+s.digit, mask)
	return s.items
}

// scatter sorts the items of from into to by one digit: mask+1 values from bit shift on.
// Equal digits keep their order. counts has the number of items with each value of the
// digit; scatter overwrites it.
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

// Finish sorts numbers in ascending order, in linear time if they are nearly sorted.
func Finish(numbers []uint64) {
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

// Order sets order to the indices of numbers by ascending number, then by index.
// The numbers are finite; order is as long as numbers.
func (s *Sorter) Order(order []int32, numbers []float64) {
	for i := range order {
		order[i] = int32(i)
	}
	if slices.IsSorted(numbers) { // as the births of degree 0 are
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
	items := s.Begin(len(numbers))
	// All numbers are halved, since the difference of two finite numbers may overflow.
	start := lo / 2
	scale := (float64(uint64(1)<<s.Bits()) - 1) / max(hi/2-start, 1e-300)
	for i, x := range numbers {
		items[i] = uint64((x/2-start)*scale)<<32 | uint64(i)
	}
	for i, item := range s.Sort(32) {
		order[i] = int32(uint32(item))
	}
	moves := 0
	for i, place := range order {
		k := i
		for ; k > 0 && numbers[order[k-1]] > numbers[place]; k-- {
			order[k] = order[k-1]
		}
		order[k] = place
		if moves += i - k; moves > 4*len(order) { // few numbers are so large that most share a step
			slices.SortFunc(order, func(i, j int32) int {
				return cmp.Or(cmp.Compare(numbers[i], numbers[j]), cmp.Compare(i, j))
			})
			return
		}
	}
}
