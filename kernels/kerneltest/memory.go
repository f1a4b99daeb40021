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
	{"Close", func(*rig) {}, nil}, // every test ends with Close, so this one needs no case
}

func testName(r *rig) {
	if r.Device.Name() == "" {
		r.fail("Name returns an empty string")
	}
}

func testAlloc(r *rig) {
	for _, n := range r.sizes() {
		b := r.Alloc(n)
		if b.Len() != n {
			r.fail("Alloc(%d) returns %d elements", n, b.Len())
		}
		if n > 0 && b.Device().Name() != r.Device.Name() {
			r.fail("Alloc returns memory of another device, %s", b.Device().Name())
		}
		r.Free(b)
	}
	mustPanic(r, "Alloc(-1)", func() { r.Alloc(-1) })
}

// testFree checks that Alloc never returns memory that is in use: it fills each of up to 20
// allocations with a number of its own, and checks the numbers before it frees them.
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
					r.fail("step %d: element %d of an allocation in use changes from %d to %v", step, i, slot, v)
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
			src[i] = 0 // the contract allows this: Write has copied src
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
		r.fail("Read of no elements: %v", err)
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

// special lists arguments at which implementations of functions often fail: zeros,
// infinities, NaN, subnormal numbers and the largest ones, values near 1, and values near
// which Exp, Tanh or Sigmoid overflow, underflow or saturate.
var special = []float32{
	0, float32(math.Copysign(0, -1)), 1, -1, 0.5, -0.5, 2, -2, 3, -3,
	inf, -inf, nan,
	0x1p-149, -0x1p-149, 0x1p-130, -0x1p-130, 0x1.fffffcp-127, -0x1.fffffcp-127, 0x1p-126, -0x1p-126,
	math.MaxFloat32, -math.MaxFloat32, 0x1p127, 1e30, -1e30, 1e-30, -1e-30, 0x1p63, 0x1p-64,
	1e-10, -1e-10, 1e-4, -1e-4, 0x1.fffffep-1, 0x1.000002p0, -0x1.fffffep-1,
	9, -9, 10, -10, 15, -15, 17, -17, 20, -20, 40, -40, 87, -87, 88, -88, 88.7, 88.8, -88.8, 89, -89, -100, -103, -103.9, -104, -105, 200, -200, 1000, -1000,
}

// mustPanic runs call and returns the value of its panic. It reports a failure if call does
// not panic.
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
