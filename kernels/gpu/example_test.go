package gpu_test

import (
	"fmt"
	"log"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// This example multiplies two matrices on a simulated GPU. On a real GPU only the driver
// differs: cuda.Open of kernels/cuda instead of ptxsim.New.
func Example() {
	dev, err := gpu.New(ptxsim.New(ptxsim.Options{}))
	if err != nil {
		log.Fatal(err)
	}
	defer dev.Close()

	a, b, c := dev.Alloc(4), dev.Alloc(4), dev.Alloc(4)
	dev.Write(a, []float32{1, 2, 3, 4})
	dev.Write(b, []float32{0, 1, 1, 0})
	dev.Gemm(kernels.Gemm{M: 2, N: 2, K: 2, Alpha: 1, A: a, B: b, C: c})

	host := make([]float32, 4)
	if err := dev.Read(host, c); err != nil { // waits
		log.Fatal(err)
	}
	fmt.Println(host)
	// Output: [2 1 4 3]
}
