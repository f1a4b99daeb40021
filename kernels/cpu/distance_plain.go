package cpu

import (
	"math"
	"unsafe"
)

func distanceRowsPlain(out, x []float32, y *float32) {
	rows := unsafe.Slice(y, len(out)*len(x))
	for j := range out {
		var total float64
		for k, v := range rows[j*len(x) : (j+1)*len(x)] {
			diff := float64(x[k]) - float64(v)
			total += diff * diff
		}
		out[j] = float32(math.Sqrt(total))
	}
}

func distanceColumnsPlain(out []float32, y *float32, stride int, x []float32) {
	for j := range out {
		var total float64
		for k, v := range x {
			diff := float64(v) - float64(*at(y, 4*(k*stride+j)))
			total += diff * diff
		}
		out[j] = float32(math.Sqrt(total))
	}
}

func addDifferencesPlain(dst, x []float32, y *float32, stride int, c []float32) {
	for j, weight := range c {
		for k, v := range unsafe.Slice(at(y, 4*j*stride), len(dst)) {
			dst[k] += weight * (x[k] - v)
		}
	}
}

func sumDifferencesPlain(c, y []float32, x float32) float32 {
	var total float64
	for j, weight := range c {
		total += float64(weight) * (float64(x) - float64(y[j]))
	}
	return float32(total)
}

func pairWeightsPlain(w, g, dist []float32) {
	for j, r := range dist {
		if r == 0 {
			w[j] = 0
		} else {
			w[j] = (w[j] + g[j]) / r
		}
	}
}
