package topoloss

import (
	"fmt"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/fused"
	"github.com/topogen/topogen/ph"
)

// A pullback takes the derivatives of a loss by distances and gives points their gradients.
// For a distance ℓ = ‖u−v‖ with derivative g, it adds g·(u−v)/ℓ to the gradient of u and
// subtracts this from that of v. Points that coincide receive nothing. A pullback serves
// one application of a loss; then the loss keeps it for a later one.
type pullback struct {
	loss   *Loss
	x, y   *autograd.Var  // the cloud and the value of the loss
	matrix kernels.Buffer // distances of the cloud on the device, or empty
	pairs  []kernels.Pair // the derivatives by distances of the cloud
	joints []joint        // this application uses joints[:used]
	used   int
	scales []scaleSlope
	dense  []float32 // workspace of pull
	run    func()    // p.backward, made once so that an application allocates nothing

	spread spreadNode

	pixels        *autograd.Var  // the cloud, before a spreadNode takes its place as x
	imageGradient []float32      // the derivatives by pixels; nil without terms of images
	imageRoom     []float32      // the memory of imageGradient, kept for later applications
	imageBuffer   kernels.Buffer // a copy of imageGradient on the device
}

// A scaleSlope is the derivative of a loss with respect to a learnable scale.
type scaleSlope struct {
	scale *autograd.Var
	slope float32
}

// joint returns the joint cloud of a sample size. It draws and measures the cloud for the
// first term that asks for this size.
func (p *pullback) joint(in input, sample int) (*joint, error) {
	for i := range p.joints[:p.used] {
		if p.joints[i].sample == sample {
			return &p.joints[i], nil
		}
	}
	if p.used == len(p.joints) {
		p.joints = append(p.joints, joint{})
	}
	j := &p.joints[p.used]
	j.sample = sample
	if err := j.measure(in); err != nil {
		return nil, err
	}
	p.used++
	return j, nil
}

// addBars adds the derivatives of r by the lengths of critical edges, for the bars of
// degree from and of higher degrees.
func (p *pullback) addBars(r Result, from int) error {
	for degree, bars := range r.Bars {
		if degree < from {
			continue
		}
		for i, b := range bars {
			s := r.BarGradients[degree][i]
			if !p.add(b.BirthCell, b.Birth, s.Birth) || !p.add(b.DeathCell, b.Death, s.Death) {
				return fmt.Errorf("topoloss: the derivative with respect to bar %d of degree %d, from %v to %v, is %v: too large for a float32", i, degree, b.Birth, b.Death, s)
			}
		}
	}
	return nil
}

// shortest is a distance. Points with a smaller distance count as coinciding: its square has
// lost digits as a float32, or is 0.
const shortest = 0x1p-63

// add adds a derivative by the length of the edge e, as appendPair does.
func (p *pullback) add(e ph.Cell, length, derivative float64) (ok bool) {
	p.pairs, ok = appendPair(p.pairs, e.U, e.V, length, derivative)
	return ok
}

// appendPair appends the pair of the points u and v, at the distance length, with a
// derivative by this distance. It appends nothing if u and v are one point or coincide. It
// reports false if the derivative, or its quotient by length, which devices compute, is not
// finite as a float32.
func appendPair(dst []kernels.Pair, u, v int32, length, derivative float64) (pairs []kernels.Pair, ok bool) {
	c := float32(derivative)
	switch {
	case !isFinite(derivative):
		return dst, false
	case u == v || length < shortest || c == 0:
		return dst, true
	}
	return append(dst, kernels.Pair{U: u, V: v, Coef: c}), isFinite(c) && isFinite(float32(derivative/length))
}

// spare returns a pullback for a new application: one that an earlier application is done
// with, or a new one.
func (l *Loss) spare() *pullback {
	n := len(l.pullback)
	if n == 0 {
		p := &pullback{loss: l}
		p.run = p.backward
		p.spread.run = p.spread.backward
		return p
	}
	p := l.pullback[n-1]
	l.pullback = l.pullback[:n-1]
	p.pairs, p.used, p.scales, p.imageGradient = p.pairs[:0], 0, p.scales[:0], nil
	return p
}

// backward adds the gradients of the cloud, of joint clouds, of scales and of images. Then
// p is free for a later application.
func (p *pullback) backward() {
	tape := p.y.Tape()
	dev := tape.Device()
	if p.x.NeedsGrad() && (len(p.pairs) > 0 || p.used == 0 && p.imageGradient == nil) {
		p.pull(p.x, p.pairs, p.matrix)
	}
	for i := range p.joints[:p.used] {
		if j := &p.joints[i]; j.points.NeedsGrad() {
			p.pull(j.points, j.pairs, j.matrix)
		}
	}
	for _, s := range p.scales {
		if s.scale.NeedsGrad() {
			dc, mode := s.scale.GradTarget()
			dev.Affine(dc, p.y.Grad(), s.slope, 0, mode)
		}
	}
	p.pullImages()
	p.loss.pullback = append(p.loss.pullback, p)
}

// pull adds the gradients of the points of x. The derivatives by the distances of pairs are
// their Coef. matrix holds the n×n distances of x on the device, or is empty. If it is not
// empty and there are n²/8 pairs or more, pull copies the derivatives to an n×n matrix,
// which takes less time.
func (p *pullback) pull(x *autograd.Var, pairs []kernels.Pair, matrix kernels.Buffer) {
	dx, mode := x.GradTarget()
	dev, n, dim := x.Tape().Device(), x.Shape()[0], autograd.Size(x.Shape()[1:])
	if matrix.Len() != n*n || len(pairs) < n*n/8 {
		fused.PairsGrad(dev, dx, x.Value(), n, dim, pairs, p.y.Grad(), mode)
		return
	}
	p.dense = reuse.Slice(p.dense, n*n)
	clear(p.dense)
	for _, e := range pairs {
		p.dense[int(e.U)*n+int(e.V)] += e.Coef
	}
	host, scaled := x.Tape().Scratch(n*n), x.Tape().Scratch(n*n)
	dev.Write(host, p.dense)
	dev.Gemm(kernels.Gemm{M: 1, N: n * n, K: 1, Alpha: 1, A: p.y.Grad(), B: host, C: scaled, Unrounded: true})
	fused.DistancesGrad(dev, dx, scaled, x.Value(), matrix, n, dim, mode)
}
