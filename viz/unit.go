package viz

import (
	"math"
	"strconv"
)

// A unit is a power of ten. Values are divided by it before they are drawn, so that neither
// their differences overflow nor the steps between ticks underflow. Labels show the values
// themselves. The number is the exponent: 0 for all but extreme values.
type unit int

// unitOf returns the unit of values from low to high.
func unitOf(low, high float64) unit {
	const far = 100
	size := max(math.Abs(low), math.Abs(high))
	if size == 0 {
		return 0
	}
	// math.Log10 of subnormal numbers is wrong by up to 16 on some processors.
	if exponent := math.Floor(math.Log2(size) * math.Log10(2)); math.Abs(exponent) > far {
		return unit(exponent)
	}
	return 0
}

// of returns v divided by the unit.
func (u unit) of(v float64) float64 {
	if u == 0 {
		return v
	}
	half := int(u) / 2 // a power of ten may not be a float64, its halves are
	return v * math.Pow10(-half) * math.Pow10(half-int(u))
}

// ofAll returns values divided by the unit: the slice itself if nothing changes.
func (u unit) ofAll(values []float64) []float64 {
	if u == 0 || values == nil {
		return values
	}
	divided := make([]float64, len(values))
	for i, v := range values {
		divided[i] = u.of(v)
	}
	return divided
}

// apart returns a range that holds the given one and is so wide that float64 tells places
// in it apart.
func apart(low, high float64) (float64, float64) {
	least := 1e-9 * max(math.Abs(low), math.Abs(high))
	switch {
	case low == high:
		least = max(least, 1)
	case high-low >= least:
		return low, high
	}
	return low - least, high + least
}

// farOff is a distance in pixels at which nothing is in sight, and with which segments and
// glyphs can reckon.
const farOff = 1e7

// pixel returns the place in pixels that is nearest to v and at most farOff from 0.
func pixel(v float64) float64 { return min(max(v, -farOff), farOff) }

// tickLabel returns the label of a value in a unit, which stands beside others at multiples
// of step up to size.
func (u unit) tickLabel(value, step, size float64) string {
	const few = 3 // digits
	digits := min(max(few, int(math.Ceil(math.Log10(size/step)))+1), 17)
	text := strconv.FormatFloat(value, 'g', digits, 64)
	if u == 0 || value == 0 {
		return text
	}
	mantissa, exponent, _ := cutExponent(strconv.FormatFloat(value, 'e', digits-1, 64))
	shortest, err := strconv.ParseFloat(mantissa, 64)
	if err != nil {
		return text // never: FormatFloat made it
	}
	return strconv.FormatFloat(shortest, 'g', -1, 64) + "e" + strconv.Itoa(exponent+int(u))
}

// cutExponent splits a number in scientific notation.
func cutExponent(text string) (mantissa string, exponent int, ok bool) {
	for i, c := range text {
		if c == 'e' {
			exponent, err := strconv.Atoi(text[i+1:])
			return text[:i], exponent, err == nil
		}
	}
	return text, 0, false
}
