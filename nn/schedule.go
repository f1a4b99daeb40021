package nn

import (
	"fmt"
	"math"
)

// A Schedule returns a factor for the learning rate of a step, counted from 0.
// An optimizer without one keeps its learning rate.
type Schedule func(step int) float64

// Warmup returns a schedule that rises linearly to 1 over the given number of steps. Then
// it follows next, whose steps count from the end of the rise, or stays at 1 if next is nil.
func Warmup(steps int, next Schedule) Schedule {
	if steps < 0 {
		panic(fmt.Sprintf("nn: Warmup over %d steps", steps))
	}
	return func(step int) float64 {
		switch {
		case step < steps:
			return float64(step+1) / float64(steps)
		case next == nil:
			return 1
		}
		return next(step - steps)
	}
}

// StepDecay returns a schedule that begins at 1 and is multiplied by factor, a positive
// number, after every steps steps. It panics if steps is below 1.
func StepDecay(steps int, factor float64) Schedule {
	if steps < 1 || !(factor > 0) {
		panic(fmt.Sprintf("nn: StepDecay by %v after every %d steps", factor, steps))
	}
	return func(step int) float64 { return math.Pow(factor, float64(step/steps)) }
}

// Cosine returns a schedule that falls from 1 to floor along half a cosine, over the given
// number of steps, and then stays at floor (Loshchilov and Hutter 2017). It panics if steps
// is below 1.
func Cosine(steps int, floor float64) Schedule {
	if steps < 1 || !(floor >= 0) {
		panic(fmt.Sprintf("nn: Cosine to %v over %d steps", floor, steps))
	}
	return func(step int) float64 {
		if step >= steps {
			return floor
		}
		turn := math.Pi * float64(step) / float64(steps)
		return floor + (1-floor)*(1+math.Cos(turn))/2
	}
}
