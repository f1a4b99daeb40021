package gpu

import (
	"fmt"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu/internal/work"
	"github.com/topogen/topogen/kernels/internal/axes"
	"github.com/topogen/topogen/kernels/internal/check"
)

// stridedRanks are the numbers of axes for which strided kernels exist. An array with fewer
// axes gets leading axes of length 1.
var stridedRanks = [...]int{3, kernels.MaxRank}

// A stridedEntry holds the kernels of one operation, one for each of stridedRanks.
type stridedEntry [len(stridedRanks)]entry

// stridedOf returns the kernels with the given name.
func stridedOf(name string) (s stridedEntry) {
	for i, rank := range stridedRanks {
		s[i] = entry{"strided", fmt.Sprintf("%s_%d", name, rank)}
	}
	return s
}

// stridedOps returns the kernels of all operations, indexed by kernels.Op.
func stridedOps(prefix string) []stridedEntry {
	all := make([]stridedEntry, len(kernels.Ops()))
	for i, op := range kernels.Ops() {
		all[i] = stridedOf(prefix + op.String())
	}
	return all
}

var (
	copyEntries       = [...]stridedEntry{kernels.Overwrite: stridedOf("copy"), kernels.Accumulate: stridedOf("add")}
	zipStridedEntries = [...][]stridedEntry{kernels.Overwrite: stridedOps("zip_"), kernels.Accumulate: stridedOps("zip_add_")}
)

// CopyStrided sets dst = src, or adds src to dst, for arrays of one shape. Each array has
// its own stride along each axis, in elements.
func (d *Device) CopyStrided(dst kernels.Buffer, dstStrides []int, src kernels.Buffer, srcStrides []int, shape []int, mode kernels.WriteMode) {
	check.Strided("CopyStrided", "destination", dst.Len(), shape, dstStrides)
	check.Strided("CopyStrided", "source", src.Len(), shape, srcStrides)
	var a axes.Axes
	a.Merge(shape, dstStrides, srcStrides)
	// Merge orders the axes by the first array, the destination, so that stores
	// coalesce. The kernels take the source before the destination.
	d.walk(copyEntries[mode], &a, []int{1, 0}, d.span(src), d.span(dst))
}

// ZipStrided stores op(a, b) into dst, element by element. a and b have strides of their
// own, in elements; dst is dense.
func (d *Device) ZipStrided(op kernels.Op, dst, a kernels.Buffer, aStrides []int, b kernels.Buffer, bStrides []int, shape []int, mode kernels.WriteMode) {
	check.ZipStrided(op, dst, a, aStrides, b, bStrides, shape)
	var all axes.Axes
	dense := axes.Dense(shape)
	all.Merge(shape, dense[:len(shape)], aStrides, bStrides)
	d.walk(zipStridedEntries[mode][op], &all, []int{1, 2}, d.span(dst), d.span(a), d.span(b))
}

// walk launches the kernel of s for the rank of a. spans are the addresses of the arrays.
// order lists the arrays whose strides the kernel takes, as indices into a.Strides, in the
// order of the kernel's parameters.
func (d *Device) walk(s stridedEntry, a *axes.Axes, order []int, spans ...Arg) {
	if a.Rank == 0 {
		return
	}
	variant := 0
	for stridedRanks[variant] < a.Rank {
		variant++
	}
	missing := stridedRanks[variant] - a.Rank
	length := func(k int) int {
		if k < missing {
			return 1
		}
		return a.Shape[k-missing]
	}
	n := 1
	for k := range stridedRanks[variant] {
		n *= length(k)
	}
	args := append(d.args[:0], spans...)
	args = append(args, Int32(n))
	for k := 1; k < stridedRanks[variant]; k++ {
		args = newDivider(length(k)).args(args)
	}
	for _, o := range order {
		for range missing {
			args = append(args, Int32(0))
		}
		for _, stride := range a.Strides[o][:a.Rank] {
			args = append(args, Int32(stride))
		}
	}
	d.launch(s[variant], Dim{X: blocks(n, work.PerBlock)}, Dim{X: work.Threads}, args...)
}
