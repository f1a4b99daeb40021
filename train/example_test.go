package train_test

import (
	"context"
	"fmt"
	"os"

	"github.com/topogen/topogen/data/fashionmnist"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/run"
	"github.com/topogen/topogen/train"
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
	r, err := train.New(config, train.Environment{Device: dev, Data: fashionmnist.Embedded(60), Folder: folder})
	if err != nil {
		panic(err)
	}
	defer r.Close()
	if err := r.Train(context.Background()); err != nil {
		panic(err)
	}
	summary, err := r.Finish()
	if err != nil {
		panic(err)
	}
	fmt.Println(summary.Steps, "steps;", summary.VAETest < 600, summary.TopoVAETest < 600)
	// Output: 2 steps; true true
}
