package synth

import "github.com/topogen/topogen/ph"

// Longer returns the number of bars of a degree that are longer than gap, including
// essential bars. In degree 0 this is the number of clusters that lie farther apart than
// gap. In degree 1 it is the number of loops that persist for longer than gap.
func Longer(diagrams []ph.Diagram, degree int, gap float64) int {
	count := 0
	for _, d := range diagrams {
		if d.Degree == degree {
			for _, b := range d.Bars {
				if b.Persistence() > gap {
					count++
				}
			}
		}
	}
	return count
}
