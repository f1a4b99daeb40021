package kernels_test

import (
	"fmt"
	"log"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/kernels/fused"
)

// Compute on a device, and read the result.
func Example() {
	dev := cpu.New()
	defer dev.Close()

	x, y := dev.Alloc(4), dev.Alloc(4)
	dev.Write(x, []float32{1, 2, 3, 4})
	dev.Map(kernels.Square, y, x)
	dev.AddScaled(y, 10, x)
	sum := dev.Alloc(1)
	dev.Sum(sum, y, kernels.SumShape{K0: 1, R0: 4, K1: 1, R1: 1}, 1, kernels.Overwrite)

	host := make([]float32, 1)
	if err := dev.Read(host, sum); err != nil { // waits
		log.Fatal(err)
	}
	fmt.Println(host)
	// Output: [130]
}

// A tracer prints the names of some kernels. Embedding a Device gives it all methods that
// a device must have.
type tracer struct{ kernels.Device }

func (t tracer) Map(f kernels.Func, dst, x kernels.Buffer) {
	fmt.Println("Map", f)
	t.Device.Map(f, dst, x)
}

func (t tracer) Zip(op kernels.Op, dst, a, b kernels.Buffer, mode kernels.WriteMode) {
	fmt.Println("Zip", op)
	t.Device.Zip(op, dst, a, b, mode)
}

// A device with the methods of Device only. Package fused composes its optional kernels.
func ExampleDevice() {
	dev := tracer{cpu.New()}
	defer dev.Close()
	z, mu, logvar, eps := dev.Alloc(1), dev.Alloc(1), dev.Alloc(1), dev.Alloc(1)
	dev.Write(mu, []float32{1})
	dev.Write(logvar, []float32{0})
	dev.Write(eps, []float32{2})
	fused.Reparameterize(dev, z, mu, logvar, eps)

	host := make([]float32, 1)
	if err := dev.Read(host, z); err != nil {
		log.Fatal(err)
	}
	fmt.Println(host)
	// Output:
	// Map Exp
	// Zip Mul
	// Zip Add
	// [3]
}
