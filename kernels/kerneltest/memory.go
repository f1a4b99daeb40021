package kerneltest

import (
	"math"

	"github.com/topogen/topogen/kernels"
)

var memoryTests = []test{
	{"Name", testName, nil},
	{"Alloc", testAlloc, nil},
	{"Free", testFree, nil},
	{"Write", testWrite, nil},
	{"Read", testRead, nil},
	{"Sync", testSync, nil},
	{"Close", func(*rig) {}, nil}, // every case ends with Close
}

func testName(r *rig) {
	if r.Device.Name() == "" {
		r.fail("a device without a name")
	}
}

func testAlloc(r *rig) {
	for _, n := range r.sizes() {
		b := r.Alloc(n)
		if b.Len() != n {
			r.fail("%d elements asked for, %d given", n, b.Len())
		}
		if n > 0 && b.Device().Name() != r.Device.Name() {
			r.fail("memory of %s", b.Device().Name())
		}
		r.Free(b)
	}
	mustPanic(r, "Alloc(-1)", func() { r.Alloc(-1) })
}

// testFree checks that memory in use is never handed out twice.
func testFree(r *rig) {
	r.Free(kernels.Buffer{})
	live := map[int]kernels.Buffer{}
	for step := range 300 {
		slot := r.rng.IntN(20)
		if b, ok := live[slot]; ok {
			got := make([]float32, b.Len())
			if err := r.Read(got, b); err != nil {
				r.Fatalf("Read: %v", err)
			}
			for i, v := range got {
				if v != float32(slot) {
					r.fail("step %d: element %d of allocation %d holds %v", step, i, slot, v)
					return
				}
			}
			r.Free(b)
			delete(live, slot)
			continue
		}
		b := r.Alloc(r.size())
		r.Fill(b, float32(slot))
		live[slot] = b
	}
	for _, b := range live {
		r.Free(b)
	}
}

func testWrite(r *rig) {
	for _, n := range r.sizes() {
		src := r.normals(n)
		dst := r.output(n)
		r.Write(dst.Buffer, src)
		want := clone(src)
		for i := range src {
			src[i] = 0 // the device has its own copy by now
		}
		r.checkSame("Write", r.read(dst), want)
		r.done()
	}
	r.Write(kernels.Buffer{}, nil)
}

func testRead(r *rig) {
	for _, n := range r.sizes() {
		values := append(r.normals(n), special...)
		src := r.input("source", values)
		got := make([]float32, len(values))
		if err := r.Read(got, src.Buffer); err != nil {
			r.fail("%v", err)
		}
		r.checkSame("Read", got, values)
		r.done()
	}
	if err := r.Read(nil, kernels.Buffer{}); err != nil {
		r.fail("of nothing: %v", err)
	}
}

func testSync(r *rig) {
	b := r.output(1000)
	r.Fill(b.Buffer, 1)
	if err := r.Sync(); err != nil {
		r.fail("%v", err)
	}
	r.done()
}

var (
	inf = float32(math.Inf(1))
	nan = float32(math.NaN())
)

// special are the values that functions are most easily wrong at.
var special = []float32{
	0, float32(math.Copysign(0, -1)), 1, -1, 0.5, -0.5, 2, -2, 3, -3,
	inf, -inf, nan,
	0x1p-149, -0x1p-149, 0x1p-130, -0x1p-130, 0x1.fffffcp-127, -0x1.fffffcp-127, 0x1p-126, -0x1p-126,
	math.MaxFloat32, -math.MaxFloat32, 0x1p127, 1e30, -1e30, 1e-30, -1e-30, 0x1p63, 0x1p-64,
	1e-10, -1e-10, 1e-4, -1e-4, 0x1.fffffep-1, 0x1.000002p0, -0x1.fffffep-1,
	9, -9, 10, -10, 15, -15, 17, -17, 20, -20, 40, -40, 87, -87, 88, -88, 88.7, 88.8, -88.8, 89, -89, -100, -103, -103.9, -104, -105, 200, -200, 1000, -1000,
}

// mustPanic checks that a call breaks the contract loudly.
func mustPanic(r *rig, what string, call func()) (message any) {
	r.Helper()
	defer func() {
		if message = recover(); message == nil {
			r.fail("%s does not panic", what)
		}
	}()
	call()
	return nil
}
