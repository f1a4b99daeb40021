package kerneltest

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/rips"
)

// Options adapts the suite to a device. The zero value suits every device.
type Options struct {
	// Large adds large sizes, with which the suite takes long on a simulated device.
	Large bool
	// Precision is the precision of the devices: the oracles of products round their
	// operands to it.
	Precision kernels.Precision
	// Bounds replaces error bounds, by the name of the kernel ("Sum",
	// "Adam"), function ("Exp") or operation ("Div"). The package
	// documentation lists the default bounds. A bound given here does not grow
	// with the number of terms.
	Bounds map[string]float64
}

// A test holds the cases that test one method of a device. A case calls the method once or
// several times.
type test struct {
	method string
	fixed  func(r *rig) // the cases that always run
	random func(r *rig) // one case drawn from r's generator; may be nil
}

// tests returns the tests of all methods.
func tests() []test {
	var all []test
	for _, group := range [][]test{
		memoryTests, elementwiseTests, mapTests, zipTests, stridedTests, reductionTests,
		gemmTests, convTests, biasTests, lossTests, randomTests, optimizerTests, distanceTests, rowTests,
	} {
		all = append(all, group...)
	}
	return all
}

// methods returns the names of the methods of a device with every optional kernel.
func methods() []string {
	t := reflect.TypeFor[kernels.FusedDevice]()
	names := make([]string, t.NumMethod())
	for i := range names {
		names[i] = t.Method(i).Name
	}
	return names
}

// Run tests every method of the devices that newDevice returns, those of [rips.Device]
// included if the devices implement it. newDevice must return a new device at each call.
func Run(t *testing.T, newDevice func(testing.TB) kernels.Device, o Options) {
	tested := make(map[string]bool)
	all, probe := tests(), newDevice(t)
	if _, ok := probe.(rips.Device); ok {
		all = append(all, ripsTests...)
	}
	if _, ok := probe.(rips.Starter); ok {
		all = append(all, starterTests...)
	}
	closeDevice(t, probe)
	for _, test := range all {
		tested[test.method] = true
		t.Run(test.method, func(t *testing.T) {
			first := test.run(t, newDevice(t), o, true)
			if again := test.run(t, newDevice(t), o, false); again != first && !t.Failed() {
				t.Errorf("%s gives different bits for the same calls", test.method)
			}
		})
	}
	t.Run("Misuse", func(t *testing.T) { misuse(t, newDevice(t), newDevice(t)) })
	for _, m := range methods() {
		if !tested[m] {
			t.Errorf("method %s has no test", m)
		}
	}
}

// Same tests that the devices of a and of b give the same bits for the same calls. For
// example, a returns devices with one thread, and b devices with several.
func Same(t *testing.T, a, b func(testing.TB) kernels.Device, o Options) {
	for _, test := range tests() {
		t.Run(test.method, func(t *testing.T) {
			if test.run(t, a(t), o, false) != test.run(t, b(t), o, false) && !t.Failed() {
				t.Errorf("%s gives different bits on the two devices", test.method)
			}
		})
	}
}

// Fuzz runs one random case of every kernel for each seed that the fuzzer chooses.
func Fuzz(f *testing.F, newDevice func(testing.TB) kernels.Device, o Options) {
	for seed := range uint64(3) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		dev := newDevice(t)
		for _, test := range tests() {
			if test.random != nil {
				test.random(newRig(t, test.method, dev, seed, o))
			}
		}
		closeDevice(t, dev)
	})
}

// randomCases is the number of random cases that Run runs for each kernel.
const randomCases = 8

// run runs all cases on dev and returns a hash of all results. If compare is set, it compares
// the results with those of the oracles. It closes dev.
func (c *test) run(t testing.TB, dev kernels.Device, o Options, compare bool) uint64 {
	r := newRig(t, c.method, dev, 1, o)
	r.blind = !compare
	c.fixed(r)
	if c.random != nil {
		for range randomCases {
			c.random(r)
		}
	}
	closeDevice(t, dev)
	return r.bits
}

// closeDevice closes dev, and reports the errors of its kernels.
func closeDevice(t testing.TB, dev kernels.Device) {
	t.Helper()
	if err := dev.Sync(); err != nil {
		t.Errorf("Sync: %v", err)
	}
	if err := dev.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// newRig returns a rig for a test of the given method. seed determines its random numbers.
func newRig(t testing.TB, method string, dev kernels.Device, seed uint64, o Options) *rig {
	return &rig{TB: t, Device: dev, options: o, method: method, rng: rand.New(rand.NewPCG(seed, 7))}
}

// bound returns the error bound of the given name in the options, in ulp. It returns def if
// the options have none.
func (r *rig) bound(name string, def float64) float64 {
	if b, ok := r.options.Bounds[name]; ok {
		return b
	}
	return def
}

// fail reports a wrong result of the kernel under test. After more than ten failures it ends
// the test.
func (r *rig) fail(format string, arguments ...any) {
	r.Helper()
	r.failures++
	if r.failures > 10 {
		r.Fatalf("%s: too many failures", r.method)
	}
	r.Errorf("%s: %s", r.method, fmt.Sprintf(format, arguments...))
}
