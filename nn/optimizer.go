package nn

import (
	"fmt"
	"math"
	"slices"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/fused"
)

// An Optimizer changes parameters against their gradients.
type Optimizer interface {
	// Step makes one step with the gradients of the last Backward.
	Step() error
	// Steps returns how many steps have been made.
	Steps() int
	// State waits for what a later run needs besides the parameters in order to
	// go on bit for bit: the number of steps and tensors by name.
	State() (State, error)
	// Restore puts back what State returned for parameters of the same sizes.
	Restore(State) error
	// Free gives the optimizer's own memory back to the device. The parameters
	// stay.
	Free()
}

// A State is the memory of an optimizer.
type State struct {
	Steps   int
	Tensors map[string][]float32 // one element for each of all parameters, in their order
}

// OptimizerOptions are what all optimizers have in common. An optimizer's fields may be
// changed between steps.
type OptimizerOptions struct {
	// LearningRate is the size of a step.
	LearningRate float64
	// Schedule, if not nil, returns a factor for the learning rate of a step,
	// counted from 0.
	Schedule Schedule
	// WeightDecay pulls parameters towards 0.
	WeightDecay float64
	// ClipValue, if positive, is the largest absolute value that an element of a
	// gradient keeps.
	ClipValue float64
	// ClipNorm, if positive, scales gradients down whose Euclidean norm over all
	// parameters exceeds it, after ClipValue (Pascanu et al. 2013, section 3.2).
	// It makes each step wait for the device, and refuses gradients whose norm is
	// not finite.
	ClipNorm float64
}

// group is a packed set of parameters and what every optimizer does to it.
type group struct {
	device        kernels.Device
	values, grads kernels.Buffer
	limits        kernels.Buffer // ±clip, then room for a squared norm
	clip          float32
	square        [1]float32 // the norm's, on the host
	steps         int
	memory        []memory
	// What kernels take as shape and strides, here so that a step allocates nothing.
	count, every, same []int
}

// memory is what an optimizer remembers of the gradients, one value for each of
// all parameters.
type memory struct {
	name string
	kernels.Buffer
}

// newGroup packs the parameters, with zeros for memory.
func newGroup(params []*autograd.Parameter, names ...string) group {
	if len(params) == 0 {
		panic("nn: an optimizer of no parameters")
	}
	g := group{device: params[0].Value.Device()}
	g.values, g.grads = autograd.Pack(params)
	g.limits = g.device.Alloc(3)
	g.count, g.every, g.same = []int{g.values.Len()}, []int{1}, []int{0}
	for _, name := range names {
		b := g.device.Alloc(g.values.Len())
		g.device.Fill(b, 0)
		g.memory = append(g.memory, memory{name, b})
	}
	return g
}

// Free gives the optimizer's own memory back to the device. The parameters
// stay; the optimizer must not be used afterwards.
func (g *group) Free() {
	g.device.Free(g.limits)
	for _, m := range g.memory {
		g.device.Free(m.Buffer)
	}
	g.limits, g.memory = kernels.Buffer{}, nil
}

// Steps returns how many steps have been made.
func (g *group) Steps() int { return g.steps }

// begin counts a step, clips the gradients' values, and returns the step's
// learning rate and the factor that clips the gradients' norm.
func (g *group) begin(o *OptimizerOptions) (rate, scale float64, err error) {
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
	rate = o.LearningRate
	if o.Schedule != nil {
		rate *= o.Schedule(g.steps)
	}
	g.steps++
	return rate, scale, nil
}

// clipValues brings every element of the gradients to within ±limit.
func (g *group) clipValues(limit float32) {
	if limit != g.clip {
		g.device.Write(g.limits.Slice(0, 2), []float32{limit, -limit})
		g.clip = limit
	}
	g.device.ZipStrided(kernels.MinOp, g.grads, g.grads, g.every, g.limits.Slice(0, 1), g.same, g.count, kernels.Set)
	g.device.ZipStrided(kernels.MaxOp, g.grads, g.grads, g.every, g.limits.Slice(1, 2), g.same, g.count, kernels.Set)
}

// norm waits for the Euclidean norm of the gradients.
func (g *group) norm() (float64, error) {
	b := g.limits.Slice(2, 3)
	fused.Dot(g.device, b, g.grads, g.grads)
	if err := g.device.Read(g.square[:], b); err != nil {
		return 0, fmt.Errorf("nn: the gradient's norm in step %d: %w", g.steps+1, err)
	}
	norm := math.Sqrt(float64(g.square[0]))
	if math.IsNaN(norm) || math.IsInf(norm, 0) {
		return 0, fmt.Errorf("nn: the gradient's norm in step %d is %v; try a lower learning rate", g.steps+1, norm)
	}
	return norm, nil
}

// State waits for the number of steps and the optimizer's memory.
func (g *group) State() (State, error) {
	s := State{Steps: g.steps, Tensors: make(map[string][]float32)}
	for _, m := range g.memory {
		values := make([]float32, m.Len())
		if err := g.device.Read(values, m.Buffer); err != nil {
			return State{}, fmt.Errorf("nn: reading an optimizer's %q: %w", m.name, err)
		}
		s.Tensors[m.name] = values
	}
	return s, nil
}

// Restore puts back what State returned for an optimizer of the same kind and
// parameters of the same sizes.
func (g *group) Restore(s State) error {
	if s.Steps < 0 {
		return fmt.Errorf("nn: an optimizer's state after %d steps", s.Steps)
	}
	for name := range s.Tensors {
		if !slices.ContainsFunc(g.memory, func(m memory) bool { return m.name == name }) {
			return fmt.Errorf("nn: an optimizer's state with %q, which this one does not have: it is another kind's", name)
		}
	}
	for _, m := range g.memory {
		if n := len(s.Tensors[m.name]); n != m.Len() {
			return fmt.Errorf("nn: an optimizer's state with %d values of %q, want %d: it is another model's", n, m.name, m.Len())
		}
	}
	for _, m := range g.memory {
		g.device.Write(m.Buffer, s.Tensors[m.name])
	}
	g.steps = s.Steps
	return nil
}
