package simd

import (
	"math"

	"github.com/topogen/topogen/kernels"
)

func bcePlain(p, t []float32) float64 {
	var total float64
	for i, v := range p {
		v, t := float64(v), float64(t[i])
		total -= t*max(math.Log(v), -100) + (1-t)*max(math.Log1p(-v), -100)
	}
	return total
}

func bceGradPlain(dst, p, t []float32, g float32, add bool) {
	for i, v := range p {
		Put(dst, i, g*(v-t[i])/max(v*(1-v), 1e-12), add)
	}
}

func bceLogitsPlain(x, t []float32) float64 {
	var total float64
	for i, v := range x {
		total += kernels.Softplus.Value(float64(v)) - float64(v)*float64(t[i])
	}
	return total
}

func bceLogitsGradPlain(dst, x, t []float32, g float32, add bool) {
	for i, v := range x {
		Put(dst, i, float32(float64(g)*(kernels.Sigmoid.Value(float64(v))-float64(t[i]))), add)
	}
}

func kldPlain(mu, logvar []float32) float64 {
	var total float64
	for i, m := range mu {
		m, l := float64(m), float64(logvar[i])
		total += 0.5 * (m*m + (math.Expm1(l) - l))
	}
	return total
}

func kldGradLogvarPlain(dst, logvar []float32, g float32, add bool) {
	for i, l := range logvar {
		Put(dst, i, float32(0.5*float64(g)*math.Expm1(float64(l))), add)
	}
}

func reparameterizePlain(z, mu, logvar, eps []float32) {
	for i, m := range mu {
		z[i] = float32(float64(m) + float64(eps[i])*math.Exp(0.5*float64(logvar[i])))
	}
}

func reparameterizeGradLogvarPlain(dst, dz, logvar, eps []float32, add bool) {
	for i, v := range dz {
		Put(dst, i, float32(0.5*float64(v)*float64(eps[i])*math.Exp(0.5*float64(logvar[i]))), add)
	}
}
