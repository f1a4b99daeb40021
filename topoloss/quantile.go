package topoloss

import "math"

// quantile returns the q-quantile of values, 0 ≤ q ≤ 1, which must not be negative. It
// interpolates linearly between two values, as numpy does. It takes time proportional to
// their number.
func quantile(values []float32, q float64) float64 {
	at := q * float64(len(values)-1)
	low := math.Floor(at)
	a := ordered(values, int(low))
	if at == low {
		return a
	}
	return a + (ordered(values, int(low)+1)-a)*(at-low)
}

// ordered returns what would be values[k] if values, none of them negative, were sorted. The
// order of such numbers is that of their bits, read as whole numbers. So it finds the bits
// of the result, the highest 11 first: those of the value that has k others before it among
// all values that begin with the bits known so far.
func ordered(values []float32, k int) float64 {
	const digit = 11 // bits
	var prefix, known uint32
	for _, shift := range [...]int{32 - digit, 32 - 2*digit, 0} {
		var counts [1 << digit]int
		mask := uint32(1<<digit-1) << shift &^ known
		for _, v := range values {
			if b := math.Float32bits(v); b&known == prefix {
				counts[b&mask>>shift]++
			}
		}
		d := 0
		for ; k >= counts[d]; d++ {
			k -= counts[d]
		}
		prefix |= uint32(d) << shift
		known |= mask
	}
	return float64(math.Float32frombits(prefix))
}
