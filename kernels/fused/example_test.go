package fused_test

import (
	"fmt"
	"log"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/kernels/fused"
)

// The processor has a kernel for Distances. A device with the methods of
// kernels.Device only gives the same result, by a composition.
func Example() {
	for _, dev := range []kernels.Device{cpu.New(), core{cpu.New()}} {
		_, has := dev.(kernels.Metric)
		x, dist := dev.Alloc(6), dev.Alloc(9)
		dev.Write(x, []float32{0, 0, 3, 4, 3, 0})
		fused.Distances(dev, dist, x, 3, 2)
		host := make([]float32, 9)
		if err := dev.Read(host, dist); err != nil {
			log.Fatal(err)
		}
		fmt.Println(has, host)
		dev.Close()
	}
	// Output:
	// true [0 5 3 5 0 4 3 4 0]
	// false [0 5 3 5 0 4 3 4 0]
}
