package simd

// The loops in plain Go accumulate sums in float64, in the order of the elements. [Loops]
// says what each loop does.

func sumPlain(x []float32) float64 {
	var total float64
	for _, v := range x {
		total += float64(v)
	}
	return total
}

func dotPlain(x, y []float32) float64 {
	var total float64
	for i, v := range x {
		total += float64(v) * float64(y[i])
	}
	return total
}

func sumRunsPlain(out []float64, x []float32, run int) {
	for k := range out {
		out[k] += sumPlain(x[k*run : (k+1)*run])
	}
}

func sumRowsPlain(out []float64, x []float32, rows int) {
	for ; rows > 0; rows-- {
		for k := range out {
			out[k] += float64(x[k])
		}
		x = x[len(out):]
	}
}
