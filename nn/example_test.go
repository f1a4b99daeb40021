package nn_test

import (
	"bytes"
	"fmt"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels/cpu"
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

// A variational autoencoder learns two images and draws new ones.
func ExampleVAE() {
	dev := cpu.New()
	defer dev.Close()
	const n, latent, seed = 2, 2, 1
	images := make([]float32, n*nn.ImageSide*nn.ImageSide)
	for i := range images { // a bright left half, a bright upper half
		left, upper := i%nn.ImageSide < 14, i%784 < 392
		if i < 784 && left || i >= 784 && upper {
			images[i] = 1
		}
	}
	vae := nn.NewVAE(dev, latent, seed)
	adam := nn.NewAdam(nn.Parameters(vae), nn.OptimizerOptions{LearningRate: 1e-3})
	tape := autograd.NewTape(dev)
	var first, last float32
	for step := range uint64(60) {
		tape.Reset()
		x := tape.Constant(images, n, 1, nn.ImageSide, nn.ImageSide)
		bce, kld := vae.Forward(x, seed, step).Losses(x)
		loss := autograd.Scale(autograd.Add(bce, kld), 1./n)
		tape.Backward(loss)
		if err := adam.Step(); err != nil {
			panic(err)
		}
		last, _ = loss.Item()
		if step == 0 {
			first = last
		}
	}
	fmt.Println("learned:", last < first/5)

	tape.Reset()
	tape.NoGrad(func() { // no gradients: faster, and less memory
		new := vae.Decode(tape.Normal(seed, 1000, 4, latent))
		fmt.Println("drawn:", new.Shape())
	})
	// Output:
	// learned: true
	// drawn: [4 1 28 28]
}

// Weights go to a file and come back.
func ExampleSave() {
	dev := cpu.New()
	defer dev.Close()
	var file bytes.Buffer
	if err := nn.Save(&file, nn.NewVAE(dev, 10, 1), nil); err != nil {
		panic(err)
	}
	fmt.Println(file.Len() > 6_000_000)
	fmt.Println(nn.Load(&file, nn.NewVAE(dev, 10, 2)))
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
