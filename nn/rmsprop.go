package nn

import (
	"math"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
)

// RMSprop divides gradients by the root of their mean square (Tieleman and
// Hinton 2012, in PyTorch's form). NewRMSprop makes it.
type RMSprop struct {
	OptimizerOptions
	Alpha    float64 // share of the old mean square that a step keeps, in [0, 1)
	Epsilon  float64 // added to the root of the mean square
	Momentum float64 // not negative
	centred  bool
	group
	scratch *scratch
}

// NewRMSprop returns RMSprop with α 0.99 and ε 1e-8, whose learning rate is
// commonly 1e-2 or less. If centred is true, RMSprop divides by the root of the variance
// instead: the mean square less the square of the mean gradient (Graves 2013). NewRMSprop
// packs the parameters as NewAdam does. The state has "square", the mean square,
// "velocity" and, if centred, "mean".
func NewRMSprop(params []*autograd.Parameter, o OptimizerOptions, momentum float64, centred bool) *RMSprop {
	names := []string{"square", "velocity"}
	if centred {
		names = append(names, "mean")
	}
	r := &RMSprop{OptimizerOptions: o, Alpha: 0.99, Epsilon: 1e-8, Momentum: momentum, centred: centred, group: newGroup(params, names...)}
	r.scratch = newScratch(&r.group, 2)
	return r
}

// Step makes one step.
func (o *RMSprop) Step() error {
	if err := checkRanges(numberRange{"Alpha", o.Alpha, 0, 1 - 0x1p-53}, numberRange{"Epsilon", o.Epsilon, 0, math.MaxFloat32}, numberRange{"Momentum", o.Momentum, 0, math.MaxFloat32}); err != nil {
		return err
	}
	rate, scale, err := o.begin(&o.OptimizerOptions)
	if err != nil {
		return err
	}
	dev, keep, mix := o.device, float32(o.Alpha), float32(1-o.Alpha)
	for i := range o.runs {
		r := &o.runs[i]
		square, velocity := r.memory[0], r.memory[1]
		g, root := o.scratch.of(r, 0), o.scratch.of(r, 1)
		decayed(dev, g, r, float32(scale), float32(o.WeightDecay))
		dev.Zip(kernels.Mul, root, g, g, kernels.Overwrite)
		blend(dev, square, keep, mix, root)
		variance := square
		if o.centred {
			mean := r.memory[2]
			blend(dev, mean, keep, mix, g)
			dev.Zip(kernels.Mul, root, mean, mean, kernels.Overwrite)
			dev.Zip(kernels.Sub, root, square, root, kernels.Overwrite)
			dev.Map(kernels.ReLU, root, root) // rounding may leave less than 0
			variance = root
		}
		dev.Map(kernels.Sqrt, root, variance)
		dev.Affine(root, root, 1, float32(o.Epsilon), kernels.Overwrite)
		dev.Zip(kernels.Div, g, g, root, kernels.Overwrite)
		blend(dev, velocity, float32(o.Momentum), 1, g)
		dev.AddScaled(r.Values, -float32(rate), velocity)
	}
	return nil
}

// Free gives the optimizer's own memory back to the device.
func (o *RMSprop) Free() {
	o.group.Free()
	o.scratch.free()
}

// scratch is workspace for the steps of AMSGrad and RMSprop, which have no kernel of their
// own.
type scratch struct {
	device  kernels.Device
	buffers []kernels.Buffer
}

// newScratch returns n buffers for the elements of a group.
func newScratch(g *group, n int) *scratch {
	s := &scratch{device: g.device}
	for range n {
		s.buffers = append(s.buffers, g.device.Alloc(g.memory[0].Len()))
	}
	return s
}

// of returns the first elements of the i-th buffer, as many as the run has.
func (s *scratch) of(r *run, i int) kernels.Buffer { return s.buffers[i].Slice(0, r.Values.Len()) }

func (s *scratch) free() {
	if s == nil {
		return
	}
	for _, b := range s.buffers {
		s.device.Free(b)
	}
	s.buffers = nil
}
