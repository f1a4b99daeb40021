package topoloss

import (
	"fmt"

	"github.com/topogen/topogen/autograd"
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
	x, y   *autograd.Var // the cloud and the loss
	pairs  []kernels.Pair
	joints []joint // this application has those before index used
	used   int
	scales []scaleSlope
	dense  []float32 // workspace of pull
	run    func()

	spread spreadNode

	pixels        *autograd.Var // the cloud, where it holds images
	imageGradient []float32     // by its pixels; nil without terms of images
	imageRoom     []float32     // the memory of imageGradient
	imageBuffer   kernels.Buffer
}

// A scaleSlope is the derivative of a loss with respect to a learnable scale.
type scaleSlope struct {
	scale *autograd.Var
	slope float32
}

// joint returns the joint cloud of a sample size, which it measures if no other
// term did.
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

// addBars adds the derivatives of r with respect to the lengths of critical edges, for
// the bars of a degree and higher ones.
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

// shortest is the length of an edge below which points count as coinciding:
// devices divide by it in float32.
const shortest = 1e-30

// add adds the derivative by an edge's length and reports whether float32 can
// represent it. A vertex has no length to change.
func (p *pullback) add(e ph.Cell, length, derivative float64) bool {
	c := float32(derivative)
	if c != 0 && e.U != e.V && length >= shortest {
		p.pairs = append(p.pairs, kernels.Pair{U: e.U, V: e.V, Coef: c})
	}
	return isFinite(c)
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

func (p *pullback) backward() {
	tape := p.y.Tape()
	dev := tape.Device()
	if p.x.NeedsGrad() && (len(p.pairs) > 0 || p.used == 0 && p.imageGradient == nil) {
		p.pull(p.x, p.pairs, kernels.Buffer{})
	}
	for i := range p.joints[:p.used] {
		if j := &p.joints[i]; j.points.NeedsGrad() {
			p.pull(j.points, j.pairs, j.matrix)
		}
	}
	for _, s := range p.scales {
		if s.scale.NeedsGrad() {
			dc, store := s.scale.GradTarget()
			dev.Affine(dc, p.y.Grad(), s.slope, 0, store)
		}
	}
	p.pullImages()
	p.loss.pullback = append(p.loss.pullback, p)
}

// pull carries derivatives with respect to distances of pairs to the points. matrix holds
// all distances, if they are still on the device. Many pairs take less time as a matrix
// of derivatives.
func (p *pullback) pull(x *autograd.Var, pairs []kernels.Pair, matrix kernels.Buffer) {
	dx, store := x.GradTarget()
	dev, n, dim := x.Tape().Device(), x.Shape()[0], autograd.Size(x.Shape()[1:])
	if matrix.Len() != n*n || len(pairs) < n*n/8 {
		fused.PairsGrad(dev, dx, x.Value(), n, dim, pairs, p.y.Grad(), store)
		return
	}
	p.dense = resize(p.dense, n*n)
	clear(p.dense)
	for _, e := range pairs {
		p.dense[int(e.U)*n+int(e.V)] += e.Coef
	}
	host, scaled := x.Tape().Scratch(n*n), x.Tape().Scratch(n*n)
	dev.Write(host, p.dense)
	dev.Gemm(kernels.Gemm{M: n * n, N: 1, K: 1, Alpha: 1, A: host, B: p.y.Grad(), C: scaled})
	fused.DistancesGrad(dev, dx, scaled, x.Value(), matrix, n, dim, store)
}
