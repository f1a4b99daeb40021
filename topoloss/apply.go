package topoloss

import (
	"context"
	"errors"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/ph"
)

// Apply returns the loss between a learnable cloud and a target. The cloud x of
// shape n×… has n points, each flattened to a vector. A nil target stands for a true
// cloud with empty diagrams. It suffices for regularizers that ignore the true bars.
//
// A coordinate that is NaN or infinite is an error, which names its row. Apply computes
// the diagrams once, up to the highest degree of a term that counts. It takes each
// [Term.Schedule] as in step 0. The loss may be applied again, to other variables,
// before Backward.
func (l *Loss) Apply(ctx context.Context, x *autograd.Var, target *Target) (Result, error) {
	return l.apply(ctx, input{x: x, target: target})
}

// An input is the argument of a loss: the learnable cloud x, the batch of true points, the
// target of the batch, and the two numbers that decide random choices.
type input struct {
	x, batch   *autograd.Var // batch is nil if only the target is known
	pixels     *autograd.Var // the cloud that terms of images read; x may be a copy of it
	target     *Target
	begun      bool   // the device may have begun the diagrams of x
	met        bool   // a term of another loss at the same place depends on something learnable, so that no fallback is needed
	seed, step uint64 // together they decide random choices; step also decides schedules
}

func (l *Loss) apply(ctx context.Context, in input) (Result, error) {
	if in.x == nil {
		return Result{}, errors.New("topoloss: the cloud is nil")
	}
	if err := l.Gradient.Validate(); err != nil {
		return Result{}, err
	}
	if l.Gradient.Method == Smooth && in.x.NeedsGrad() {
		return l.smooth(ctx, in)
	}
	return l.applyOnce(ctx, in)
}

// applyOnce applies the loss to the cloud in.x itself, without the draws of Smooth.
func (l *Loss) applyOnce(ctx context.Context, in input) (Result, error) {
	if _, _, err := cloudSize(in.x.Shape()); err != nil {
		return Result{}, err
	}
	var diagrams []ph.Diagram
	if !in.begun || l.rips.begun != in.x {
		l.rips.forget()
	}
	if degree := l.degreeAt(in.step); degree >= 0 {
		var err error
		if diagrams, err = l.rips.diagrams(ctx, in.x, degree); err != nil {
			return Result{}, err
		}
	}
	return l.applyDiagrams(ctx, in, diagrams)
}

// ApplyDiagrams does what [Loss.Apply] does, from diagrams of the cloud x that the caller
// has computed. The cells of their bars must name points by their rows in x.
func (l *Loss) ApplyDiagrams(ctx context.Context, x *autograd.Var, diagrams []ph.Diagram, target *Target) (Result, error) {
	if x == nil {
		return Result{}, errors.New("topoloss: the cloud is nil")
	}
	if _, _, err := cloudSize(x.Shape()); err != nil {
		return Result{}, err
	}
	l.rips.forget()
	return l.applyDiagrams(ctx, input{x: x, target: target}, diagrams)
}

func (l *Loss) applyDiagrams(ctx context.Context, in input, diagrams []ph.Diagram) (Result, error) {
	if err := errors.Join(stopped(ctx), l.Gradient.Validate()); err != nil {
		return Result{}, err
	}
	p := l.spare()
	tape, x := in.x.Tape(), in.x
	l.bigStep.begin()
	spread := (l.Gradient.Method == Average || l.Gradient.Method == Interpolate) && x.NeedsGrad() && len(l.Terms) > 0
	in.pixels = x
	if spread {
		in.x = p.spread.begin(x)
	}
	r, err := l.evaluate(ctx, in, diagrams, p)
	if err != nil {
		return Result{}, err
	}
	if !r.OK {
		r.Var = tape.Result(nil)
		tape.Device().Fill(r.Var.Value(), 0)
		l.pullback = append(l.pullback, p)
		return r, nil
	}
	if r.Fallback {
		in.x = x
	}
	inputs := append(l.inputs[:0], in.x)
	for i := range p.joints[:p.used] {
		inputs = append(inputs, p.joints[i].points)
	}
	for _, s := range p.scales {
		inputs = append(inputs, s.scale)
	}
	if p.imageGradient != nil {
		inputs = append(inputs, x)
	}
	l.inputs = inputs
	r.Var = tape.Result(nil, inputs...)
	tape.Device().Fill(r.Var.Value(), float32(r.Value))
	if !r.Var.NeedsGrad() {
		l.pullback = append(l.pullback, p)
		return r, nil
	}
	p.x, p.y, p.matrix, p.pixels = in.x, r.Var, l.rips.matrix, x
	if p.imageGradient != nil {
		p.imageBuffer = tape.Scratch(len(p.imageGradient))
		tape.Device().Write(p.imageBuffer, p.imageGradient)
	}
	from := 0
	if l.Gradient.Method == BigStep && !r.Fallback {
		from = 2
		if err := l.takeBigStep(ctx, in, p); err != nil {
			return Result{}, err
		}
	}
	if err := p.addBars(r, from); err != nil {
		return Result{}, err
	}
	if spread && !r.Fallback {
		if err := p.spread.end(l, p); err != nil {
			return Result{}, err
		}
	}
	r.Var.OnBackward(p.run)
	return r, nil
}
