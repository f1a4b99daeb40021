package onnx_test

import (
	"bytes"
	"fmt"
	"log"

	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/nn/onnx"
)

// A decoder from 8 numbers to an image of 28×28 pixels, for programs that have
// ONNX Runtime.
func Example() {
	dev := cpu.New()
	defer dev.Close()
	init := nn.NewInitializer(dev, 1)
	decoder := nn.Sequential{
		nn.NewLinear(init, 8, 4*14*14, nn.ReLU),
		nn.Reshape{4, 14, 14},
		nn.NewConvTranspose2d(init, 4, 1, 4, nn.ConvOptions{Stride: 2, Padding: 1}, nn.Sigmoid),
	}
	var file bytes.Buffer // or onnx.WriteFile
	if err := onnx.Write(&file, decoder, 8); err != nil {
		log.Fatal(err)
	}
	fmt.Println(file.Len() > 4*8*4*14*14)
	// Output: true
}
