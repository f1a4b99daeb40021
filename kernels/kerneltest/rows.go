package kerneltest

import (
	"fmt"

	"github.com/topogen/topogen/kernels/fused"
)

var rowTests = []test{
	{"GatherRows", func(r *rig) { r.eachTable(testGather) }, func(r *rig) { testGather(r, r.between(1, 20), r.between(1, 80), r.between(0, 30)) }},
	{"ScatterRows", func(r *rig) { r.eachTable(testScatter) }, func(r *rig) { testScatter(r, r.between(1, 20), r.between(1, 80), r.between(0, 30)) }},
}

// eachTable runs a case for each of a list of tables. picked is the number of rows that the
// kernel gathers from the table or adds to it.
func (r *rig) eachTable(one func(r *rig, rows, width, picked int)) {
	sizes := [][3]int{{1, 1, 0}, {1, 1, 5}, {3, 2, 7}, {10, 8, 10}, {10, 33, 4}, {5, 64, 20}, {7, 65, 9}, {2, 300, 6}, {40, 1, 50}, {4, 0, 0}}
	if r.options.Large {
		sizes = append(sizes, [3]int{1000, 100, 500}, [3]int{128, 784, 300}, [3]int{5, 20000, 4})
	}
	for _, s := range sizes {
		one(r, s[0], s[1], s[2])
	}
}

// index returns picked random row numbers below rows. Some may repeat.
func (r *rig) index(rows, picked int) []int32 {
	index := make([]int32, picked)
	for k := range index {
		index[k] = int32(r.rng.IntN(rows))
	}
	return index
}

func testGather(r *rig, rows, width, picked int) {
	index := r.index(rows, picked)
	src, dst := r.input("source", r.normals(rows*width)), r.output(picked*width)
	var want []float32
	for _, i := range index {
		want = append(want, src.values()[int(i)*width:(int(i)+1)*width]...)
	}
	fused.GatherRows(r.Device, dst.Buffer, src.Buffer, width, index)
	r.checkSame(fmt.Sprintf("%d of %d rows of %d", picked, rows, width), r.read(dst), want)
	r.done()
}

func testScatter(r *rig, rows, width, picked int) {
	index := r.index(rows, picked)
	src, dst := r.input("source", r.normals(picked*width)), r.inout("destination", r.normals(rows*width))
	want := make([]exact, rows*width)
	for i, v := range dst.values() {
		want[i] = at(float64(v))
	}
	for k, i := range index {
		for c := range width {
			want[int(i)*width+c].add(float64(src.values()[k*width+c]))
		}
	}
	fused.ScatterRows(r.Device, dst.Buffer, src.Buffer, width, index)
	r.check(fmt.Sprintf("%d rows of %d into %d", picked, width, rows), r.read(dst), want, r.bound("ScatterRows", sumBound(picked)))
	r.done()
}
