package kerneltest

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/topogen/topogen/kernels"
)

// A rig runs the cases of one test. A case allocates spans as arguments, calls the kernel,
// reads and checks the results, and ends with done.
type rig struct {
	testing.TB
	kernels.Device
	options  Options
	method   string // the kernel under test
	rng      *rand.Rand
	bits     uint64  // hash of all results read so far
	spans    []*span // of the current case
	failures int
	blind    bool // compare no results with the oracle's, and skip expensive oracles
}

// A span is an argument of a kernel: a slice of a larger allocation. The elements around the
// slice are sentinels, which hold poison.
type span struct {
	kernels.Buffer
	name   string         // in messages
	whole  kernels.Buffer // the allocation
	image  []float32      // contents of whole when the rig last wrote or read it
	lead   int            // number of sentinels in front of the slice
	output bool           // the kernel may write the slice
}

// values returns the contents of the span when the rig last wrote or read it.
func (s *span) values() []float32 { return s.image[s.lead : s.lead+s.Len()] }

// poison is a NaN whose bits no arithmetic yields.
var poison = math.Float32frombits(0x7fc5eed5)

// input returns a span that holds values and that no kernel may change.
func (r *rig) input(name string, values []float32) *span {
	r.Helper()
	lead, tail := 1+r.rng.IntN(17), 1+r.rng.IntN(17)
	s := &span{name: name, lead: lead, image: make([]float32, lead+len(values)+tail)}
	for i := range s.image {
		s.image[i] = poison
	}
	copy(s.image[lead:], values)
	s.whole = r.Alloc(len(s.image))
	r.Write(s.whole, s.image)
	s.Buffer = s.whole.Slice(lead, lead+len(values))
	r.spans = append(r.spans, s)
	return s
}

// inout returns a span that holds values and that a kernel may change.
func (r *rig) inout(name string, values []float32) *span {
	r.Helper()
	s := r.input(name, values)
	s.output = true
	return s
}

// output returns a span of n elements that a kernel may change. They are poison.
func (r *rig) output(n int) *span {
	r.Helper()
	return r.inout("destination", poisoned(n))
}

// target returns a destination of n elements for a kernel with the given mode. They are
// poison for Overwrite, and random for Accumulate.
func (r *rig) target(n int, mode kernels.WriteMode) *span {
	r.Helper()
	if mode == kernels.Overwrite {
		return r.output(n)
	}
	return r.inout("destination", r.normals(n))
}

// scalar returns a span of one value that no kernel may change.
func (r *rig) scalar(name string, v float32) *span {
	r.Helper()
	return r.input(name, []float32{v})
}

// poisoned returns n elements that are poison.
func poisoned(n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = poison
	}
	return v
}

// read reads a span from the device, adds its values to the hash, and returns them. It
// reports a sentinel that has changed, or any element that has changed if the span is not
// an output.
func (r *rig) read(s *span) []float32 {
	r.Helper()
	now := make([]float32, len(s.image))
	if err := r.Read(now, s.whole); err != nil {
		r.Fatalf("%s: Read: %v", r.method, err)
	}
	for i, v := range now {
		inside := s.output && i >= s.lead && i < s.lead+s.Len()
		if !inside && math.Float32bits(v) != math.Float32bits(s.image[i]) {
			r.fail("element %d of %s, of %d elements, changes from %v to %v", i-s.lead, s.name, s.Len(), s.image[i], v)
			break
		}
	}
	s.image = now
	for _, v := range s.values() {
		bits := math.Float32bits(v)
		if v != v {
			bits = 0x7fc00000 // any NaN equals any other
		}
		r.bits = (r.bits ^ uint64(bits)) * 0x100000001b3 // as in FNV-1a, a word at a time
	}
	return s.values()
}

// A tracer is a device that knows which instruction stored an element, such as the PTX
// simulator.
type tracer interface {
	// Origin describes the instruction that stored element i of b, or returns "".
	Origin(b kernels.Buffer, i int) string
}

// origin returns the end of an error text about element i of values, a result of read. It
// describes the instruction that stored the element, and is empty if the device is no
// tracer.
func (r *rig) origin(values []float32, i int) string {
	t, ok := r.Device.(tracer)
	if !ok {
		return ""
	}
	for _, s := range r.spans {
		if v := s.values(); len(v) > 0 && &v[0] == &values[0] {
			if stored := t.Origin(s.Buffer, i); stored != "" {
				return "; stored by " + stored
			}
		}
	}
	return ""
}

// done ends a case: it checks that no input has changed, and frees all spans.
func (r *rig) done() {
	r.Helper()
	for _, s := range r.spans {
		if !s.output {
			r.read(s)
		}
		r.Free(s.whole)
	}
	r.spans = r.spans[:0]
}

// normals returns n Gaussian values.
func (r *rig) normals(n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(r.rng.NormFloat64())
	}
	return v
}

// uniforms returns n values in [lo, hi).
func (r *rig) uniforms(n int, lo, hi float64) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(lo + (hi-lo)*r.rng.Float64())
	}
	return v
}

// between returns a random integer in [lo, hi].
func (r *rig) between(lo, hi int) int { return lo + r.rng.IntN(hi-lo+1) }

// mode returns a random write mode.
func (r *rig) mode() kernels.WriteMode { return kernels.WriteMode(r.rng.IntN(2)) }

// sizes returns lengths at and next to powers of two, where vectors, blocks and
// threads' shares end.
func (r *rig) sizes() []int {
	sizes := []int{0, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 129, 255, 257, 1000, 1025}
	if r.options.Large {
		sizes = append(sizes, 8191, 8193, 16411, 40001)
	}
	return sizes
}

// size returns a random length from 0 to 2999, or to 49999 with Options.Large. Short lengths
// are more likely: the logarithm of length + 1 is uniform.
func (r *rig) size() int {
	most := 3000
	if r.options.Large {
		most = 50000
	}
	return int(math.Pow(float64(most+1), r.rng.Float64())) - 1
}

// modes lists both write modes.
var modes = []kernels.WriteMode{kernels.Overwrite, kernels.Accumulate}
