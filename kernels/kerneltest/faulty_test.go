package kerneltest

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
)

// A fault is a way in which one kernel of a device is wrong.
type fault string

const (
	none     fault = "no fault"
	skips    fault = "does nothing"
	nudges   fault = "is off in one element"
	overruns fault = "writes one element too many"
	ignores  fault = "mistakes each write mode for the other"
	drifts   fault = "gives slightly other results each time"
)

// TestFaultsAreFound runs the suite on devices with one fault in one kernel. The suite
// must fail for each of them.
func TestFaultsAreFound(t *testing.T) {
	without := map[string]bool{"Name": true, "Alloc": true, "Free": true, "Sync": true, "Close": true} // methods that these faults do not apply to
	written := map[string]bool{
		"CopyStrided": true, "Affine": true, "MapGrad": true, "Zip": true, "ZipStrided": true, "Sum": true, "ConvTranspose": true,
		"ConvWeightGrad": true, "BiasGrad": true, "BCEGrad": true, "BCELogitsGrad": true, "KLDGrad": true, "ReparameterizeGrad": true,
		"DistancesGrad": true, "PairsGrad": true,
	}
	for _, c := range tests() {
		require.False(t, fails(&c, none), "%s, without a fault", c.method)
		if without[c.method] {
			continue
		}
		for _, f := range []fault{skips, nudges, overruns, drifts} {
			if c.method == "Read" && f == overruns { // a slice of the host has no element behind its end
				continue
			}
			require.True(t, fails(&c, f), "%s %s, and no test fails", c.method, f)
		}
		if written[c.method] {
			require.True(t, fails(&c, ignores), "%s %s, and no test fails", c.method, ignores)
		}
	}
}

// fails reports whether a test fails for a device with a fault in its method.
func fails(c *test, f fault) bool {
	recorder := new(recorder)
	done := make(chan struct{})
	go func() {
		defer close(done)
		drift := new(int)
		run := func() uint64 {
			return c.run(recorder, &faulty{cpu.New(cpu.Threads(1)), c.method, f, drift}, Options{}, true)
		}
		if first := run(); run() != first {
			recorder.failed = true
		}
	}()
	<-done
	return recorder.failed
}

// A recorder is a testing.TB that records whether the test failed.
type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Helper()               {}
func (r *recorder) Errorf(string, ...any) { r.failed = true }
func (r *recorder) Fatalf(string, ...any) { r.failed = true; runtime.Goexit() }

// A faulty device has a fault in one method.
type faulty struct {
	kernels.FusedDevice
	method string
	fault  fault
	drift  *int
}

// do runs call, which is a call of method and writes dst. It adds the fault if method
// is the faulty one.
func (f *faulty) do(method string, dst kernels.Buffer, call func()) {
	if f.method != method || f.fault == none || f.fault == ignores {
		call()
		return
	}
	if f.fault == skips {
		return
	}
	call()
	n := dst.Len()
	if n == 0 {
		return
	}
	switch middle := dst.Slice(n/2, n/2+1); f.fault {
	case nudges:
		f.FusedDevice.Affine(middle, middle, 1.001, 1e-3, kernels.Overwrite)
	case overruns:
		f.FusedDevice.Fill(kernels.NewBuffer(dst.Memory(), dst.Offset()+n, 1), 1)
	case drifts:
		*f.drift++
		f.FusedDevice.Affine(middle, middle, 1+float32(*f.drift)*0x1p-23, 0, kernels.Overwrite)
	}
}

// mode returns s, or the other mode if method is faulty and ignores its mode.
func (f *faulty) mode(method string, s kernels.WriteMode) kernels.WriteMode {
	if f.method == method && f.fault == ignores {
		return kernels.Accumulate - s
	}
	return s
}

func (f *faulty) Write(dst kernels.Buffer, src []float32) {
	f.do("Write", dst, func() { f.FusedDevice.Write(dst, src) })
}

func (f *faulty) Read(dst []float32, src kernels.Buffer) error {
	if f.method != "Read" {
		return f.FusedDevice.Read(dst, src)
	}
	var err error
	if f.fault != skips {
		err = f.FusedDevice.Read(dst, src)
	}
	if len(dst) > 0 && f.fault != none {
		*f.drift++
		dst[len(dst)/2] += float32(*f.drift) * 1e-3
	}
	return err
}

