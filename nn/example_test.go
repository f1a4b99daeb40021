package nn_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/device"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/nn"
)

// A network of two layers learns the exclusive or of two bits.
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
	var logits *autograd.Var
	for range 300 {
		tape.Reset()
		x := tape.Constant([]float32{0, 0, 0, 1, 1, 0, 1, 1}, 4, 2)
		y := tape.Constant([]float32{0, 1, 1, 0}, 4, 1)
		logits = model.Forward(x)
		tape.Backward(nn.BCELogits(logits, y))
		if err := adam.Step(); err != nil {
			log.Fatal(err)
		}
	}
	values, err := logits.Values()
	if err != nil {
		log.Fatal(err)
	}
	for _, l := range values {
		fmt.Print(l > 0, " ")
	}
	// Output: false true true false
}

// stripes returns n images of 8×8 pixels with stripes, and for each whether they
// are upright (1) or level (0). seed chooses the images.
func stripes(n, seed int) (images []float32, labels []int) {
	for i := range n {
		upright, offset := i%2, (i/2+seed)%4
		for pixel := range 64 {
			along := pixel / 8
			if upright == 1 {
				along = pixel % 8
			}
			images = append(images, float32((along+offset)/2%2))
		}
		labels = append(labels, upright)
	}
	return images, labels
}

// A convolutional network learns to tell two kinds of images apart.
func Example_images() {
	dev := cpu.New()
	defer dev.Close()
	const seed = 1
	init := nn.NewInitializer(dev, seed)
	model := nn.Sequential{
		nn.NewConv2d(init, 1, 4, 3, nn.ConvOptions{Padding: 1}, nn.Identity),
		nn.NewBatchNorm(init, 4),
		nn.ReLU,
		nn.MaxPool2d{Size: 2}, // 4×4×4
		nn.Flatten{},
		nn.Dropout(0.2),
		nn.NewLinear(init, 64, 2, nn.Identity),
	}
	adam := nn.NewAdam(nn.Parameters(model), nn.OptimizerOptions{LearningRate: 0.01})

	tape := autograd.NewTape(dev)
	for step := range 40 {
		tape.Reset()
		tape.Train(seed, uint64(step)) // dropout drops, BatchNorm learns its statistics
		images, labels := stripes(16, step)
		logits := model.Forward(tape.Constant(images, 16, 1, 8, 8))
		tape.Backward(nn.CrossEntropy(logits, labels, nn.CrossEntropyOptions{}))
		if err := adam.Step(); err != nil {
			log.Fatal(err)
		}
	}

	tape.Reset()
	tape.Eval()
	images, labels := stripes(8, 0)
	logits, err := model.Forward(tape.Constant(images, 8, 1, 8, 8)).Values()
	if err != nil {
		log.Fatal(err)
	}
	right := 0
	for i, label := range labels {
		if logits[2*i+label] > logits[2*i+1-label] {
			right++
		}
	}
	fmt.Println(right, "of", len(labels))
	// Output: 8 of 8
}

// line is the model y = wx + b of one number.
func line(dev *cpu.Device, seed uint64) *nn.Linear {
	return nn.NewLinear(nn.NewInitializer(dev, seed), 1, 1, nn.Identity)
}

// fitLine makes steps of training toward y = 3x − 1.
func fitLine(model *nn.Linear, opt nn.Optimizer, steps int) {
	tape := autograd.NewTape(model.Weight.Value.Device())
	defer tape.Free()
	for range steps {
		tape.Reset()
		x := tape.Constant([]float32{-1, 0, 1, 2}, 4, 1)
		y := tape.Constant([]float32{-4, -1, 2, 5}, 4, 1)
		tape.Backward(nn.MSE(model.Forward(x), y))
		if err := opt.Step(); err != nil {
			log.Fatal(err)
		}
	}
}

// weights formats a line.
func weights(m nn.Module) string {
	var parts []string
	for _, p := range nn.Parameters(m) {
		v, err := p.Value.Values()
		if err != nil {
			log.Fatal(err)
		}
		parts = append(parts, fmt.Sprintf("%s %.3f", p.Name, v[0]))
	}
	return strings.Join(parts, ", ")
}

// A run is saved, loaded into a new model and optimizer, and goes on as if it had
// never stopped.
func ExampleSave() {
	dev := cpu.New()
	defer dev.Close()
	options := nn.OptimizerOptions{LearningRate: 0.1}
	model := line(dev, 1)
	adam := nn.NewAdam(nn.Parameters(model), options)
	fitLine(model, adam, 100)

	var file bytes.Buffer // or nn.SaveFile and nn.LoadFile
	if err := nn.Save(&file, model, map[string]string{"steps": "100"}); err != nil {
		log.Fatal(err)
	}
	state, err := adam.State()
	if err != nil {
		log.Fatal(err)
	}

	resumed := line(dev, 2)
	if err := nn.Load(&file, resumed); err != nil {
		log.Fatal(err)
	}
	other := nn.NewAdam(nn.Parameters(resumed), options)
	if err := other.Restore(state); err != nil {
		log.Fatal(err)
	}
	fitLine(model, adam, 200)
	fitLine(resumed, other, 200)
	fmt.Println(other.Steps(), weights(resumed), weights(model) == weights(resumed))
	// Output: 300 weight 3.000, bias -1.000 true
}

