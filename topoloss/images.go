package topoloss

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/cubical"
)

// Images compares each learnable image with its true image, by a regularizer of the
// diagrams of their cubical persistence. The filtration consists of the sets of pixels
// below a level that rises (sublevel) or above a level that falls (superlevel). The last
// two axes of a variable are the rows and columns of an image. Each channel is an image of
// its own.
//
// The value is the sum over all images. Birth and death of a bar are the values of two
// pixels, which receive its gradient. No distance takes part, and [Loss.Gradient] does not
// apply.
type Images struct {
	Degree       int                  // 0 or 1
	Superlevel   bool                 // use superlevel sets, else sublevel sets
	Construction cubical.Construction // decides whether pixels that share only a corner touch
	// Regularizer returns a new regularizer. Images calls it once for each goroutine.
	Regularizer func() Regularizer

	degrees [1]int // Degree
	workers []imageWorker
	pixels  []float32 // of all images
	values  []float64 // by image: the value of the regularizer
	ok      []bool    // by image: the value depends on the learnable image
}

// An imageWorker is the workspace of one goroutine.
type imageWorker struct {
	engine      cubical.Engine[float32]
	regularizer Regularizer
	bars, truth []ph.Bar
	gradients   []BarGradient
}

// imageTruth holds the bars of true images for one term.
type imageTruth struct {
	term *Images
	bars [][]span // by image
}

// A span is the birth and the death of a bar of an image. Both are values of pixels, negated
// for superlevel sets, so that a float32 holds them exactly.
type span struct{ birth, death float32 }

// size returns the number of images in a variable and the shape of each: rows, columns.
func (r *Images) size(x *autograd.Var) (n int, shape []int, err error) {
	s := x.Shape()
	if len(s) < 3 {
		return 0, nil, fmt.Errorf("it compares images: want a variable of shape images×…×rows×columns, not %v", s)
	}
	shape = s[len(s)-2:]
	return autograd.Size(s[:len(s)-2]), shape, nil
}

// each computes the bars of each image of x and calls work with those of finite, positive
// length. GOMAXPROCS goroutines do so concurrently. Each has its own w.
func (r *Images) each(ctx context.Context, x *autograd.Var, work func(w *imageWorker, image int, bars []ph.Bar) error) error {
	n, shape, err := r.size(x)
	if err != nil {
		return err
	}
	r.pixels = reuse.Slice(r.pixels, x.Len())
	if err := x.Read(r.pixels); err != nil {
		return fmt.Errorf("reading images: %w", err)
	}
	for _, v := range r.pixels {
		if !isFinite(v) {
			return checkRows(x)
		}
	}
	size := autograd.Size(shape)
	r.degrees[0] = r.Degree
	options := cubical.Options{Construction: r.Construction, Superlevel: r.Superlevel, Degrees: r.degrees[:]}
	for len(r.workers) < min(n, runtime.GOMAXPROCS(0)) {
		r.workers = append(r.workers, imageWorker{regularizer: r.Regularizer()})
	}
	var next atomic.Int64
	errs := make([]error, len(r.workers))
	serve := func(k int) {
		w := &r.workers[k]
		for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
			bars, err := w.compute(ctx, cubical.Image[float32]{Shape: shape, Values: r.pixels[i*size : (i+1)*size]}, options)
			if err == nil {
				err = work(w, i, bars)
			}
			if err != nil {
				errs[k] = err
				return
			}
		}
	}
	var group sync.WaitGroup
	for k := 1; k < len(r.workers); k++ {
		group.Go(func() { serve(k) })
	}
	serve(0)
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// compute returns the bars of finite, positive length of an image, in the one degree that
// the options ask for. They are valid until the next call.
func (w *imageWorker) compute(ctx context.Context, m cubical.Image[float32], o cubical.Options) ([]ph.Bar, error) {
	result, err := w.engine.Compute(ctx, m, o)
	if err != nil {
		return nil, err
	}
	w.bars = w.bars[:0]
	for _, c := range result.Classes[o.Degrees[0]] {
		if !c.Essential() && c.Death > c.Birth {
			w.bars = append(w.bars, c.Bar)
		}
	}
	return w.bars, nil
}

// target returns the bars of the true images x.
func (r *Images) target(ctx context.Context, x *autograd.Var) (imageTruth, error) {
	n, _, err := r.size(x)
	if err != nil {
		return imageTruth{}, err
	}
	t := imageTruth{term: r, bars: make([][]span, n)}
	return t, r.each(ctx, x, func(_ *imageWorker, image int, bars []ph.Bar) error {
		spans := make([]span, len(bars))
		for i, b := range bars {
			spans[i] = span{float32(b.Birth), float32(b.Death)}
		}
		t.bars[image] = spans
		return nil
	})
}

