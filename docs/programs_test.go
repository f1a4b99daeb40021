package docs_test

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"log"
	"math"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/ph/cubical"
	"github.com/topogen/topogen/topoloss"
	"github.com/topogen/topogen/viz"
)

// A generator and a critic learn against each other, and a topological term draws the
// generator's samples to the circle of the data.
func Example_gan() {
	ctx := context.Background()
	dev := cpu.New()
	defer dev.Close()
	const seed, batch = 1, 64
	init := nn.NewInitializer(dev, seed)
	generator := nn.Sequential{nn.NewLinear(init, 2, 32, nn.ReLU), nn.NewLinear(init, 32, 32, nn.ReLU), nn.NewLinear(init, 32, 2, nn.Identity)}
	critic := nn.Sequential{nn.NewLinear(init, 2, 32, nn.LeakyReLU(0.2)), nn.NewLinear(init, 32, 1, nn.Identity)}
	options := nn.OptimizerOptions{LearningRate: 2e-3}
	generatorAdam, criticAdam := nn.NewAdam(nn.Parameters(generator), options), nn.NewAdam(nn.Parameters(critic), options)
	terms, err := topoloss.Parse("cross0@samples=0.3")
	if err != nil {
		log.Fatal(err)
	}
	objective, err := topoloss.New(terms, topoloss.Options{Seed: seed})
	if err != nil {
		log.Fatal(err)
	}

	tape := autograd.NewTape(dev)
	// draw puts points of the circle and samples of the generator on the empty tape.
	draw := func(step uint64) (points, samples *autograd.Var) {
		tape.Reset()
		angle := autograd.Scale(tape.Uniform(seed, step, batch, 1), 2*math.Pi)
		return autograd.Concat(1, autograd.Cos(angle), autograd.Sin(angle)), generator.Forward(tape.Normal(seed+1, step, batch, 2))
	}
	// judged returns the loss of the critic's logits, where all points are real or none is.
	judged := func(points *autograd.Var, real float32) *autograd.Var {
		labels := make([]float32, batch)
		for i := range labels {
			labels[i] = real
		}
		return autograd.Scale(nn.BCELogits(critic.Forward(points), tape.Constant(labels, batch, 1)), 1./batch)
	}
	for step := range uint64(400) {
		points, samples := draw(step)
		tape.Backward(autograd.Add(judged(points, 1), judged(autograd.Detach(samples), 0)))
		if err := criticAdam.Step(); err != nil {
			log.Fatal(err)
		}

		points, samples = draw(step)
		target, err := objective.Target(ctx, points)
		if err != nil {
			log.Fatal(err)
		}
		shape, err := objective.Apply(ctx, topoloss.Step{Number: step, Batch: points, Samples: samples}, target)
		if err != nil {
			log.Fatal(err)
		}
		tape.Backward(autograd.Add(judged(samples, 1), shape.Var))
		if err := generatorAdam.Step(); err != nil {
			log.Fatal(err)
		}
	}

	_, samples := draw(400)
	values, err := samples.Values()
	if err != nil {
		log.Fatal(err)
	}
	near := 0
	for i := range batch {
		if radius := math.Hypot(float64(values[2*i]), float64(values[2*i+1])); math.Abs(radius-1) < 0.3 {
			near++
		}
	}
	fmt.Println("most samples lie near the circle:", near > batch/2)
	// Output: most samples lie near the circle: true
}

// The persistent homology of a picture of a ring, and a picture of its diagram.
func Example_image() {
	const side = 28
	pixels := make([]float32, side*side)
	for i := range pixels {
		radius := math.Hypot(float64(i%side)-13.5, float64(i/side)-13.5)
		pixels[i] = float32(math.Exp(-(radius - 8) * (radius - 8) / 4)) // bright at radius 8
	}
	image := cubical.Image[float32]{Shape: []int{side, side}, Values: pixels}
	result, err := cubical.Compute(context.Background(), image, cubical.Options{Superlevel: true})
	if err != nil {
		log.Fatal(err)
	}
	for _, d := range result.Diagrams() {
		for _, b := range d.Bars {
			if b.Persistence() > 0.5 {
				// The bars are those of the negated image: bright pixels come first.
				fmt.Printf("degree %d: born at brightness %.2f, dead at %.2f\n", d.Degree, -b.Birth, max(0, -b.Death))
			}
		}
	}

	var file bytes.Buffer // or a file
	if err := viz.Diagram(&file, viz.PNG, viz.Scene{Title: "A ring", Diagrams: result.Diagrams()}); err != nil {
		log.Fatal(err)
	}
	_, err = png.Decode(&file)
	fmt.Println("a picture:", err == nil)
	// Output:
	// degree 0: born at brightness 1.00, dead at 0.00
	// degree 1: born at brightness 0.94, dead at 0.00
	// a picture: true
}
