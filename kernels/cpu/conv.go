package cpu

import (
	"fmt"

	"github.com/topogen/topogen/kernels"
)

// Conv computes y = act(x ⋆ w + bias).
func (d *Device) Conv(s kernels.ConvShape, y, x, w, bias kernels.Buffer, act kernels.Func) {
	s.Check("Conv", x, y, w)
	checkBias("Conv", bias, s.K, act, kernels.Set)
	d.convPlain(s, d.span(y), d.span(x), d.span(w), d.span(bias), act)
}

// ConvTranspose computes x = act(wᵀ applied to y + bias).
func (d *Device) ConvTranspose(s kernels.ConvShape, x, y, w, bias kernels.Buffer, act kernels.Func, store kernels.Store) {
	s.Check("ConvTranspose", x, y, w)
	checkBias("ConvTranspose", bias, s.C, act, store)
	d.convTransposePlain(s, d.span(x), d.span(y), d.span(w), d.span(bias), act, store)
}

// ConvWeightGrad stores the gradient with respect to the weights.
func (d *Device) ConvWeightGrad(s kernels.ConvShape, dw, x, y kernels.Buffer, store kernels.Store) {
	s.Check("ConvWeightGrad", x, y, dw)
	d.convWeightGradPlain(s, d.span(dw), d.span(x), d.span(y), store)
}

func checkBias(kernel string, bias kernels.Buffer, channels int, act kernels.Func, store kernels.Store) {
	if bias.Len() != 0 {
		kernels.CheckLen(kernel, "bias", bias.Len(), channels)
	}
	if !act.IsActivation() || store == kernels.Add && act != kernels.Identity {
		panic(fmt.Sprintf("kernels: %s: activation %v with store %d", kernel, act, store))
	}
}
