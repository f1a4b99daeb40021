package topoloss

import (
	"context"
	"fmt"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
)

// An Objective is the weighted sum of terms at the places of a training step. It
// computes what all terms of a place share once: distances and diagrams.
//
// It is also the workspace of its own computation: one objective serves one
// goroutine at a time.
type Objective struct {
	specs  Specs
	places []place
	terms  []TermValue
	seed   uint64
	params []*autograd.Parameter
}

// A place is the loss of the terms that apply at one place to the same share of its
// points.
type place struct {
	where Place
	share float64
	loss  *Loss
	index []int // of the loss's terms in the objective's specs
}

// Options say how an [Objective] is computed. The zero value has no fallback and
// leaves gradients as they are.
type Options struct {
	// Fallback terms take the place of the objective's terms at the same place in
	// a step in which none of these depends on anything learnable. See
	// [Loss.Fallback].
	Fallback Specs
	// Gradient says how gradients reach points that are not critical.
	Gradient Gradient
	// Seed decides, with a step's number, which points terms draw at random.
	Seed uint64
}

// New returns the objective that is the sum of specs. An error names the first
// term that cannot be computed. Terms of weight 0 are left out.
func New(specs Specs, o Options) (*Objective, error) {
	specs, err := specs.normal()
	if err != nil {
		return nil, err
	}
	fallback, err := o.Fallback.normal()
	if err != nil {
		return nil, fmt.Errorf("fallback: %w", err)
	}
	if err := o.Gradient.Validate(); err != nil {
		return nil, err
	}
	obj := &Objective{specs: specs, seed: o.Seed}
	for i, s := range specs {
		t, err := s.term()
		if err != nil {
			return nil, err
		}
		p := obj.place(s.Where, t.share)
		p.loss.Terms, p.index = append(p.loss.Terms, t), append(p.index, i)
	}
	for _, s := range fallback {
		t, err := s.term()
		if err != nil {
			return nil, err
		}
		p := obj.place(s.Where, t.share)
		p.loss.Fallback = append(p.loss.Fallback, t)
	}
	for i := range obj.places {
		obj.places[i].loss.Gradient = o.Gradient
	}
	return obj, nil
}

// place returns the place named where for a share of the points, which it adds if it
// is not there.
func (o *Objective) place(where Place, share float64) *place {
	for i := range o.places {
		if o.places[i].where == where && o.places[i].share == share {
			return &o.places[i]
		}
	}
	o.places = append(o.places, place{where: where, share: share, loss: new(Loss)})
	return &o.places[len(o.places)-1]
}

// Specs returns the terms in the order in which they were given. The caller must
// not change them.
func (o *Objective) Specs() Specs { return o.specs }

// Loss returns the loss of the terms that look at all points of one place, nil if
// there are none. Its terms may be changed between steps, and are in the order of the specs.
func (o *Objective) Loss(where Place) *Loss {
	for _, p := range o.places {
		if p.where == where && p.share == 1 {
			return p.loss
		}
	}
	return nil
}

// Degree returns the highest degree of homology that a term looks at, −1 if no
// term looks at diagrams.
func (o *Objective) Degree() int {
	degree := -1
	for _, p := range o.places {
		degree = max(degree, p.loss.Degree())
	}
	return degree
}

// Parameters returns the numbers that terms learn beside the points, such as the
// latent scale of signature. It makes them on dev when it is first called. An
// optimizer must train them, and a checkpoint hold them, with the model's own.
func (o *Objective) Parameters(dev kernels.Device) []*autograd.Parameter {
	if o.params != nil {
		return o.params
	}
	labels := o.specs.Labels()
	for _, p := range o.places {
		for i := range p.loss.Terms {
			if t := &p.loss.Terms[i]; t.learnScale && t.Scale == nil {
				t.Scale = autograd.NewParameter(labels[p.index[i]]+".scale", autograd.TensorOf(dev, []float32{float32(t.initialScale)}))
				o.params = append(o.params, t.Scale)
			}
		}
	}
	return o.params
}

