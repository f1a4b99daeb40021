package models_test

import (
	"fmt"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/models"
	"github.com/topogen/topogen/nn"
)

// A variational autoencoder learns two images and draws new ones.
func ExampleVAE() {
	dev := cpu.New()
	defer dev.Close()
	const n, side, latent, seed = 2, 28, 2, 1
	images := make([]float32, n*side*side)
	for i := range images { // a bright left half, a bright upper half
		left, upper := i%side < 14, i%784 < 392
		if i < 784 && left || i >= 784 && upper {
			images[i] = 1
		}
	}
	vae := models.NewVAE(dev, latent, seed)
	adam := nn.NewAdam(nn.Parameters(vae), nn.OptimizerOptions{LearningRate: 1e-3})
	tape := autograd.NewTape(dev)
	var first, last float32
	for step := range uint64(60) {
		tape.Reset()
		x := tape.Constant(images, n, 1, side, side)
		loss := autograd.Scale(vae.Forward(x, seed, step).Total, 1./n)
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
		new := models.Sample(vae, tape, 4, seed, 1000)
		fmt.Println("drawn:", new.Shape())
	})
	// Output:
	// learned: true
	// drawn: [4 1 28 28]
}
