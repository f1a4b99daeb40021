package topoloss

import (
	"context"
	"fmt"
	"slices"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/kernels"
)

// An Objective is the weighted sum of terms at the places of a training step. All terms at
// a place that look at the same share of the batch also share its distances and diagrams,
// which the objective computes once in a step.
//
// It is also the workspace of its own computation: one objective serves one
// goroutine at a time.
type Objective struct {
	specs    Specs
	fallback Specs
	places   []place // those with fallback terms last
	terms    []TermValue
	met      []Place // where, in the present step, a term depends on something learnable
	seed     uint64
	params   []*autograd.Parameter
	begun    uint64 // counts the steps that Begin has begun
}

// A place holds the terms that apply at one [Place] to the same share of the points there.
type place struct {
	where    Place
	share    float64 // in (0, 1]
	loss     *Loss
	index    []int // by term of the loss: its index in the objective's specs
	fallback []int // by fallback term of the loss: its index in the objective's fallback
}

// Options say how an [Objective] is computed. The zero value has no fallback and
// leaves gradients as they are.
type Options struct {
	// Fallback terms replace the objective's terms at the same place in a step in which none
	// of these depends on anything learnable. See [Loss.Fallback]. At a place without terms
	// they count in every step.
	Fallback Specs
	// Gradient says how gradients reach points. See [Loss.Gradient].
	Gradient Gradient
	// Seed and the number of a step decide the random choices in that step: the points
	// that terms draw, and the noise of the gradient method Smooth.
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
	obj := &Objective{specs: specs, fallback: fallback, seed: o.Seed}
	for i, s := range specs {
		t, err := s.term()
		if err != nil {
			return nil, err
		}
		p := obj.place(s.Where, t.share)
		p.loss.Terms, p.index = append(p.loss.Terms, t), append(p.index, i)
	}
	for i, s := range fallback {
		t, err := s.term()
		if err != nil {
			return nil, err
		}
		p := obj.place(s.Where, t.share)
		p.loss.Fallback, p.fallback = append(p.loss.Fallback, t), append(p.fallback, i)
	}
	for i := range obj.places {
		obj.places[i].loss.Gradient = o.Gradient
	}
	// Whether fallback terms count is known when all other terms of their place are.
	slices.SortStableFunc(obj.places, func(a, b place) int {
		return min(len(a.loss.Fallback), 1) - min(len(b.loss.Fallback), 1)
	})
	return obj, nil
}

// place returns the element of o.places with the given name and share. It adds one if there
// is none.
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

// Loss returns the loss of the terms that use all points of one place, share=1. It is nil
// if there is no such term. The terms of the loss are in the order of [Objective.Specs].
// The caller may change them between steps.
func (o *Objective) Loss(where Place) *Loss {
	for _, p := range o.places {
		if p.where == where && p.share == 1 {
			return p.loss
		}
	}
	return nil
}

// Degree returns the highest degree of the diagrams that terms compare, −1 if no term
// compares diagrams of clouds. Comparisons and terms of images do not count.
func (o *Objective) Degree() int {
	degree := -1
	for _, p := range o.places {
		degree = max(degree, p.loss.Degree())
	}
	return degree
}

// Learnable returns the labels of the terms that have a learnable number of their own, which
// Parameters makes.
func (o *Objective) Learnable() []string {
	var labels []string
	for _, p := range o.places {
		for i, t := range p.loss.Terms {
			if t.learnScale {
				labels = append(labels, o.specs.Labels()[p.index[i]])
			}
		}
	}
	return labels
}

// Parameters returns the learnable numbers of the terms themselves, such as the
// learnable scale of a term of the kind "signature". The first call makes them on dev. An optimizer must train them, and a
// checkpoint must hold them, together with the parameters of the model.
func (o *Objective) Parameters(dev kernels.Device) []*autograd.Parameter {
	if o.params != nil {
		return o.params
	}
	labels := o.specs.Labels()
	add := func(t *Term, label string) {
		if t.learnScale && t.Scale == nil {
			t.Scale = autograd.NewParameter(label+".scale", autograd.TensorOf(dev, []float32{float32(t.initialScale)}))
			o.params = append(o.params, t.Scale)
		}
	}
	for _, p := range o.places {
		for i := range p.loss.Terms {
			add(&p.loss.Terms[i], labels[p.index[i]])
		}
	}
	labels = o.fallback.Labels()
	for _, p := range o.places {
		for i := range p.loss.Fallback {
			add(&p.loss.Fallback[i], "fallback_"+labels[p.fallback[i]])
		}
	}
	return o.params
}

