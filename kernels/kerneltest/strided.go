package kerneltest

import (
	"fmt"
	"slices"

	"github.com/topogen/topogen/kernels"
)

var stridedTests = []test{
	{"CopyStrided", testCopiesStrided, func(r *rig) { testCopyStrided(r, r.shape(6), r.mode()) }},
	{"ZipStrided", testZipsStrided, func(r *rig) { testZipStrided(r, r.operation(), r.shape(6), r.mode()) }},
}

// shapes lists shapes of every rank up to MaxRank, some with axes of length 0 or 1.
var shapes = [][]int{
	{}, {1}, {7}, {0}, {1000}, {3, 5}, {5, 0}, {64, 33}, {1, 300}, {300, 1}, {128, 31}, {2, 3, 4}, {17, 1, 65}, {3, 0, 2},
	{2, 3, 4, 5}, {4, 16, 7, 7}, {1, 2, 1, 3, 2}, {2, 3, 2, 3, 2}, {2, 1, 3, 2, 2, 3}, {3, 2, 2, 2, 2, 2},
}

// shape returns a random shape of at most the given rank.
func (r *rig) shape(rank int) []int {
	s := make([]int, r.between(0, rank))
	for k := range s {
		s[k] = r.between(1, 6)
		if r.rng.IntN(12) == 0 {
			s[k] = r.between(0, 70)
		}
	}
	return s
}

// layout returns random strides for an array of the given shape. No two elements of the array
// have the same offset. The axes are in random order, and there may be gaps between
// elements.
func (r *rig) layout(shape []int) []int {
	strides := make([]int, len(shape))
	step := 1
	if r.rng.IntN(3) == 0 {
		step = r.between(2, 4)
	}
	for _, k := range r.rng.Perm(len(shape)) {
		strides[k] = step
		step *= max(1, shape[k])
		if r.rng.IntN(3) == 0 {
			step += r.rng.IntN(3)
		}
	}
	return strides
}

// dense returns the strides of a dense array.
func dense(shape []int) []int {
	strides := make([]int, len(shape))
	step := 1
	for k := len(shape) - 1; k >= 0; k-- {
		strides[k] = step
		step *= shape[k]
	}
	return strides
}

// repeated returns a copy of strides with some set to 0. A stride of 0 repeats the array
// along that axis.
func (r *rig) repeated(strides []int) []int {
	strides = slices.Clone(strides)
	for k := range strides {
		if r.rng.IntN(3) == 0 {
			strides[k] = 0
		}
	}
	return strides
}

// extent returns the length of the shortest buffer that holds an array with these strides.
func extent(shape, strides []int) int {
	last := 0
	for k, n := range shape {
		if n == 0 {
			return 0
		}
		last += (n - 1) * strides[k]
	}
	return last + 1
}

// offsets returns the offset of each element of an array, in row-major order.
func offsets(shape, strides []int) []int {
	at := []int{0}
	for k, n := range shape {
		var next []int
		for _, o := range at {
			for i := range n {
				next = append(next, o+i*strides[k])
			}
		}
		at = next
	}
	return at
}

func testCopiesStrided(r *rig) {
	for _, shape := range shapes {
		for _, mode := range modes {
			for range 3 {
				testCopyStrided(r, shape, mode)
			}
		}
	}
	if r.options.Large {
		testCopyStrided(r, []int{300, 400}, kernels.Overwrite)
		testCopyStrided(r, []int{20, 64, 14, 14}, kernels.Overwrite)
	}
}

func testCopyStrided(r *rig, shape []int, mode kernels.WriteMode) {
	dstStrides, srcStrides := r.layout(shape), r.layout(shape)
	switch r.rng.IntN(4) {
	case 0:
		dstStrides = dense(shape)
	case 1:
		srcStrides = dense(shape)
	case 2:
		srcStrides = r.repeated(srcStrides)
	}
	// CopyStrided must not change the elements between those of the destination.
	dst := r.inout("destination", r.normals(extent(shape, dstStrides)))
	src := r.input("source", r.normals(extent(shape, srcStrides)))
	want := clone(dst.values())
	from := offsets(shape, srcStrides)
	for i, o := range offsets(shape, dstStrides) {
		v := src.values()[from[i]]
		if mode == kernels.Accumulate {
			v += want[o]
		}
		want[o] = v
	}
	r.CopyStrided(dst.Buffer, dstStrides, src.Buffer, srcStrides, shape, mode)
	r.checkSame(fmt.Sprintf("shape %v, strides %v from %v, %s", shape, dstStrides, srcStrides, mode), r.read(dst), want)
	r.done()
}

func testZipsStrided(r *rig) {
	testZipStridedInPlace(r)
	for _, op := range kernels.Ops() { // one operand is a matrix, the other a row or a column
		for _, row := range []int{3, 8, 24, 35} {
			shape := []int{5, row}
			for _, strides := range [][2][]int{{{0, 1}, {row, 1}}, {{row, 1}, {0, 1}}, {{1, 0}, {row, 1}}, {{row, 1}, {1, 0}}} {
				for _, mode := range modes {
					zipStrided(r, op, shape, strides[0], strides[1], mode)
				}
			}
		}
	}
	for k, shape := range shapes {
		for _, mode := range modes {
			testZipStrided(r, kernels.Ops()[k%len(kernels.Ops())], shape, mode)
			testZipStrided(r, kernels.Mul, shape, mode)
		}
	}
}

func testZipStrided(r *rig, op kernels.Op, shape []int, mode kernels.WriteMode) {
	strides := func() []int {
		switch r.rng.IntN(4) {
		case 0:
			return r.layout(shape)
		case 1, 2:
			return r.repeated(dense(shape))
		}
		return dense(shape)
	}
	zipStrided(r, op, shape, strides(), strides(), mode)
}

// testZipStridedInPlace multiplies each row of a matrix by a factor, with the matrix as source
// and destination.
func testZipStridedInPlace(r *rig) {
	for _, mode := range modes {
		a, b := r.inout("a", r.normals(5*7)), r.input("b", r.normals(5))
		before := clone(a.values())
		want := make([]exact, len(before))
		for i, v := range before {
			want[i] = combine(kernels.Mul, v, b.values()[i/7])
		}
		r.ZipStrided(kernels.Mul, a.Buffer, a.Buffer, []int{7, 1}, b.Buffer, []int{1, 0}, []int{5, 7}, mode)
		r.checkWritten("in place", r.read(a), before, want, mode, r.zipBound(kernels.Mul))
		r.done()
	}
}

// zipStrided runs one case of ZipStrided with the given strides.
func zipStrided(r *rig, op kernels.Op, shape, aStrides, bStrides []int, mode kernels.WriteMode) {
	a, b := r.input("a", r.normals(extent(shape, aStrides))), r.input("b", r.normals(extent(shape, bStrides)))
	aAt, bAt := offsets(shape, aStrides), offsets(shape, bStrides)
	dst := r.target(len(aAt), mode)
	before := clone(dst.values())
	want := make([]exact, len(aAt))
	for i := range want {
		want[i] = combine(op, a.values()[aAt[i]], b.values()[bAt[i]])
	}
	r.ZipStrided(op, dst.Buffer, a.Buffer, aStrides, b.Buffer, bStrides, shape, mode)
	what := fmt.Sprintf("%v of shape %v, strides %v and %v,", op, shape, aStrides, bStrides)
	r.checkWritten(what, r.read(dst), before, want, mode, r.zipBound(op))
	r.done()
}
