package docs_test

import (
	"context"
	"fmt"
	"log"
	"math"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/input"
	"github.com/topogen/topogen/ph/vector"
	"github.com/topogen/topogen/topoloss"
)

// The program of README.md.
func Example_library() {
	ctx := context.Background()
	circle := make([]float32, 128)
	for i := range 64 {
		sin, cos := math.Sincos(float64(i) * math.Pi / 32)
		circle[2*i], circle[2*i+1] = float32(2*cos), float32(2*sin)
	}

	dev := cpu.New()
	defer dev.Close()
	init := nn.NewInitializer(dev, 1)
	generator := nn.Sequential{
		nn.NewLinear(init, 2, 64, nn.ReLU), nn.NewLinear(init, 64, 64, nn.ReLU), nn.NewLinear(init, 64, 2, nn.Identity),
	}
	adam := nn.NewAdam(nn.Parameters(generator), nn.OptimizerOptions{LearningRate: 0.003})
	terms, err := topoloss.Parse("cross0=0.01,energy=1")
	if err != nil {
		log.Fatal(err)
	}
	objective, err := topoloss.New(terms, topoloss.Options{})
	if err != nil {
		log.Fatal(err)
	}
	tape := autograd.NewTape(dev)
	target, err := objective.Target(ctx, tape.Constant(circle, 64, 2))
	if err != nil {
		log.Fatal(err)
	}
	for step := range uint64(500) {
		tape.Reset()
		samples := generator.Forward(tape.Normal(1, step, 64, 2))
		r, err := objective.Apply(ctx, topoloss.Step{Number: step, Batch: tape.Constant(circle, 64, 2), Output: samples}, target)
		if err != nil {
			log.Fatal(err)
		}
		tape.Backward(r.Var)
		if err := adam.Step(); err != nil {
			log.Fatal(err)
		}
	}

	var coords []float32
	tape.NoGrad(func() { coords, err = generator.Forward(tape.Normal(2, 0, 64, 2)).Values() })
	if err != nil {
		log.Fatal(err)
	}
	result, err := ph.Rips(ctx, ph.Points[float32]{Dim: 2, Coords: coords}, ph.Options{MaxDegree: 1})
	if err != nil {
		log.Fatal(err)
	}
	longest := 0.0
	for _, b := range result.Diagrams()[1].Bars {
		longest = max(longest, b.Persistence())
	}
	fmt.Println("a long loop:", longest > 1.5)
	// Output: a long loop: true
}

// The program of docs/persistence.md.
func Example_persistence() {
	ctx := context.Background()
	d, err := input.ReadFile[float32]("circle.txt", input.PointCloud, nil)
	if err != nil {
		log.Fatal(err)
	}
	result, err := ph.Rips(ctx, d, ph.Options{MaxDegree: 1, Cycles: true})
	if err != nil {
		log.Fatal(err)
	}
	loops := result.Diagrams()[1]
	fmt.Printf("%.3v\n", loops.Bars[len(loops.Bars)-1])

	image := vector.Image{
		Births:    vector.Grid{Lo: 0, Hi: 1, N: 20},
		Lengths:   vector.Grid{Lo: 0, Hi: 1, N: 20},
		Bandwidth: 0.05,
		Weight:    vector.Linear,
	}
	v := make([]float64, image.Len())
	if err := image.Vector(v, result.Diagrams()[1].Finite()); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(v), "numbers")
	// Output:
	// [0.249, 1.61)
	// 400 numbers
}

// The vectors of docs/persistence.md.
func Example_vectors() {
	ctx := context.Background()
	d, err := input.ReadFile[float32]("circle.txt", input.PointCloud, nil)
	if err != nil {
		log.Fatal(err)
	}
	result, err := ph.Rips(ctx, d, ph.Options{MaxDegree: 1})
	if err != nil {
		log.Fatal(err)
	}
	image := vector.Image{
		Births:    vector.Grid{Lo: 0, Hi: 1, N: 20},
		Lengths:   vector.Grid{Lo: 0, Hi: 1, N: 20},
		Bandwidth: 0.05,
		Weight:    vector.Linear,
	}
	v := make([]float64, image.Len())
	if err := image.Vector(v, result.Diagrams()[1].Finite()); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(v), "values")
	// Output: 400 values
}
