package nn

import (
	"fmt"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
)

// An EMA is the exponential moving average of a model's parameters over its
// steps of training, which often generalizes better than the last parameters
// (Polyak and Juditsky 1992). The average begins with the current parameters. Each Update
// replaces it by decay·average + (1 − decay)·parameters. It copies parameters without a
// gradient, such as the statistics of [BatchNorm].
//
// An EMA is a [Module] with the model's names: [Save] writes it, [Load] reads it,
// and [Copy] sets another model's parameters to it.
type EMA struct {
	decay    float32
	mix      float32
	model    []*autograd.Parameter
	averages []*autograd.Parameter
}

// NewEMA returns the average of m, with a decay between 0 and 1, commonly 0.999.
func NewEMA(m Module, decay float64) *EMA {
	if !(decay > 0 && decay < 1) {
		panic(fmt.Sprintf("nn: NewEMA with decay %v; want a number between 0 and 1, such as 0.999", decay))
	}
	e := &EMA{decay: float32(decay), mix: float32(1 - decay), model: Parameters(m)}
	for _, p := range e.model {
		dev := p.Value.Device()
		average := autograd.NewUntrained(p.Name, autograd.NewTensor(dev, p.Value.Shape()...))
		dev.Copy(average.Value.Buffer(), p.Value.Buffer())
		e.averages = append(e.averages, average)
	}
	return e
}

// Visit visits the averages, under the names of the model's parameters.
func (e *EMA) Visit(f Visitor) {
	for _, p := range e.averages {
		f(p.Name, p)
	}
}

// Update mixes the model's parameters into the average. Call it after each step of the
// optimizer.
func (e *EMA) Update() {
	e.check()
	for i, p := range e.model {
		dev, average := p.Value.Device(), e.averages[i].Value.Buffer()
		if p.Grad == nil {
			dev.Copy(average, p.Value.Buffer())
			continue
		}
		dev.Affine(average, average, e.decay, 0, kernels.Overwrite)
		dev.AddScaled(average, e.mix, p.Value.Buffer())
	}
}

// With sets the model's parameters to the average, calls f, and restores the
// parameters.
func (e *EMA) With(f func()) {
	if f == nil {
		panic("nn: EMA.With of a nil function")
	}
	e.check()
	e.swap()
	defer e.swap()
	f()
}

// swap exchanges the values of the model and the average.
func (e *EMA) swap() {
	for i, p := range e.model {
		dev, a, b := p.Value.Device(), p.Value.Buffer(), e.averages[i].Value.Buffer()
		spare := dev.Alloc(a.Len())
		dev.Copy(spare, a)
		dev.Copy(a, b)
		dev.Copy(b, spare)
		dev.Free(spare)
	}
}

// check panics if the average was freed.
func (e *EMA) check() {
	if len(e.averages) != len(e.model) {
		panic("nn: an EMA is used after Free")
	}
}

// Free gives the average's memory back to the device. The average must not be used
// afterwards.
func (e *EMA) Free() {
	for _, p := range e.averages {
		p.Free()
	}
	e.averages = nil
}