// A Step holds the variables of one training step. The first axis of each variable numbers
// the points. Further axes, of any number, hold the coordinates. All variables are on one
// tape.
type Step struct {
	// Number counts the steps of the run from 0. Schedules and random choices
	// depend on it.
	Number uint64
	// Batch holds the true points.
	Batch *autograd.Var
	// Output and Latent hold as many points as Batch, in the same order. Samples may hold
	// any number of points. The variable of a place without terms may be nil: see
	// [Objective.Needs].
	Output, Latent, Samples *autograd.Var

	begun uint64 // Objective.begun, once the objective has begun this step
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

// Needs reports whether a term applies at a place in step number. If not, the variable of
// the place may be nil: training need not draw samples, for example.
func (o *Objective) Needs(where Place, number uint64) bool {
	terms, fallback := false, false
	for _, p := range o.places {
		if p.where != where {
			continue
		}
		if p.loss.counts(number) {
			return true
		}
		terms, fallback = terms || len(p.loss.Terms) > 0, fallback || len(p.loss.Fallback) > 0
	}
	return fallback && !terms
}

// Target computes what the terms need of a true batch. A target depends on the batch alone:
// the target of a batch may be kept for later steps with that batch. No gradient flows into
// a target.
func (o *Objective) Target(ctx context.Context, batch *autograd.Var) (*Target, error) {
	var all Loss
	for _, p := range o.places {
		if p.share < 1 {
			continue // apply draws other points, and so computes another target, in each step
		}
		all.Terms = append(append(all.Terms, p.loss.Terms...), p.loss.Fallback...)
	}
	return all.Target(ctx, batch)
}

// A TermValue is the value of one term in a step.
type TermValue struct {
	Value float64 // without the weight
	OK    bool    // the value depends on something learnable; if not, Value is 0
}

// An Outcome is what an objective computed in a step. Its slices are valid until
// the objective is used again.
type Outcome struct {
	// OK says that the objective depends on something learnable. If not, there is
	// no value and no gradient.
	OK bool
	// Value is the weighted sum of the terms that count, 0 if none does.
	Value float64
	// Var holds Value as a scalar on the tape. Gradients flow through it to the points.
	// It is nil if OK is false.
	Var *autograd.Var
	// Terms are the values of the terms, in the order of [Objective.Specs].
	Terms []TermValue
	// Fallback says that at one place or more, fallback terms replaced the terms.
	Fallback bool
}

// Apply returns the objective of a step, given the target of its batch.
//
// It is an error if a variable that a term uses is nil or holds a coordinate that is NaN or
// infinite. The error names the place. If ctx is cancelled, Apply returns the error of ctx.
func (o *Objective) Apply(ctx context.Context, s Step, target *Target) (Outcome, error) {
	o.terms = reuse.Slice(o.terms, len(o.specs))
	clear(o.terms)
	o.met = o.met[:0]
	out := Outcome{Terms: o.terms}
	for _, p := range o.places {
		met := slices.Contains(o.met, p.where)
		if !o.applies(&p, s.Number) || met && !p.loss.counts(s.Number) {
			continue
		}
		x := s.at(p.where)
		if x == nil {
			return Outcome{}, fmt.Errorf("topoloss: a term looks at the %s of step %d, which is nil", p.where, s.Number)
		}
		begun := s.begun != 0 && s.begun == o.begun
		in := input{x: x, batch: s.Batch, target: target, begun: begun, met: met, seed: o.seed, step: s.Number}
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
		if !r.Fallback {
			o.met = append(o.met, p.where)
		}
		if !isFinite(float32(out.Value)) {
			return Outcome{}, fmt.Errorf("%s: topoloss: the terms take the objective to %v: too large for a float32", p.where, out.Value)
		}
		if out.OK {
			out.Var = autograd.Add(out.Var, r.Var)
		} else {
			out.Var, out.OK = r.Var, true
		}
	}
	return out, nil
}

// applies reports whether terms at a place count in a step. Whether fallback terms do may also
// depend on terms of equal where.
func (o *Objective) applies(p *place, number uint64) bool {
	return p.loss.counts(number) || len(p.loss.Fallback) > 0 && o.Needs(p.where, number)
}

// apply applies p's loss. If p's share is less than 1, apply draws this share of the points
// and computes its target.
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
