package run_test

import (
	"fmt"
	"os"

	"github.com/topogen/topogen/experiment/run"
)

func Example() {
	dir, err := os.MkdirTemp("", "run")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	folder, err := run.Create(dir, struct{ Seed int }{7})
	if err != nil {
		panic(err)
	}
	metrics, err := folder.CreateMetrics("metrics.csv", []string{"step", "loss"})
	if err != nil {
		panic(err)
	}
	for step := range 3 {
		if err := metrics.Append([]float64{float64(step), 1 / float64(step+1)}); err != nil {
			panic(err)
		}
	}
	if err := metrics.Close(); err != nil {
		panic(err)
	}
	table, err := os.ReadFile(folder.Path("metrics.csv"))
	if err != nil {
		panic(err)
	}
	fmt.Print(string(table))
	// Output:
	// step,loss
	// 0,1
	// 1,0.5
	// 2,0.3333333333333333
}
