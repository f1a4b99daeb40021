package simd

import (
	"math"
	"unsafe"
)

func distanceRowsPlain(out *float32, pitch int, x *float32, rows int, y *float32, n, dim int) {
	xs, ys := unsafe.Slice(x, rows*dim), unsafe.Slice(y, n*dim)
	for r := range rows {
		row := unsafe.Slice(At(out, r*pitch), n)
		for j := range row {
			var total float64
			for k, v := range ys[j*dim : (j+1)*dim] {
				diff := float64(xs[r*dim+k]) - float64(v)
				total += diff * diff
			}
			row[j] = float32(math.Sqrt(total))
		}
	}
}

func distanceColumnsPlain(out []float32, y *float32, stride int, x []float32) {
	for j := range out {
		var total float64
		for k, v := range x {
			diff := float64(v) - float64(*At(y, 4*(k*stride+j)))
			total += diff * diff
		}
		out[j] = float32(math.Sqrt(total))
	}
}

func addDifferencesPlain(dst, x []float32, y *float32, stride int, c []float32) {
	for j, weight := range c {
		for k, v := range unsafe.Slice(At(y, 4*j*stride), len(dst)) {
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