// A model that was trained on one device computes on another.
func ExampleCopy() {
	dev := cpu.New()
	defer dev.Close()
	model := line(dev, 1)
	fitLine(model, nn.NewAdam(nn.Parameters(model), nn.OptimizerOptions{LearningRate: 0.1}), 300)

	sim, err := device.Open("sim") // or "cuda"
	if err != nil {
		log.Fatal(err)
	}
	defer sim.Close()
	twin := nn.NewLinear(nn.NewInitializer(sim, 2), 1, 1, nn.Identity)
	if err := nn.Copy(twin, model); err != nil {
		log.Fatal(err)
	}
	tape := autograd.NewTape(sim)
	y, err := twin.Forward(tape.Constant([]float32{10}, 1, 1)).Item()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.2f\n", y)
	// Output: 29.00
}

// The bias of a line is kept while its weight is trained.
func ExampleFreeze() {
	dev := cpu.New()
	defer dev.Close()
	model := line(dev, 1)
	model.Bias.Value.Write([]float32{7})
	model.Bias.Frozen = true // nn.Freeze(part) freezes all parameters of a part
	fitLine(model, nn.NewSGD(nn.Parameters(model), nn.OptimizerOptions{LearningRate: 0.1}, 0, false), 100)
	fmt.Println(weights(model))

	nn.Unfreeze(model)
	fitLine(model, nn.NewSGD(nn.Parameters(model), nn.OptimizerOptions{LearningRate: 0.1}, 0, false), 300)
	fmt.Println(weights(model))
	// Output:
	// weight 0.333, bias 7.000
	// weight 3.000, bias -1.000
}

// The average of the parameters over the last steps is evaluated and saved.
func ExampleEMA() {
	dev := cpu.New()
	defer dev.Close()
	model := line(dev, 1)
	adam := nn.NewAdam(nn.Parameters(model), nn.OptimizerOptions{LearningRate: 0.1})
	ema := nn.NewEMA(model, 0.9)
	for range 400 {
		fitLine(model, adam, 1)
		ema.Update()
	}
	ema.With(func() { fmt.Println(weights(model)) }) // the model has the average in here
	if err := nn.Save(new(bytes.Buffer), ema, nil); err != nil {
		log.Fatal(err)
	}
	// Output: weight 3.000, bias -1.000
}

// Training stops between two steps when its context is cancelled.
func Example_cancellation() {
	dev := cpu.New()
	defer dev.Close()
	model := line(dev, 1)
	adam := nn.NewAdam(nn.Parameters(model), nn.OptimizerOptions{LearningRate: 0.1})

	train := func(ctx context.Context, steps int) error {
		for range steps {
			if err := ctx.Err(); err != nil {
				return fmt.Errorf("stopped after %d steps: %w", adam.Steps(), err)
			}
			fitLine(model, adam, 1)
		}
		return nil
	}

	ctx, cancel := context.WithCancel(context.Background()) // or signal.NotifyContext
	fmt.Println(train(ctx, 10))
	cancel()
	fmt.Println(train(ctx, 10))
	// Output:
	// <nil>
	// stopped after 10 steps: context canceled
}

// A sample of a Gaussian through which gradients flow to its mean and variance.
func ExampleReparameterize() {
	dev := cpu.New()
	defer dev.Close()
	tape := autograd.NewTape(dev)
	mu := tape.Variable(autograd.TensorOf(dev, []float32{5}, 1))
	logvar := tape.Variable(autograd.TensorOf(dev, []float32{-20}, 1)) // all but certain
	z := nn.Reparameterize(mu, logvar, 1, 0)
	tape.Backward(autograd.Sum(autograd.Square(z)))

	value, err := z.Item()
	if err != nil {
		log.Fatal(err)
	}
	var gradient [1]float32
	if err := dev.Read(gradient[:], mu.Grad()); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.2f %.1f\n", value, gradient)
	// Output: 5.00 [10.0]
}

func ExampleWarmup() {
	schedule := nn.Warmup(2, nn.Cosine(4, 0))
	for step := range 7 {
		fmt.Printf("%.2f ", schedule(step))
	}
	// Output: 0.50 1.00 1.00 0.85 0.50 0.15 0.00
}
