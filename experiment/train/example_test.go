package train_test

import (
	"context"
	"fmt"
	"os"

	"github.com/topogen/topogen/data/fashionmnist"
	"github.com/topogen/topogen/experiment/run"
	"github.com/topogen/topogen/experiment/train"
	"github.com/topogen/topogen/kernels/cpu"
)

// A short run on images that a program draws.
func Example() {
	dir, err := os.MkdirTemp("", "train")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	config := train.Default()
	config.BatchSize, config.MaxSteps = 16, 2
	folder, err := run.Create(dir, config)
	if err != nil {
		panic(err)
	}
	dev := cpu.New()
	defer dev.Close()
	r, err := train.New(config, fashionmnist.Embedded(60), run.Environment{Device: dev, Folder: folder})
	if err != nil {
		panic(err)
	}
	defer r.Close()
	ctx := context.Background()
	if err := r.Train(ctx); err != nil {
		panic(err)
	}
	summary, err := r.Finish(ctx)
	if err != nil {
		panic(err)
	}
	fmt.Println(summary.Steps, "steps;", summary.Test[0] < 600, summary.Test[1] < 600)
	// Output: 2 steps; true true
}
