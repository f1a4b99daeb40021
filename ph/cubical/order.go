package cubical

import (
	"slices"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/internal/radix"
)

// An order is the order in which the pixels of an image enter: by value, and pixels of equal
// value by index. The rank of a pixel is the number of pixels before it.
type order struct {
	pixels []int32 // by rank
	radix  radix.Sorter
}

// sortPixels sorts the pixels of an image, or of the negated image.
//
// It divides the values from the least to the greatest into 2³² steps of equal width. A radix
// sort orders the pixels by the upper bits of steps, a few more bits than n has, and an
// insertion sort by all bits. Pixels of one step are then compared by value. For n pixels this
// takes O(n) time where values are spread evenly or are equal, and at most O(n log n).
func sortPixels[T ph.Float](o *order, values []T, negate bool) {
	n := len(values)
	o.pixels = reuse.Slice(o.pixels, n)
	if n == 0 {
		return
	}
	lo, hi := values[0], values[0]
	for _, v := range values {
		if v < lo {
			lo = v
		} else if v > hi {
			hi = v
		}
	}
	items := o.radix.Begin(n)
	// All values are halved, as the difference of two finite numbers may be infinite.
	start := float64(lo) / 2
	scale := (1<<32 - 1) / max(float64(hi)/2-start, 1e-300)
	if negate {
		start, scale = float64(hi)/2, -scale
	}
	for i, v := range values {
		items[i] = uint64((float64(v)/2-start)*scale)<<32 | uint64(i)
	}
	items = o.radix.Sort(64 - o.radix.Bits())
	radix.Finish(items)
	sorted := true
	last := items[0]
	for rank, item := range items {
		pixel := int32(uint32(item))
		o.pixels[rank] = pixel
		if item>>32 == last>>32 && rank > 0 {
			before, after := values[o.pixels[rank-1]], values[pixel]
			sorted = sorted && (before == after || before < after != negate)
		}
		last = item
	}
	if !sorted {
		finish(o.pixels, values, negate)
	}
}

// finish sorts pixels: by an insertion sort if they are nearly sorted, else by
// [slices.SortFunc].
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