// compare returns the sum of the regularizer's values over the images of x. It adds the
// derivative of the sum by each pixel, times weight, to gradient.
func (r *Images) compare(ctx context.Context, x *autograd.Var, truth [][]span, weight float64, gradient []float32) (Value, error) {
	n, shape, err := r.size(x)
	switch {
	case err != nil:
		return Value{}, err
	case n != len(truth):
		return Value{}, fmt.Errorf("it compares each image with its true image, but there are %d images and %d true ones", n, len(truth))
	}
	size, sign := autograd.Size(shape), 1.0
	if r.Superlevel {
		sign = -1 // births and deaths are negated pixel values
	}
	r.values, r.ok = reuse.Slice(r.values, n), reuse.Slice(r.ok, n)
	err = r.each(ctx, x, func(w *imageWorker, image int, bars []ph.Bar) error {
		w.truth = w.truth[:0]
		for _, s := range truth[image] {
			w.truth = append(w.truth, ph.Bar{Birth: float64(s.birth), Death: float64(s.death)})
		}
		w.gradients = reuse.Slice(w.gradients, len(bars))
		clear(w.gradients)
		var err error
		r.values[image], r.ok[image], err = evaluate(ctx, w.regularizer, bars, w.truth, w.gradients)
		if err != nil || !r.ok[image] {
			return err
		}
		pixels := gradient[image*size : (image+1)*size]
		for i, b := range bars {
			pixels[b.BirthCell.U] += float32(weight * sign * w.gradients[i].Birth)
			pixels[b.DeathCell.U] += float32(weight * sign * w.gradients[i].Death)
			if !isFinite(pixels[b.BirthCell.U]) || !isFinite(pixels[b.DeathCell.U]) {
				return fmt.Errorf("the derivative of image %d with respect to a bar from %v to %v is %v: too large for a float32", image, b.Birth, b.Death, w.gradients[i])
			}
		}
		return nil
	})
	var sum Value
	for i, ok := range r.ok {
		if ok {
			sum = Value{sum.Value + r.values[i], true}
		}
	}
	return sum, err
}

// compareImages evaluates a term of images and adds its derivatives, times the weight, to
// p.imageGradient. It also returns the weight that it used. If the term is balanced, this
// is the given weight divided by the norm of the unweighted gradient.
func (l *Loss) compareImages(ctx context.Context, t *Term, weight float64, in input, p *pullback) (Value, float64, error) {
	if in.pixels == nil {
		return Value{}, 0, fmt.Errorf("it compares images, of which only diagrams are given")
	}
	var truth *imageTruth
	if in.target != nil {
		for i := range in.target.images {
			if in.target.images[i].term == t.Images {
				truth = &in.target.images[i]
			}
		}
	}
	if truth == nil {
		return Value{}, 0, fmt.Errorf("the target does not hold the bars of the true images: have Objective.Target or Loss.Target compute it")
	}
	if p.imageGradient == nil {
		p.imageGradient = reuse.Slice(p.imageRoom, in.pixels.Len())
		p.imageRoom = p.imageGradient
		clear(p.imageGradient)
	}
	gradient, factor := p.imageGradient, weight
	if t.Balance {
		gradient, factor = make([]float32, len(gradient)), 1
	}
	v, err := t.Images.compare(ctx, in.pixels, truth.bars, factor, gradient)
	if err == nil && !isFinite(v.Value) {
		err = fmt.Errorf("its value is %v", v.Value)
	}
	if err == nil && t.Balance {
		weight, err = balanced(weight, normOf(gradient))
		for i, g := range gradient {
			p.imageGradient[i] += float32(weight * float64(g))
		}
	}
	return v, weight, err
}

// pullImages adds the derivatives by pixels, times the gradient of the loss, to the
// gradient of the images.
func (p *pullback) pullImages() {
	if p.imageGradient == nil || !p.pixels.NeedsGrad() {
		return
	}
	dx, mode := p.pixels.GradTarget()
	product := kernels.Gemm{M: 1, N: len(p.imageGradient), K: 1, Alpha: 1, A: p.y.Grad(), B: p.imageBuffer, C: dx, Unrounded: true}
	if mode == kernels.Accumulate {
		product.Beta = 1
	}
	p.pixels.Tape().Device().Gemm(product)
}

func (families) Images() []Kind { return []Kind{imagesKind(0), imagesKind(1)} }

func imagesKind(degree int) Kind {
	return Kind{
		Name: fmt.Sprint("cubical", degree), Degrees: fmt.Sprint(degree), paired: true,
		Doc: fmt.Sprintf("cubical persistence of degree %d of each image against its true image, summed over images", degree),
		Options: []Option{
			choice("by", "function of two diagrams", "wasserstein", "total", "bottleneck"),
			atLeast(1, "power", 2, "order of wasserstein, or power of total"),
			choice("level", "super: sets of bright pixels, as the level falls; sub: of dark ones", "super", "sub"),
			choice("touch", "whether pixels touch that share only a corner", "corner", "side"),
		},
		term: func(s settings) Term {
			r := &Images{Degree: degree, Superlevel: s.is("level", "super")}
			if s.is("touch", "side") {
				r.Construction = cubical.Vertices
			}
			power := s.number("power")
			r.Regularizer = func() Regularizer {
				switch {
				case s.is("by", "total"):
					return &Total{Power: power}
				case s.is("by", "bottleneck"):
					return &Bottleneck{}
				}
				return &Wasserstein{Order: power, Norm: 2}
			}
			return Term{Degree: -1, Images: r}
		},
	}
}
