package nn

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/fused"
)

// A group holds the parameters of an optimizer, and the optimizer's memory: arrays, such as
// moving means of gradients, that it keeps from step to step.
//
// The parameters are packed, so that a step takes few kernels over long spans of
// memory rather than one for each parameter. A run is such a span. Its parameters follow
// each other in the group and in memory, are not frozen, and were changed by the same
// number of steps. The runs change only when a parameter is frozen or unfrozen.
type group struct {
	device kernels.Device
	params []*autograd.Parameter // the parameters with a gradient
	steps  int                   // number of steps of the optimizer
	memory []memory
	runs   []run
	// For each parameter, when the runs were last computed: whether it was frozen,
	// and the number of steps that changed it.
	frozen []bool
	counts []int

	limits  kernels.Buffer // clip, −clip
	clip    float32        // limit of the elements of gradients, 0 before the first clipping
	squares kernels.Buffer // by run: the squared norm of its gradients
	read    []float32      // a copy of squares on the host
}

// memory is a tensor of an optimizer with one value for each element of the
// parameters.
type memory struct {
	name string
	kernels.Buffer
}

// A run is parameters that one kernel updates.
type run struct {
	autograd.Span
	first, last int              // the parameters are params[first:last] of the group
	steps       int              // number of steps that changed the parameters
	memory      []kernels.Buffer // the run's part of each memory of the group
	// Arguments of strided kernels, kept so that a step allocates nothing: the shape, the
	// stride of a gradient and the stride 0 of a limit.
	count, every, same []int
}

// newGroup returns a group of the parameters that have gradients, which it packs, with a
// memory of zeros for each name.
func newGroup(params []*autograd.Parameter, names ...string) group {
	if i := slices.Index(params, nil); i >= 0 {
		panic(fmt.Sprintf("nn: parameter %d of an optimizer is nil", i))
	}
	params = slices.DeleteFunc(slices.Clone(params), func(p *autograd.Parameter) bool { return p.Grad == nil })
	if len(params) == 0 {
		panic("nn: an optimizer of no parameters")
	}
	autograd.Pack(params)
	g := group{
		device: params[0].Value.Device(),
		params: params,
		frozen: make([]bool, len(params)),
		counts: make([]int, len(params)),
		read:   make([]float32, len(params)),
	}
	n := 0
	for _, p := range params {
		n += p.Value.Len()
	}
	g.limits, g.squares = g.device.Alloc(2), g.device.Alloc(len(params))
	for _, name := range names {
		b := g.device.Alloc(n)
		g.device.Fill(b, 0)
		g.memory = append(g.memory, memory{name, b})
	}
	g.findRuns()
	return g
}

// Free gives the optimizer's own memory back to the device. The parameters
// stay; the optimizer must not be used afterwards.
func (g *group) Free() {
	if g.device == nil { // not made by its function
		return
	}
	g.device.Free(g.limits)
	g.device.Free(g.squares)
	for _, m := range g.memory {
		g.device.Free(m.Buffer)
	}
	g.limits, g.squares, g.memory, g.runs = kernels.Buffer{}, kernels.Buffer{}, nil, nil
}

// Steps returns how many steps have been made.
func (g *group) Steps() int { return g.steps }

// findRuns divides the parameters that are not frozen into runs.
func (g *group) findRuns() {
	g.saveCounts()
	g.runs = nil
	offset := 0
	for i := 0; i < len(g.params); {
		end := i + 1
		if g.frozen[i] = g.params[i].Frozen; g.frozen[i] {
			offset += g.params[i].Value.Len()
			i = end
			continue
		}
		for end < len(g.params) && !g.params[end].Frozen && g.counts[end] == g.counts[i] {
			g.frozen[end] = false
			end++
		}
		for _, span := range autograd.Spans(g.params[i:end]) {
			n := span.Values.Len()
			r := run{
				Span: span, first: i, last: i + len(span.Params), steps: g.counts[i],
				count: []int{n}, every: []int{1}, same: []int{0},
			}
			for _, m := range g.memory {
				r.memory = append(r.memory, m.Slice(offset, offset+n))
			}
			g.runs = append(g.runs, r)
			offset += n
			i = r.last
		}
	}
}

