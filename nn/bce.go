package nn

import (
	"fmt"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels/fused"
)

// BCE returns the binary cross-entropy −Σ t·log p + (1−t)·log(1−p) of the
// probabilities p against targets t in [0, 1] of the same shape, summed into a
// scalar of shape []. Logarithms are clamped at −100 and the gradient's
// denominator p(1−p) at 1e-12, as in PyTorch. BCE panics if t needs a gradient, since none
// flows into it.
func BCE(p, t *autograd.Var) *autograd.Var {
	checkShapes("BCE", p, t)
	checkTarget("BCE", t)
	tape := p.Tape()
	y := tape.Result(nil, p, t)
	fused.BCE(tape.Device(), y.Value(), p.Value(), t.Value())
	y.OnBackward(func() {
		dp, mode := p.GradTarget()
		fused.BCEGrad(tape.Device(), dp, p.Value(), t.Value(), y.Grad(), mode)
	})
	return y
}

// BCELogits returns the binary cross-entropy of Sigmoid(x) against targets t in
// [0, 1] of the same shape, summed into a scalar of shape []: the same as
// BCE(Sigmoid(x), t), but exact for logits of any size. BCELogits panics if t needs a
// gradient, since none flows into it.
func BCELogits(x, t *autograd.Var) *autograd.Var {
	checkShapes("BCELogits", x, t)
	checkTarget("BCELogits", t)
	tape := x.Tape()
	y := tape.Result(nil, x, t)
	fused.BCELogits(tape.Device(), y.Value(), x.Value(), t.Value())
	y.OnBackward(func() {
		dx, mode := x.GradTarget()
		fused.BCELogitsGrad(tape.Device(), dx, x.Value(), t.Value(), y.Grad(), mode)
	})
	return y
}

func checkTarget(operation string, t *autograd.Var) {
	if t.NeedsGrad() {
		panic(fmt.Sprintf("nn: the target of %s asks for a gradient, which it does not get; use autograd.Detach", operation))
	}
}
