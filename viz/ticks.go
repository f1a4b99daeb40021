package viz

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// ticks marks an axis at multiples of 1, 2 or 5 times a power of ten, three to nine of them. A
// short axis that shows only whole numbers may have fewer.
type ticks struct {
	whole bool // only whole numbers
	unit  unit // by which the values on the axis are divided
}

// Ticks implements [plot.Ticker].
func (t ticks) Ticks(low, high float64) []plot.Tick {
	if !(low < high) {
		return nil
	}
	power := math.Floor(math.Log10(high-low)) - 1
	step := 0.0
	for _, factor := range []float64{1, 2, 5, 10, 20} {
		step = factor * math.Pow(10, power)
		if (high-low)/step < 8 && (!t.whole || step >= 1) {
			break
		}
	}
	digits := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	plain := t.unit == 0 && 1e-4 <= step && step < 1e6
	var all []plot.Tick
	first := math.Ceil(low/step - 1e-9)
	for i := range 9 { // multiples less than 8 steps apart
		value := (first+float64(i))*step + 0 // −0 + 0 is 0
		if value > high+1e-9*step {
			break
		}
		label := strconv.FormatFloat(value, 'f', digits, 64)
		if !plain {
			label = t.unit.tickLabel(value, step, max(math.Abs(low), math.Abs(high)))
		}
		all = append(all, plot.Tick{Value: value, Label: label})
	}
	return all
}

// logTicks marks the powers of ten on an axis of decimal logarithms, and digits between them
// without a label. If the axis spans more than eight powers, only some powers have a label, and
// no digits are marked.
type logTicks struct{}

// Ticks implements [plot.Ticker].
func (logTicks) Ticks(low, high float64) []plot.Tick {
	var all []plot.Tick
	every := math.Ceil((high - low) / 8)
	for power := math.Floor(low); power <= high; power++ {
		for digit := 1.0; digit < 10; digit++ {
			tick := plot.Tick{Value: power + math.Log10(digit)}
			if digit == 1 && math.Mod(power, every) == 0 {
				tick.Label = strconv.FormatFloat(math.Pow(10, power), 'g', -1, 64)
			}
			if low <= tick.Value && tick.Value <= high && (digit == 1 || every == 1) {
				all = append(all, tick)
			}
		}
	}
	return all
}
