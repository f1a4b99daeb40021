package cpu

import "github.com/topogen/topogen/kernels"

// rowBlock is how many rows of C one part computes.
const rowBlock = 4

// gemmPlain is the product without tricks. A part is a few rows of C.
func (d *Device) gemmPlain(g kernels.Gemm) {
	d.args = args{dst: d.span(g.C), x: d.span(g.A), y: d.span(g.B), z: d.span(g.Bias), gemm: g}
	d.pool.run((g.M+rowBlock-1)/rowBlock, func(a *args, part int) {
		for i := part * rowBlock; i < min(a.gemm.M, (part+1)*rowBlock); i++ {
			gemmRow(a, i)
		}
	}, &d.args)
}

func gemmRow(a *args, i int) {
	g := &a.gemm
	c := a.dst[i*g.LDC : i*g.LDC+g.N]
	switch g.Beta {
	case 0:
		clear(c)
	case 1:
	default:
		for j := range c {
			c[j] *= g.Beta
		}
	}
	first, step := i*g.LDA, 1
	if g.TransA {
		first, step = i, g.LDA
	}
	if g.TransB {
		for j := range c {
			b := a.y[j*g.LDB : j*g.LDB+g.K]
			var s float32
			for k, v := range b {
				s += a.x[first+k*step] * v
			}
			c[j] += g.Alpha * s
		}
	} else {
		for k := range g.K {
			v := g.Alpha * a.x[first+k*step]
			for j, w := range a.y[k*g.LDB : k*g.LDB+g.N] {
				c[j] += v * w
			}
		}
	}
	if len(a.z) != 0 {
		for j, v := range a.z {
			c[j] += v
		}
	}
	mapSpan(g.Act, c, c)
}
