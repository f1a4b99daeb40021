package topoloss_test

import (
	"context"
	"fmt"
	"log"
	"math"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/topoloss"
)

// A generator learns a circle: points decoded from noise are compared with a batch of
// true points, by the cross-barcode in degree 0 and by an energy distance. A GAN adds
// its adversarial loss to the same step.
func ExampleObjective_samples() {
	dev := cpu.New()
	defer dev.Close()
	const seed, batch = 1, 64
	init := nn.NewInitializer(dev, seed)
	generator := nn.Sequential{
		nn.NewLinear(init, 2, 32, nn.ReLU), nn.NewLinear(init, 32, 32, nn.ReLU), nn.NewLinear(init, 32, 2, nn.Identity),
	}
	adam := nn.NewAdam(nn.Parameters(generator), nn.OptimizerOptions{LearningRate: 3e-3})
	specs, err := topoloss.Parse("cross0@samples=0.03(warmup=50),energy@samples=3")
	if err != nil {
		log.Fatal(err)
	}
	objective, err := topoloss.New(specs, topoloss.Options{Seed: seed})
	if err != nil {
		log.Fatal(err)
	}

	ctx := context.Background()
	tape := autograd.NewTape(dev)
	for step := range uint64(401) {
		tape.Reset()
		angle := autograd.Scale(tape.Uniform(seed, step, batch, 1), 6.2832)
		circle := autograd.Concat(1, autograd.Cos(angle), autograd.Sin(angle))
		target, err := objective.Target(ctx, circle)
		if err != nil {
			log.Fatal(err)
		}
		samples := generator.Forward(tape.Normal(seed+1, step, batch, 2))
		r, err := objective.Apply(ctx, topoloss.Step{Number: step, Batch: circle, Samples: samples}, target)
		if err != nil {
			log.Fatal(err)
		}
		if step%200 == 0 {
			fmt.Printf("step %3d: energy distance %.1f\n", step, math.Abs(r.Terms[1].Value))
		}
		tape.Backward(r.Var)
		if err := adam.Step(); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// step   0: energy distance 0.6
	// step 200: energy distance 0.0
	// step 400: energy distance 0.0
}

// The latent vectors of an encoder keep the shape of the data: the signature compares
// distances along both spanning trees. Its latent scale is learnt with the encoder.
func ExampleObjective_latent() {
	dev := cpu.New()
	defer dev.Close()
	const seed, batch = 1, 32
	init := nn.NewInitializer(dev, seed)
	encoder := nn.Sequential{nn.NewLinear(init, 3, 16, nn.ReLU), nn.NewLinear(init, 16, 2, nn.Identity)}
	objective, err := topoloss.New(topoloss.Specs{{Name: "signature", Where: topoloss.Latent, Weight: 1}}, topoloss.Options{})
	if err != nil {
		log.Fatal(err)
	}
	parameters := append(nn.Parameters(encoder), objective.Parameters(dev)...)
	adam := nn.NewAdam(parameters, nn.OptimizerOptions{LearningRate: 1e-2})

	ctx := context.Background()
	tape := autograd.NewTape(dev)
	for step := range uint64(201) {
		tape.Reset()
		// A helix, the curve (cos t, sin t, t/2).
		t := autograd.Scale(tape.Uniform(seed, step, batch, 1), 6.2832)
		x := autograd.Concat(1, autograd.Cos(t), autograd.Sin(t), autograd.Scale(t, 0.5))
		target, err := objective.Target(ctx, x)
		if err != nil {
			log.Fatal(err)
		}
		r, err := objective.Apply(ctx, topoloss.Step{Number: step, Batch: x, Latent: encoder.Forward(x)}, target)
		if err != nil {
			log.Fatal(err)
		}
		if step%100 == 0 {
			fmt.Printf("step %3d: signature %.1f\n", step, r.Value)
		}
		tape.Backward(r.Var)
		if err := adam.Step(); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// step   0: signature 0.9
	// step 100: signature 0.0
	// step 200: signature 0.0
}

// pairwise is a comparison of one's own: the mean squared difference of all distances,
// the stress of multidimensional scaling.
type pairwise struct{}

func (pairwise) Joint() bool { return false }

func (pairwise) Compare(_ context.Context, c *topoloss.Clouds) (value float64, ok bool, err error) {
	if c.N != c.M {
		return 0, false, fmt.Errorf("there are %d points and %d true ones", c.N, c.M)
	}
	pairs := float64(c.N*(c.N-1)) / 2
	for i := range c.N {
		for j := range i {
			gap := float64(c.X[i*c.N+j] - c.Y[i*c.N+j])
			value += gap * gap / pairs
			c.Add(i, j, 2*gap/pairs)
		}
	}
	return value, true, nil
}

// A term of one's own that looks at distances.
func ExampleComparison() {
	dev := cpu.New()
	defer dev.Close()
	loss := &topoloss.Loss{Terms: []topoloss.Term{{Name: "stress", Weight: 1, Comparison: pairwise{}}}}
	ctx := context.Background()
	tape := autograd.NewTape(dev)
	target, err := loss.Target(ctx, tape.Constant([]float32{0, 0, 3, 0, 0, 4}, 3, 2))
	if err != nil {
		log.Fatal(err)
	}
	line := tape.Variable(autograd.TensorOf(dev, []float32{0, 3, 5}, 3, 1))
	r, err := loss.Apply(ctx, line, target)
	if err != nil {
		log.Fatal(err)
	}
	tape.Backward(r.Var)
	gradient := make([]float32, 3)
	if err := dev.Read(gradient, line.Grad()); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("stress %.2f, gradient %.2f\n", r.Value, gradient)
	// Output:
	// stress 3.33, gradient [-0.67 2.00 -1.33]
}
