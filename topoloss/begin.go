package topoloss

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/rips"
)

// Work of the device while the host does other things.
//
// Problem: in a step the host needs records of the persistence of a cloud, finds the diagrams,
// and hands back derivatives. If it asks for the records when it needs them, a GPU has nothing
// to do until the host has found the diagrams.
// Idea: Begin enqueues the kernels of the records, with a copy to the host behind them. The host
// then enqueues what does not need the derivatives: forward passes at other places, or whole
// passes of other models. Apply waits for the copy, not for these.
// Invariant: results are those of Apply without Begin, to the bit. Begin puts no operation on
// the tape.

// CanBegin reports whether a device can begin work of an objective, so that it pays to call
// [Objective.Begin] before other work is enqueued. A GPU can.
func CanBegin(dev kernels.Device) bool {
	_, ok := dev.(rips.Starter)
	return ok
}

// Begin has the device begin what [Objective.Apply] needs of the variables that s has so far,
// and does not wait. It reports whether there is anything that the device can begin: diagrams
// of degrees 0 and 1 of all points at a place, unless the gradient is smoothed. Begin may be
// called again when s has more variables. Apply must be given the same s, before the tape is
// reset.
//
//	s := topoloss.Step{Number: number, Batch: batch, Samples: model.Decode(draws)}
//	objective.Begin(&s)
//	s.Output = model.Forward(batch) // while the device finds edges of the samples
//	r, err := objective.Apply(ctx, s, target)
func (o *Objective) Begin(s *Step) bool {
	if s == nil {
		panic("topoloss: Begin of a nil step")
	}
	if s.begun == 0 || s.begun != o.begun {
		o.begun++
		s.begun = o.begun
		for _, p := range o.places {
			p.loss.rips.forget()
		}
	}
	begun := false
	for _, p := range o.places {
		x := s.at(p.where)
		if x == nil || p.share < 1 || p.loss.Gradient.Method == Smooth || !o.applies(&p, s.Number) {
			continue
		}
		begun = p.loss.rips.begun == x || p.loss.rips.begin(x, p.loss.degreeAt(s.Number)) || begun
	}
	return begun
}
