package topoloss_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"math/rand/v2"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/topoloss"
)

// Two points learn how far apart the points of a true cloud are.
func Example() {
	dev := cpu.New()
	defer dev.Close()
	loss, err := topoloss.Weighted([7]float64{1, 0, 0, 0, 0, 0, 0}, 0, topoloss.DefaultHyperparameters())
	if err != nil {
		log.Fatal(err)
	}
	target, err := topoloss.TargetFromPoints(context.Background(), autograd.TensorOf(dev, []float32{5, 5, 5, 8}, 2, 2), 0)
	if err != nil {
		log.Fatal(err)
	}

	points := autograd.TensorOf(dev, []float32{0, 0, 2, 0}, 2, 2)
	tape := autograd.NewTape(dev)
	for range 3 {
		tape.Reset()
		x := tape.Variable(points)
		r, err := loss.Apply(context.Background(), x, target)
		if err != nil {
			log.Fatal(err)
		}
		tape.Backward(r.Var)
		values, err := points.Values()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(values, "loss", r.Value)
		dev.AddScaled(points.Buffer(), -0.25, x.Grad())
	}
	// Output:
	// [0 0 2 0] loss 1
	// [-0.25 0 2.25 0] loss 0.5
	// [-0.5 0 2.5 0] loss 0
}

// A regularizer of one's own: to minimise less the length of the longest loop
// is to make a cloud rounder.
func Example_custom() {
	longestLoop := topoloss.Func(func(learnable, _ []ph.Bar, gradients []topoloss.BarGradient) (float64, bool) {
		if len(learnable) == 0 {
			return 0, false
		}
		longest := 0
		for i, b := range learnable {
			if b.Persistence() > learnable[longest].Persistence() {
				longest = i
			}
		}
		gradients[longest] = topoloss.BarGradient{Birth: 1, Death: -1}
		return -learnable[longest].Persistence(), true
	})
	loss := topoloss.Loss{
		Terms:    []topoloss.Term{{Name: "loop", Degree: 1, Weight: 1, Regularizer: longestLoop}},
		Gradient: topoloss.Gradient{Method: topoloss.Average, Bandwidth: 0.3},
	}

	dev := cpu.New()
	defer dev.Close()
	random := rand.New(rand.NewPCG(1, 1))
	var flat []float32 // points near an ellipse
	for i := range 40 {
		sin, cos := math.Sincos(float64(i) * math.Pi / 20)
		flat = append(flat, float32(cos+0.2*random.Float64()), float32(0.5*sin+0.2*random.Float64()))
	}
	points := autograd.NewParameter("points", autograd.TensorOf(dev, flat, 40, 2))
	descent := nn.NewSGD([]*autograd.Parameter{points}, nn.OptimizerOptions{LearningRate: 0.01}, 0, false)
	tape := autograd.NewTape(dev)
	for step := range 101 {
		tape.Reset()
		r, err := loss.Apply(context.Background(), tape.Param(points), nil)
		if err != nil {
			log.Fatal(err)
		}
		if step%50 == 0 {
			fmt.Printf("step %3d: the longest loop lasts %.1f\n", step, -r.Value)
		}
		tape.Backward(r.Var)
		if err := descent.Step(); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// step   0: the longest loop lasts 0.6
	// step  50: the longest loop lasts 1.0
	// step 100: the longest loop lasts 1.3
}

// Diagrams can be compared without any points.
func ExampleLoss_Evaluate() {
	loss := topoloss.Loss{Terms: []topoloss.Term{
		{Name: "bottleneck", Degree: 1, Weight: 10, Regularizer: &topoloss.Bottleneck{}},
		{Name: "entropy", Degree: 1, Weight: 1, Regularizer: topoloss.Entropy{}},
	}}
	target, err := topoloss.TargetFromDiagrams(ph.Diagram{Degree: 1, Bars: []ph.Bar{{Birth: 1, Death: 3}}})
	if err != nil {
		log.Fatal(err)
	}
	learnable := ph.Diagram{Degree: 1, Bars: []ph.Bar{{Birth: 1, Death: 4}, {Birth: 2, Death: 3}}}
	r, err := loss.Evaluate([]ph.Diagram{learnable}, target)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("value %.3f\n", r.Value)
	for i, b := range r.Bars[1] {
		fmt.Printf("bar %v to %v: birth %+.3f, death %+.3f\n", b.Birth, b.Death, r.BarGradients[1][i].Birth, r.BarGradients[1][i].Death)
	}
	// Output:
	// value 10.316
	// bar 1 to 4: birth +0.077, death +9.923
	// bar 2 to 3: birth -0.232, death +0.232
}

// The bottleneck distance of the first cloud is that of the true bar to the
// diagonal: no learnable bar can change it. Push takes over and drives the
// points apart, until there is something to learn.
func ExampleLoss_otherwise() {
	dev := cpu.New()
	defer dev.Close()
	loss := topoloss.Loss{
		Terms:    []topoloss.Term{{Name: "bottleneck0", Weight: 1, Regularizer: &topoloss.Bottleneck{}}},
		Fallback: []topoloss.Term{{Name: "push0", Weight: 1, Regularizer: topoloss.Push{}}},
	}
	tape := autograd.NewTape(dev)
	target, err := loss.Target(context.Background(), tape.Constant([]float32{0, 9}, 2, 1))
	if err != nil {
		log.Fatal(err)
	}
	for _, points := range [][]float32{{0, 1}, {0, 6}} {
		r, err := loss.Apply(context.Background(), tape.Variable(autograd.TensorOf(dev, points, 2, 1)), target)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(points, r.Value, r.Fallback)
	}
	// Output:
	// [0 1] -0.5 true
	// [0 6] 3 false
}

// A step of an autoencoder with terms on its reconstructions and on its latent
// vectors. Here both are parameters of their own; a model would compute them.
func ExampleObjective() {
	dev := cpu.New()
	defer dev.Close()
	specs, err := topoloss.Parse("bottleneck0=10,entropy0@latent=0.5(delta=0.01)")
	if err != nil {
		log.Fatal(err)
	}
	objective, err := topoloss.New(specs, topoloss.Options{})
	if err != nil {
		log.Fatal(err)
	}

	ctx := context.Background()
	tape := autograd.NewTape(dev)
	batch := tape.Constant([]float32{0, 0, 3, 0, 3, 1}, 3, 2)
	target, err := objective.Target(ctx, batch) // once for each batch
	if err != nil {
		log.Fatal(err)
	}
	step := topoloss.Step{
		Batch:  batch,
		Output: tape.Variable(autograd.TensorOf(dev, []float32{0, 0, 2, 0, 2, 1}, 3, 2)),
		Latent: tape.Variable(autograd.TensorOf(dev, []float32{0, 1, 5}, 3, 1)),
	}
	r, err := objective.Apply(ctx, step, target)
	if err != nil {
		log.Fatal(err)
	}
	for i, label := range objective.Specs().Labels() {
		fmt.Printf("%s %.4f\n", label, r.Terms[i].Value)
	}
	fmt.Printf("sum %.4f\n", r.Value)
	if r.OK {
		tape.Backward(r.Var)
	}
	// Output:
	// bottleneck0 1.0000
	// latent_entropy0 0.0038
	// sum 10.0019
}