// A Step holds the variables of one training step. Each has its points along the
// first axis, with any further axes. All are on one tape.
type Step struct {
	// Number counts the steps of the run from 0. Schedules and random choices
	// depend on it.
	Number uint64
	// Batch holds the true points.
	Batch *autograd.Var
	// Output and Latent hold as many points as Batch, in its order. Samples may
	// hold any number. Places without terms may be nil, see [Objective.Needs].
	Output, Latent, Samples *autograd.Var
}

func (s Step) at(where Place) *autograd.Var {
	switch where {
	case Output:
		return s.Output
	case Latent:
		return s.Latent
	case Samples:
		return s.Samples
	}
	return nil
}

// Needs reports whether a term looks at a place in step number. Training need not
// draw samples where no term looks at them.
func (o *Objective) Needs(where Place, number uint64) bool {
	for _, p := range o.places {
		if p.where == where && p.counts(number) {
			return true
		}
	}
	return false
}

// counts reports whether a term of p counts in a step. A place that has nothing but
// fallback terms counts in every step.
func (p *place) counts(step uint64) bool { return len(p.loss.Terms) == 0 || p.loss.counts(step) }

// Target computes all that the terms need to know of a true batch. It depends on
// the batch alone: compute it once for a batch that returns. No gradient flows
// into it.
func (o *Objective) Target(ctx context.Context, batch *autograd.Var) (*Target, error) {
	var all Loss
	for _, p := range o.places {
		if p.share < 1 {
			continue // its target is of other points in each step
		}
		all.Terms = append(append(all.Terms, p.loss.Terms...), p.loss.Fallback...)
	}
	return all.Target(ctx, batch)
}

// A TermValue is what one term contributed to a step.
type TermValue struct {
	Value float64 // without its weight
	OK    bool    // it depends on something learnable; if not, Value is 0
}

// An Outcome is what an objective computed in a step. Its slices are valid until
// the objective is used again.
type Outcome struct {
	// OK says that the objective depends on something learnable. If not, there is
	// no value and no gradient.
	OK bool
	// Value is the weighted sum of the terms that count, 0 if none does.
	Value float64
	// Var holds Value as a scalar on the tape, through which gradients flow to the
	// points. It is nil if OK is false.
	Var *autograd.Var
	// Terms are the contributions of the terms, in the order of [Objective.Specs].
	Terms []TermValue
	// Fallback says that the fallback took the place of the terms somewhere.
	Fallback bool
}

// Apply returns the objective of a step, given the target of its batch.
//
// It is an error, and names the place, if a variable that a term looks at is nil
// or holds a coordinate that is NaN or infinite. Cancelling ctx ends the
// computation with its error.
func (o *Objective) Apply(ctx context.Context, s Step, target *Target) (Outcome, error) {
	o.terms = resize(o.terms, len(o.specs))
	clear(o.terms)
	out := Outcome{Terms: o.terms}
	for _, p := range o.places {
		if !p.counts(s.Number) {
			continue
		}
		x := s.at(p.where)
		if x == nil {
			return Outcome{}, fmt.Errorf("topoloss: a term looks at the %s of step %d, which is nil", p.where, s.Number)
		}
		in := input{x: x, batch: s.Batch, target: target, seed: o.seed, step: s.Number}
		r, err := p.apply(ctx, in)
		if err != nil {
			return Outcome{}, fmt.Errorf("%s: %w", p.where, err)
		}
		for i, v := range r.Terms {
			o.terms[p.index[i]] = TermValue(v)
		}
		if !r.OK {
			continue
		}
		out.Value += r.Value
		out.Fallback = out.Fallback || r.Fallback
		if out.OK {
			out.Var = autograd.Add(out.Var, r.Var)
		} else {
			out.Var, out.OK = r.Var, true
		}
	}
	return out, nil
}

// apply applies p's loss to its share of the points. The target of a share is computed
// in each step.
func (p *place) apply(ctx context.Context, in input) (Result, error) {
	if p.share < 1 {
		var err error
		if in, err = shareOf(in, p.share); err != nil {
			return Result{}, err
		}
		if in.target, err = p.loss.Target(ctx, in.batch); err != nil {
			return Result{}, err
		}
	}
	return p.loss.apply(ctx, in)
}
