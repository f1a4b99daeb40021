package nn

import (
	"fmt"
	"math"
)

// An Optimizer changes the values of parameters by their gradients, so that the loss falls.
// It skips parameters that are frozen, see [Freeze], and those without a gradient.
//
// Several optimizers may share parameters. A new optimizer may move parameters in
// memory, which must not happen while they are on a tape: create optimizers before
// the forward pass.
type Optimizer interface {
	// Step makes one step with the gradients of the last Backward.
	Step() error
	// Steps returns how many steps have been made.
	Steps() int
	// State waits for the memory of the optimizer and returns it. With this memory and
	// the parameters, a later run continues bit for bit.
	State() (State, error)
	// Restore puts back what State returned for parameters of the same sizes.
	Restore(State) error
	// Free gives the optimizer's own memory back to the device. The parameters
	// stay.
	Free()
}

// A State is the memory of an optimizer.
type State struct {
	Steps int // number of steps
	// Tensors hold one value for each element of the parameters that have a
	// gradient, in order. An exception is "steps", which is present if some
	// parameters were frozen for a time: it holds, for each parameter, the number
	// of steps that changed it.
	Tensors map[string][]float32
}

// OptimizerOptions are the options that all optimizers have. The fields of an optimizer
// may change between steps.
type OptimizerOptions struct {
	// LearningRate is the size of a step. Step refuses one that is not positive;
	// to keep parameters as they are, freeze them.
	LearningRate float64
	// Schedule, if not nil, returns a factor for the learning rate of a step,
	// counted from 0.
	Schedule Schedule
	// WeightDecay pulls parameters towards 0: it times a parameter's value is added to the
	// gradient. See [Adam.Decoupled] for AdamW. 0 means none.
	WeightDecay float64
	// ClipValue, if positive, clips each element of a gradient to [−ClipValue, ClipValue].
	ClipValue float64
	// ClipNorm, if positive, is the largest Euclidean norm of the gradients of all
	// parameters together. Step scales larger gradients down to it, after ClipValue
	// (Pascanu et al. 2013, section 3.2). Each step then waits for the device. A
	// gradient that is not finite is an error, which names the parameter.
	ClipNorm float64
}

// check returns an error that names the first option out of range.
func (o *OptimizerOptions) check() error {
	if !(o.LearningRate > 0) || o.LearningRate > math.MaxFloat32 {
		return fmt.Errorf("nn: the learning rate is %v; set OptimizerOptions.LearningRate to a positive number, such as 1e-3", o.LearningRate)
	}
	return checkRanges(
		numberRange{"WeightDecay", o.WeightDecay, 0, math.MaxFloat32},
		numberRange{"ClipValue", o.ClipValue, 0, math.Inf(1)},
		numberRange{"ClipNorm", o.ClipNorm, 0, math.Inf(1)})
}

// A numberRange is a setting and the range that it must be in.
type numberRange struct {
	name             string
	value, low, high float64
}

// checkRanges returns an error that names the first number that is not in its range.
func checkRanges(settings ...numberRange) error {
	for _, s := range settings {
		if !(s.value >= s.low && s.value <= s.high) {
			return fmt.Errorf("nn: an optimizer's %s is %v; want a number from %v to %v", s.name, s.value, s.low, s.high)
		}
	}
	return nil
}
