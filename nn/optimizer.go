package nn

import (
	"fmt"
	"math"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
)

// An Optimizer changes parameters against their gradients.
type Optimizer interface {
	// Step makes one step with the gradients of the last Backward.
	Step() error
	// Steps returns how many steps have been made.
	Steps() int
	// State returns what a later run needs besides the parameters in order to
	// go on bit for bit: the number of steps and tensors by name.
	State() State
	// Restore puts back what State returned for parameters of the same sizes.
	Restore(State) error
}

// A State is the memory of an optimizer.
type State struct {
	Steps   int
	Tensors map[string][]float32
}

// A Rate holds what all optimizers have in common.
type Rate struct {
	// LearningRate is the size of a step.
	LearningRate float64
	// Schedule, if not nil, returns a factor for the learning rate of a step,
	// counted from 0.
	Schedule Schedule
	// WeightDecay pulls parameters towards 0.
	WeightDecay float64
	// ClipNorm, if positive, scales gradients down whose norm, over all
	// parameters, exceeds it. It makes each step wait for the device.
	ClipNorm float64
	// ClipValue, if positive, is the largest absolute value that an element of a
	// gradient keeps.
	ClipValue float64
}

// group is a packed set of parameters and what every optimizer does to it.
type group struct {
	rate          Rate
	device        kernels.Device
	values, grads kernels.Buffer
	limits        kernels.Buffer // ±ClipValue, then room for a squared norm
	steps         int
}

func newGroup(params []*autograd.Parameter, rate Rate) group {
	if len(params) == 0 {
		panic("nn: an optimizer of no parameters")
	}
	g := group{rate: rate, device: params[0].Value.Device()}
	g.values, g.grads = autograd.Pack(params)
	g.limits = g.device.Alloc(3)
	clip := float32(rate.ClipValue)
	g.device.Write(g.limits, []float32{clip, -clip, 0})
	return g
}

// begin counts a step and returns its learning rate and the factor that clips
// the gradients' norm.
func (g *group) begin() (rate, scale float64, err error) {
	rate, scale = g.rate.LearningRate, 1
	if g.rate.Schedule != nil {
		rate *= g.rate.Schedule(g.steps)
	}
	g.steps++
	if g.rate.ClipValue > 0 {
		n := []int{g.grads.Len()}
		every, same := []int{1}, []int{0}
		g.device.ZipStrided(kernels.MinOp, g.grads, g.grads, every, g.limits.Slice(0, 1), same, n, kernels.Set)
		g.device.ZipStrided(kernels.MaxOp, g.grads, g.grads, every, g.limits.Slice(1, 2), same, n, kernels.Set)
	}
	if g.rate.ClipNorm > 0 {
		var square [1]float32
		g.device.Dot(g.limits.Slice(2, 3), g.grads, g.grads)
		if err := g.device.Read(square[:], g.limits.Slice(2, 3)); err != nil {
			return 0, 0, fmt.Errorf("nn: gradient norm: %w", err)
		}
		if norm := math.Sqrt(float64(square[0])); norm > g.rate.ClipNorm {
			scale = g.rate.ClipNorm / norm
		}
	}
	return rate, scale, nil
}

// Steps returns how many steps have been made.
func (g *group) Steps() int { return g.steps }

// memory allocates a tensor of zeros as large as all parameters.
func (g *group) memory() kernels.Buffer {
	b := g.device.Alloc(g.values.Len())
	g.device.Fill(b, 0)
	return b
}

// state reads the named buffers.
func (g *group) state(buffers map[string]kernels.Buffer) State {
	s := State{Steps: g.steps, Tensors: make(map[string][]float32)}
	for name, b := range buffers {
		values := make([]float32, b.Len())
		// A device that fails keeps its error for the next Step or Read.
		_ = g.device.Read(values, b)
		s.Tensors[name] = values
	}
	return s
}

func (g *group) restore(s State, buffers map[string]kernels.Buffer) error {
	if len(s.Tensors) != len(buffers) || s.Steps < 0 {
		return fmt.Errorf("nn: an optimizer's state of %d steps with %d tensors, want %d tensors", s.Steps, len(s.Tensors), len(buffers))
	}
	for name, b := range buffers {
		if values, ok := s.Tensors[name]; !ok || len(values) != b.Len() {
			return fmt.Errorf("nn: an optimizer's state has %d values of %q, want %d", len(values), name, b.Len())
		}
	}
	for name, b := range buffers {
		g.device.Write(b, s.Tensors[name])
	}
	g.steps = s.Steps
	return nil
}

// Adam is the optimizer of Kingma and Ba (2015). Make it with NewAdam or NewAdamW.
type Adam struct {
	group
	m, v         kernels.Buffer
	beta1, beta2 float64
	epsilon      float64
	decoupled    bool
}

// NewAdam returns Adam with β 0.9 and 0.999 and ε 1e-8. It packs the parameters
// into one span, as autograd.Pack does, and updates them in one kernel. Weight
// decay adds to the gradient.
func NewAdam(params []*autograd.Parameter, rate Rate) *Adam {
	a := &Adam{group: newGroup(params, rate), beta1: 0.9, beta2: 0.999, epsilon: 1e-8}
	a.m, a.v = a.memory(), a.memory()
	return a
}

// NewAdamW returns Adam with decoupled weight decay (Loshchilov and Hutter 2019).
func NewAdamW(params []*autograd.Parameter, rate Rate) *Adam {
	a := NewAdam(params, rate)
	a.decoupled = true
	return a
}

// Step makes one step.
func (a *Adam) Step() error {
	rate, scale, err := a.begin()
	if err != nil {
		return err
	}
	a.device.Adam(a.values, a.grads, a.m, a.v, kernels.Adam{
		LearningRate: rate, Beta1: a.beta1, Beta2: a.beta2, Epsilon: a.epsilon,
		WeightDecay: a.rate.WeightDecay, Decoupled: a.decoupled, Step: a.steps, GradientScale: scale,
	})
	return nil
}

func (a *Adam) buffers() map[string]kernels.Buffer {
	return map[string]kernels.Buffer{"m": a.m, "v": a.v}
}

// State returns the moments "m" and "v".
func (a *Adam) State() State { return a.state(a.buffers()) }

// Restore puts back a state.
func (a *Adam) Restore(s State) error { return a.restore(s, a.buffers()) }

// SGD is stochastic gradient descent with momentum.
type SGD struct {
	group
	velocity kernels.Buffer
	momentum float64
	nesterov bool
}

// NewSGD returns gradient descent; momentum 0 is plain, and nesterov looks ahead.
func NewSGD(params []*autograd.Parameter, rate Rate, momentum float64, nesterov bool) *SGD {
	s := &SGD{group: newGroup(params, rate), momentum: momentum, nesterov: nesterov}
	s.velocity = s.memory()
	return s
}

// Step makes one step.
func (s *SGD) Step() error {
	rate, scale, err := s.begin()
	if err != nil {
		return err
	}
	s.device.SGD(s.values, s.grads, s.velocity, kernels.SGD{
		LearningRate: float32(rate), Momentum: float32(s.momentum), Nesterov: s.nesterov,
		WeightDecay: float32(s.rate.WeightDecay), GradientScale: float32(scale),
	})
	return nil
}

func (s *SGD) buffers() map[string]kernels.Buffer {
	return map[string]kernels.Buffer{"velocity": s.velocity}
}

// State returns the "velocity".
func (s *SGD) State() State { return s.state(s.buffers()) }

// Restore puts back a state.
func (s *SGD) Restore(state State) error { return s.restore(state, s.buffers()) }
