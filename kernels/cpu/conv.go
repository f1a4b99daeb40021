package cpu

import "github.com/topogen/topogen/kernels"

// Conv computes y = act(x ⋆ w + bias).
func (d *Device) Conv(s kernels.ConvShape, y, x, w, bias kernels.Buffer, act kernels.Func) {
	s.Check("Conv", x, y, w)
	kernels.CheckBias("Conv", bias, s.K, act)
	d.args = args{dst: d.span(y), x: d.span(x), w: d.span(w), z: d.span(bias), conv: s, fn: act}
	d.pool.run(s.N*s.K, convPlain, &d.args)
}

// ConvTranspose computes x = act(wᵀ applied to y + bias).
func (d *Device) ConvTranspose(s kernels.ConvShape, x, y, w, bias kernels.Buffer, act kernels.Func, store kernels.Store) {
	s.Check("ConvTranspose", x, y, w)
	kernels.CheckBias("ConvTranspose", bias, s.C, act)
	if store == kernels.Add && act != kernels.Identity {
		panic("kernels: ConvTranspose: adds the result of activation " + act.String())
	}
	d.args = args{dst: d.span(x), y: d.span(y), w: d.span(w), z: d.span(bias), conv: s, fn: act, add: store == kernels.Add}
	d.pool.run(s.N*s.C, convTransposePlain, &d.args)
}

// ConvWeightGrad stores into dw the gradient of ⟨y, Conv(x, w)⟩.
func (d *Device) ConvWeightGrad(s kernels.ConvShape, dw, x, y kernels.Buffer, store kernels.Store) {
	s.Check("ConvWeightGrad", x, y, dw)
	d.args = args{dst: d.span(dw), x: d.span(x), y: d.span(y), conv: s, add: store == kernels.Add}
	d.pool.run(s.K*s.C, convWeightGradPlain, &d.args)
}
