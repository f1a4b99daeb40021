package kerneltest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/fused"
)

// misuse checks that calls that break the contract panic. The message must name the kernel
// and a size if a size is wrong, and both devices if a buffer belongs to the device other.
func misuse(t *testing.T, dev, other kernels.Device) {
	r := newRig(t, "misuse", dev, 1, Options{})
	a, b, c, one := dev.Alloc(4), dev.Alloc(5), dev.Alloc(4), dev.Alloc(1)
	foreign := other.Alloc(4)
	misuseSizes(r, dev, a, b, c, one)
	misuseValues(r, dev, a, c, one)
	misuseDevices(r, dev, other, a, foreign)
	for _, b := range []kernels.Buffer{a, b, c, one} {
		dev.Free(b)
	}
	other.Free(foreign)
	closeDevice(t, dev)
	closeDevice(t, other)
}

// misuseSizes makes calls in which a size is wrong. a and c have 4 elements, b has 5, and one
// has 1.
func misuseSizes(r *rig, dev kernels.Device, a, b, c, one kernels.Buffer) {
	none := kernels.Buffer{}
	conv, _ := filled(kernels.ConvShape{N: 1, C: 1, H: 2, W: 2, K: 1, R: 1, S: 1, StrideH: 1, StrideW: 1})
	rows := kernels.SumShape{K0: 1, R0: 4, K1: 1, R1: 1}
	wrong := conv
	wrong.OutH = 3
	for name, call := range map[string]func(){
		"Write":              func() { dev.Write(a, make([]float32, 5)) },
		"Read":               func() { _ = dev.Read(make([]float32, 5), a) },
		"Copy":               func() { dev.Copy(a, b) },
		"CopyStrided":        func() { dev.CopyStrided(a, []int{1}, b, []int{1}, []int{5}, kernels.Overwrite) },
		"CopyStrided source": func() { dev.CopyStrided(b, []int{1}, a, []int{1}, []int{5}, kernels.Overwrite) },
		"Affine":             func() { dev.Affine(a, b, 1, 0, kernels.Overwrite) },
		"AddScaled":          func() { dev.AddScaled(a, 1, b) },
		"Map":                func() { dev.Map(kernels.ReLU, a, b) },
		"MapGrad":            func() { dev.MapGrad(kernels.ReLU, a, c, none, b, kernels.Overwrite) },
		"MapGrad without x":  func() { dev.MapGrad(kernels.Log, a, c, none, c, kernels.Overwrite) },
		"Zip":                func() { dev.Zip(kernels.Add, a, c, b, kernels.Overwrite) },
		"ZipStrided":         func() { dev.ZipStrided(kernels.Add, b, a, []int{1}, b, []int{1}, []int{5}, kernels.Overwrite) },
		"Sum":                func() { dev.Sum(one, b, kernels.SumShape{K0: 1, R0: 4, K1: 1, R1: 1}, 1, kernels.Overwrite) },
		"Sum destination":    func() { dev.Sum(a, b, kernels.SumShape{K0: 5, R0: 1, K1: 1, R1: 1}, 1, kernels.Overwrite) },
		"Dot":                func() { fused.Dot(dev, one, a, b) },
		"Dot destination":    func() { fused.Dot(dev, a, a, c) },
		"Gemm":               func() { dev.Gemm(kernels.Gemm{M: 2, N: 2, K: 3, Alpha: 1, A: a, B: b, C: c}) },
		"Conv":               func() { fused.Conv(dev, conv, b, a, one, none, kernels.Identity) },
		"Conv sizes":         func() { fused.Conv(dev, wrong, a, c, one, none, kernels.Identity) },
		"Conv bias":          func() { fused.Conv(dev, conv, a, c, one, b, kernels.Identity) },
		"ConvTranspose":      func() { fused.ConvTranspose(dev, conv, b, a, one, none, kernels.Identity, kernels.Overwrite) },
		"ConvWeightGrad":     func() { fused.ConvWeightGrad(dev, conv, one, a, b, kernels.Overwrite) },
		"BiasGrad":           func() { fused.BiasGrad(dev, kernels.ReLU, a, one, b, c, rows, kernels.Overwrite) },
		"BiasGrad bias":      func() { fused.BiasGrad(dev, kernels.ReLU, a, b, c, c, rows, kernels.Overwrite) },
		"BCE":                func() { fused.BCE(dev, one, a, b) },
		"BCEGrad":            func() { fused.BCEGrad(dev, a, a, c, b, kernels.Overwrite) },
		"BCELogits":          func() { fused.BCELogits(dev, one, a, b) },
		"BCELogitsGrad":      func() { fused.BCELogitsGrad(dev, a, b, c, one, kernels.Overwrite) },
		"KLD":                func() { fused.KLD(dev, one, a, b) },
		"KLDGrad":            func() { fused.KLDGrad(dev, a, c, a, b, one, kernels.Overwrite, kernels.Overwrite) },
		"Reparameterize":     func() { fused.Reparameterize(dev, a, c, a, b) },
		"ReparameterizeGrad": func() { fused.ReparameterizeGrad(dev, a, c, b, a, c, kernels.Overwrite, kernels.Overwrite) },
		"Adam":               func() { fused.Adam(dev, a, c, b, a, kernels.Adam{}) },
		"SGD":                func() { fused.SGD(dev, a, c, none, kernels.SGD{Momentum: 0.9}) },
		"Distances":          func() { fused.Distances(dev, a, b, 2, 2) },
		"DistancesGrad":      func() { fused.DistancesGrad(dev, a, b, c, a, 2, 2, kernels.Overwrite) },
		"PairsGrad":          func() { fused.PairsGrad(dev, a, b, 2, 2, nil, one, kernels.Overwrite) },
		"GatherRows":         func() { fused.GatherRows(dev, a, b, 5, []int32{0}) },
		"ScatterRows":        func() { fused.ScatterRows(dev, b, a, 5, []int32{0}) },
	} {
		message := fmt.Sprint(mustPanic(r, name, call))
		if method := strings.Fields(name)[0]; !strings.Contains(message, method) || !strings.ContainsAny(message, "0123456789") {
			r.fail("%s: the panic %q does not name the kernel and a size", name, message)
		}
	}
}