func (f *faulty) Fill(dst kernels.Buffer, v float32) {
	f.do("Fill", dst, func() { f.FusedDevice.Fill(dst, v) })
}

func (f *faulty) Copy(dst, src kernels.Buffer) {
	f.do("Copy", dst, func() { f.FusedDevice.Copy(dst, src) })
}

func (f *faulty) CopyStrided(dst kernels.Buffer, dstStrides []int, src kernels.Buffer, srcStrides, shape []int, s kernels.WriteMode) {
	const m = "CopyStrided"
	f.do(m, dst, func() { f.FusedDevice.CopyStrided(dst, dstStrides, src, srcStrides, shape, f.mode(m, s)) })
}

func (f *faulty) Affine(dst, x kernels.Buffer, a, b float32, s kernels.WriteMode) {
	const m = "Affine"
	f.do(m, dst, func() { f.FusedDevice.Affine(dst, x, a, b, f.mode(m, s)) })
}

func (f *faulty) AddScaled(dst kernels.Buffer, a float32, x kernels.Buffer) {
	f.do("AddScaled", dst, func() { f.FusedDevice.AddScaled(dst, a, x) })
}

func (f *faulty) Map(fn kernels.Func, dst, x kernels.Buffer) {
	f.do("Map", dst, func() { f.FusedDevice.Map(fn, dst, x) })
}

func (f *faulty) MapGrad(fn kernels.Func, dx, dy, x, y kernels.Buffer, s kernels.WriteMode) {
	const m = "MapGrad"
	f.do(m, dx, func() { f.FusedDevice.MapGrad(fn, dx, dy, x, y, f.mode(m, s)) })
}

func (f *faulty) Zip(op kernels.Op, dst, a, b kernels.Buffer, s kernels.WriteMode) {
	const m = "Zip"
	f.do(m, dst, func() { f.FusedDevice.Zip(op, dst, a, b, f.mode(m, s)) })
}

func (f *faulty) ZipStrided(op kernels.Op, dst, a kernels.Buffer, aStrides []int, b kernels.Buffer, bStrides, shape []int, s kernels.WriteMode) {
	const m = "ZipStrided"
	f.do(m, dst, func() { f.FusedDevice.ZipStrided(op, dst, a, aStrides, b, bStrides, shape, f.mode(m, s)) })
}

func (f *faulty) Sum(dst, src kernels.Buffer, shape kernels.SumShape, scale float32, s kernels.WriteMode) {
	const m = "Sum"
	f.do(m, dst, func() { f.FusedDevice.Sum(dst, src, shape, scale, f.mode(m, s)) })
}

func (f *faulty) Dot(dst, a, b kernels.Buffer) {
	f.do("Dot", dst, func() { f.FusedDevice.Dot(dst, a, b) })
}

func (f *faulty) Gemm(g kernels.Gemm) { f.do("Gemm", g.C, func() { f.FusedDevice.Gemm(g) }) }

func (f *faulty) Conv(s kernels.ConvShape, y, x, w, bias kernels.Buffer, act kernels.Func) {
	f.do("Conv", y, func() { f.FusedDevice.Conv(s, y, x, w, bias, act) })
}

func (f *faulty) ConvTranspose(shape kernels.ConvShape, x, y, w, bias kernels.Buffer, act kernels.Func, s kernels.WriteMode) {
	const m = "ConvTranspose"
	if act != kernels.Identity {
		f.do(m, x, func() { f.FusedDevice.ConvTranspose(shape, x, y, w, bias, act, s) })
		return
	}
	f.do(m, x, func() { f.FusedDevice.ConvTranspose(shape, x, y, w, bias, act, f.mode(m, s)) })
}

func (f *faulty) ConvWeightGrad(shape kernels.ConvShape, dw, x, y kernels.Buffer, s kernels.WriteMode) {
	const m = "ConvWeightGrad"
	f.do(m, dw, func() { f.FusedDevice.ConvWeightGrad(shape, dw, x, y, f.mode(m, s)) })
}

func (f *faulty) BiasGrad(act kernels.Func, dz, db, dy, y kernels.Buffer, shape kernels.SumShape, s kernels.WriteMode) {
	const m = "BiasGrad"
	f.do(m, db, func() { f.FusedDevice.BiasGrad(act, dz, db, dy, y, shape, f.mode(m, s)) })
}

