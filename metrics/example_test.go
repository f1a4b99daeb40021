package metrics_test

import (
	"fmt"

	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/metrics"
	"github.com/topogen/topogen/ph"
)

// Samples that keep to one half of the data are precise and recall half of it.
func ExampleNewPooled() {
	dev := cpu.New()
	defer dev.Close()
	data := ph.Points[float32]{Dim: 1, Coords: []float32{0, 1, 2, 3, 4, 5, 6, 7}}
	samples := ph.Points[float32]{Dim: 1, Coords: []float32{0.25, 0.75, 1.25, 1.75, 2.25, 2.75}}
	p, err := metrics.NewPooled(dev, data, samples)
	if err != nil {
		fmt.Println(err)
		return
	}
	q := p.PRDC(2)
	fmt.Printf("precision %.2f, recall %.2f, energy distance %.2f", q.Precision, q.Recall, p.Energy())
	// Output:
	// precision 1.00, recall 0.50, energy distance 1.57
}
