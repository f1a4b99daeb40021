package nn_test

import (
	"bytes"
	"fmt"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/models"
	"github.com/topogen/topogen/nn"
)

// A network learns the exclusive or of two bits.
func Example() {
	dev := cpu.New()
	defer dev.Close()
	init := nn.NewInitializer(dev, 1)
	model := nn.Sequential{
		nn.NewLinear(init, 2, 8, nn.Tanh),
		nn.NewLinear(init, 8, 1, nn.Identity),
	}
	adam := nn.NewAdam(nn.Parameters(model), nn.OptimizerOptions{LearningRate: 0.05})
	tape := autograd.NewTape(dev)
	var logits []float32
	for range 300 {
		tape.Reset()
		x := tape.Constant([]float32{0, 0, 0, 1, 1, 0, 1, 1}, 4, 2)
		y := tape.Constant([]float32{0, 1, 1, 0}, 4, 1)
		out := model.Forward(x)
		tape.Backward(autograd.BCELogits(out, y))
		if err := adam.Step(); err != nil {
			panic(err)
		}
		logits, _ = out.Values()
	}
	for _, l := range logits {
		fmt.Print(l > 0, " ")
	}
	// Output: false true true false
}

// Weights go to a file and come back.
func ExampleSave() {
	dev := cpu.New()
	defer dev.Close()
	var file bytes.Buffer
	if err := nn.Save(&file, models.NewVAE(dev, 10, 1), nil); err != nil {
		panic(err)
	}
	fmt.Println(file.Len() > 6_000_000)
	fmt.Println(nn.Load(&file, models.NewVAE(dev, 10, 2)))
	// Output:
	// true
	// <nil>
}

func ExampleWarmup() {
	schedule := nn.Warmup(2, nn.Cosine(4, 0))
	for step := range 7 {
		fmt.Printf("%.2f ", schedule(step))
	}
	// Output: 0.50 1.00 1.00 0.85 0.50 0.15 0.00
}