// saveCounts copies the numbers of steps of the runs to g.counts.
func (g *group) saveCounts() {
	for _, r := range g.runs {
		for i := r.first; i < r.last; i++ {
			g.counts[i] = r.steps
		}
	}
}

// begin counts a step, clips the gradients' values, and returns the step's
// learning rate and the factor that clips the gradients' norm.
func (g *group) begin(o *OptimizerOptions) (rate, scale float64, err error) {
	if len(g.memory) == 0 {
		return 0, 0, fmt.Errorf("nn: a step of %w", errNoOptimizer)
	}
	if err := o.check(); err != nil {
		return 0, 0, err
	}
	for i, p := range g.params {
		if p.Frozen != g.frozen[i] {
			g.findRuns()
			break
		}
	}
	rate = o.LearningRate
	if o.Schedule != nil {
		factor := o.Schedule(g.steps)
		if rate *= factor; !(rate >= 0) || math.IsInf(rate, 1) {
			return 0, 0, fmt.Errorf("nn: the learning rate's schedule gives %v for step %d", factor, g.steps)
		}
	}
	if o.ClipValue > 0 {
		g.clipValues(float32(o.ClipValue))
	}
	scale = 1
	if o.ClipNorm > 0 {
		norm, err := g.norm()
		if err != nil {
			return 0, 0, err
		}
		scale = min(1, o.ClipNorm/norm)
	}
	g.steps++
	for i := range g.runs {
		g.runs[i].steps++
	}
	return rate, scale, nil
}

var errNoOptimizer = errors.New("an optimizer that was freed or not made by its function, such as NewAdam")

// clipValues clips every element of the gradients to [−limit, limit].
func (g *group) clipValues(limit float32) {
	if limit != g.clip {
		g.device.Write(g.limits, []float32{limit, -limit})
		g.clip = limit
	}
	for i := range g.runs {
		r := &g.runs[i]
		g.device.ZipStrided(kernels.Min, r.Grads, r.Grads, r.every, g.limits.Slice(0, 1), r.same, r.count, kernels.Overwrite)
		g.device.ZipStrided(kernels.Max, r.Grads, r.Grads, r.every, g.limits.Slice(1, 2), r.same, r.count, kernels.Overwrite)
	}
}

// norm waits for the Euclidean norm of all gradients together and returns it. A norm that
// is not finite is an error.
func (g *group) norm() (float64, error) {
	n := len(g.runs)
	for i, r := range g.runs {
		fused.Dot(g.device, g.squares.Slice(i, i+1), r.Grads, r.Grads)
	}
	if err := g.device.Read(g.read[:n], g.squares.Slice(0, n)); err != nil {
		return 0, fmt.Errorf("nn: the gradient's norm in step %d: %w", g.steps+1, err)
	}
	sum := 0.0
	for _, square := range g.read[:n] {
		sum += float64(square)
	}
	norm := math.Sqrt(sum)
	if math.IsNaN(norm) || math.IsInf(norm, 0) {
		return 0, fmt.Errorf("nn: the gradient's norm in step %d is %v: %w; try a lower learning rate", g.steps+1, norm, g.badGradient())
	}
	return norm, nil
}

// badGradient returns an error that names the first gradient that is not finite. If all are
// finite, the error says that the sum of their squares overflowed.
func (g *group) badGradient() error {
	for _, r := range g.runs {
		for _, p := range r.Params {
			if err := checkFinite("the gradient of "+p.Name, p.Grad); err != nil {
				return err
			}
		}
	}
	return errTooLarge
}

var errTooLarge = errors.New("all gradients are finite, but the sum of their squares is not")