func (f *faulty) BCE(dst, p, t kernels.Buffer) {
	f.do("BCE", dst, func() { f.FusedDevice.BCE(dst, p, t) })
}

func (f *faulty) BCEGrad(dp, p, t, g kernels.Buffer, s kernels.WriteMode) {
	const m = "BCEGrad"
	f.do(m, dp, func() { f.FusedDevice.BCEGrad(dp, p, t, g, f.mode(m, s)) })
}

func (f *faulty) BCELogits(dst, x, t kernels.Buffer) {
	f.do("BCELogits", dst, func() { f.FusedDevice.BCELogits(dst, x, t) })
}

func (f *faulty) BCELogitsGrad(dx, x, t, g kernels.Buffer, s kernels.WriteMode) {
	const m = "BCELogitsGrad"
	f.do(m, dx, func() { f.FusedDevice.BCELogitsGrad(dx, x, t, g, f.mode(m, s)) })
}

func (f *faulty) KLD(dst, mu, logvar kernels.Buffer) {
	f.do("KLD", dst, func() { f.FusedDevice.KLD(dst, mu, logvar) })
}

func (f *faulty) KLDGrad(dmu, dlogvar, mu, logvar, g kernels.Buffer, s, t kernels.WriteMode) {
	const m = "KLDGrad"
	f.do(m, dlogvar, func() { f.FusedDevice.KLDGrad(dmu, dlogvar, mu, logvar, g, f.mode(m, s), t) })
}

func (f *faulty) Reparameterize(z, mu, logvar, eps kernels.Buffer) {
	f.do("Reparameterize", z, func() { f.FusedDevice.Reparameterize(z, mu, logvar, eps) })
}

func (f *faulty) ReparameterizeGrad(dmu, dlogvar, dz, logvar, eps kernels.Buffer, s, t kernels.WriteMode) {
	const m = "ReparameterizeGrad"
	f.do(m, dmu, func() { f.FusedDevice.ReparameterizeGrad(dmu, dlogvar, dz, logvar, eps, s, f.mode(m, t)) })
}

func (f *faulty) Uniform(dst kernels.Buffer, seed, stream uint64) {
	f.do("Uniform", dst, func() { f.FusedDevice.Uniform(dst, seed, stream) })
}

func (f *faulty) Normal(dst kernels.Buffer, seed, stream uint64) {
	f.do("Normal", dst, func() { f.FusedDevice.Normal(dst, seed, stream) })
}

func (f *faulty) Adam(param, grad, m, v kernels.Buffer, a kernels.Adam) {
	f.do("Adam", v, func() { f.FusedDevice.Adam(param, grad, m, v, a) })
}

func (f *faulty) SGD(param, grad, velocity kernels.Buffer, s kernels.SGD) {
	f.do("SGD", param, func() { f.FusedDevice.SGD(param, grad, velocity, s) })
}

func (f *faulty) Distances(dst, x kernels.Buffer, n, d int) {
	f.do("Distances", dst, func() { f.FusedDevice.Distances(dst, x, n, d) })
}

func (f *faulty) DistancesGrad(dx, g, x, dist kernels.Buffer, n, d int, s kernels.WriteMode) {
	const m = "DistancesGrad"
	f.do(m, dx, func() { f.FusedDevice.DistancesGrad(dx, g, x, dist, n, d, f.mode(m, s)) })
}

func (f *faulty) PairsGrad(dx, x kernels.Buffer, n, d int, pairs []kernels.Pair, g kernels.Buffer, s kernels.WriteMode) {
	const m = "PairsGrad"
	f.do(m, dx, func() { f.FusedDevice.PairsGrad(dx, x, n, d, pairs, g, f.mode(m, s)) })
}

func (f *faulty) GatherRows(dst, src kernels.Buffer, width int, index []int32) {
	f.do("GatherRows", dst, func() { f.FusedDevice.GatherRows(dst, src, width, index) })
}

func (f *faulty) ScatterRows(dst, src kernels.Buffer, width int, index []int32) {
	f.do("ScatterRows", dst, func() { f.FusedDevice.ScatterRows(dst, src, width, index) })
}
