package nn

import (
	"fmt"

	"github.com/topogen/topogen/autograd"
)

// PersLay is the layer from persistence diagrams …×bars×2, a birth and a death in each row,
// to vectors …×out:
//
//	y = Σ ℓ·φ(b, d) over the bars, ℓ = d − b
//
// where φ is a layer from …×2 to …×out that all bars share (Carrière, Chazal, Ike, Lacombe,
// Royer and Umeda, PersLay: a neural network layer for persistence diagrams and new graph
// topological signatures, 2020; Zaheer et al., Deep sets, 2017). The result does not depend on the order
// of the bars. A bar of length 0 adds nothing, so that diagrams of fewer bars are filled up
// with such bars, and y is continuous where a bar appears.
type PersLay struct{ Bar Layer }

// NewPersLay returns a PersLay whose φ has one hidden layer, with initial parameters.
func NewPersLay(init *Initializer, hidden, out int, act Activation) *PersLay {
	return &PersLay{Sequential{NewLinear(init, 2, hidden, act), NewLinear(init, hidden, out, Identity)}}
}

// Visit visits the parameters of φ, under "bar".
func (l *PersLay) Visit(f Visitor) { l.Bar.Visit(f.Under("bar")) }

// Forward applies the layer.
func (l *PersLay) Forward(x *autograd.Var) *autograd.Var {
	shape := x.Shape()
	axis := len(shape) - 1
	if axis < 1 || shape[axis] != 2 {
		panic(fmt.Sprintf("nn: PersLay of shape %v; want …×bars×2", shape))
	}
	lengths := autograd.Sub(autograd.Slice(x, axis, 1, 2), autograd.Slice(x, axis, 0, 1))
	return autograd.Sum(autograd.Mul(l.Bar.Forward(x), lengths), axis-1)
}