// misuseValues makes calls with indices, functions and ranks that the contract excludes.
func misuseValues(r *rig, dev kernels.Device, a, c, one kernels.Buffer) {
	none := kernels.Buffer{}
	conv, _ := filled(kernels.ConvShape{N: 1, C: 1, H: 2, W: 2, K: 1, R: 1, S: 1, StrideH: 1, StrideW: 1})
	rows := kernels.SumShape{K0: 1, R0: 4, K1: 1, R1: 1}
	for name, call := range map[string]func(){
		"index beyond the table": func() { fused.GatherRows(dev, a, c, 4, []int32{1}) },
		"negative index":         func() { fused.ScatterRows(dev, a, c, 4, []int32{-1}) },
		"pair beyond the cloud":  func() { fused.PairsGrad(dev, a, c, 2, 2, []kernels.Pair{{U: 0, V: 2}}, one, kernels.Overwrite) },
		"rank 7":                 func() { dev.CopyStrided(a, make([]int, 7), c, make([]int, 7), make([]int, 7), kernels.Overwrite) },
		"unknown function":       func() { dev.Map(kernels.Func(200), a, c) },
		"unknown operation":      func() { dev.Zip(kernels.Op(200), a, a, c, kernels.Overwrite) },
		"fused logarithm":        func() { fused.Conv(dev, conv, a, c, one, none, kernels.Log) },
		"bias under a logarithm": func() { fused.BiasGrad(dev, kernels.Log, a, one, c, c, rows, kernels.Overwrite) },
		"sum of activations": func() {
			fused.ConvTranspose(dev, conv, a, c, one, none, kernels.ReLU, kernels.Accumulate)
		},
	} {
		mustPanic(r, name, call)
	}
}

// misuseDevices makes calls on dev with a buffer of other.
func misuseDevices(r *rig, dev, other kernels.Device, a, foreign kernels.Buffer) {
	for name, call := range map[string]func(){
		"destination": func() { dev.Fill(foreign, 1) },
		"source":      func() { dev.Copy(a, foreign) },
		"Free":        func() { dev.Free(foreign) },
		"Read":        func() { _ = dev.Read(make([]float32, 4), foreign) },
	} {
		message := fmt.Sprint(mustPanic(r, "a foreign "+name, call))
		if strings.Count(message, dev.Name()) < 1 || !strings.Contains(message, other.Name()) {
			r.fail("a foreign %s: the panic %q does not name both devices", name, message)
		}
	}
}
