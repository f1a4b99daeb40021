package cubical

import (
	"math"
	"math/bits"
	"slices"

	"github.com/topogen/topogen/ph"
)

// An order is the order in which the pixels of an image enter: by value, and those of
// equal value by index. A pixel's place in it is its rank.
type order struct {
	pixels []int32 // by rank
	items  []uint64
	spare  []uint64
	counts []int32
}

// sortPixels sorts the pixels of an image, or of the negated image.
//
// It is a radix sort of integers in the order of the values: the bits of each value as
// a float64, those of negative numbers inverted. The low bits of each integer make room
// for the index of the pixel. Bits that all pixels share are skipped: those of a
// float32 take three or four passes. Where the removed bits of a float64 matter, a
// last pass moves a few pixels to their places.
//
// It takes O(n) where values are spread, and at most O(n log n).
func sortPixels[T ph.Float](o *order, values []T, negate bool) {
	n := len(values)
	o.pixels = resize(o.pixels, n)
	o.items, o.spare = resize(o.items, n), resize(o.spare, n)
	index := bits.Len(uint(max(n, 1) - 1)) // bits
	sign := uint64(0)
	if negate {
		sign = math.MaxUint64
	}
	all, none := ^uint64(0), ^uint64(0) // the bits that every key has, and that none has
	for i, v := range values {
		key := math.Float64bits(float64(v) + 0) // +0 makes a −0 a 0
		key ^= uint64(int64(key)>>63) | 1<<63
		key ^= sign
		all, none = all&key, none&^key
		o.items[i] = key>>index<<index | uint64(i)
	}
	differ := ^(all | none)
	o.sortFrom(index, differ)
	mask := uint64(1)<<index - 1
	for rank, item := range o.items {
		o.pixels[rank] = int32(item & mask)
	}
	if differ&mask != 0 {
		finish(o.pixels, values, negate)
	}
}

// sortFrom sorts the items by those digits from a bit on in which they differ.
func (o *order) sortFrom(bit int, differ uint64) {
	digit := 11 // bits
	if len(o.items) < 1<<12 {
		digit = 8
	}
	o.counts = resize(o.counts, 1<<digit)
	mask := uint64(1)<<digit - 1
	for shift := bit; ; shift += digit {
		rest := differ >> shift
		if shift >= 64 || rest == 0 {
			return
		}
		shift += bits.TrailingZeros64(rest)
		clear(o.counts)
		for _, x := range o.items {
			o.counts[x>>shift&mask]++
		}
		sum := int32(0)
		for d, c := range o.counts {
			o.counts[d] = sum
			sum += c
		}
		for _, x := range o.items {
			at := &o.counts[x>>shift&mask]
			o.spare[*at] = x
			*at++
		}
		o.items, o.spare = o.spare, o.items
	}
}

// finish sorts pixels that are nearly in order, by insertion, and others in more time.
func finish[T ph.Float](pixels []int32, values []T, negate bool) {
	compare := func(a, b int32) int {
		x, y := values[a], values[b]
		if negate {
			x, y = y, x
		}
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return int(a - b)
	}
	moves := 0
	for i, p := range pixels {
		k := i
		for ; k > 0 && compare(pixels[k-1], p) > 0; k-- {
			pixels[k] = pixels[k-1]
		}
		pixels[k] = p
		if moves += i - k; moves > 4*len(pixels) {
			slices.SortFunc(pixels, compare)
			return
		}
	}
}

// resize returns s with length n; its contents are unspecified.
func resize[E any](s []E, n int) []E { return slices.Grow(s[:0], n)[:n] }
