package study_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"

	"github.com/topogen/topogen/study"
)

// A walk is a runner. Its metric is the end of a random walk whose steps have the mean drift, a
// setting.
type walk struct{}

func (walk) Check(u study.Unit) error {
	_, err := strconv.ParseFloat(string(u.Settings["drift"]), 64)
	return err
}

func (walk) Run(ctx context.Context, u study.Unit, dir string) (*study.Outcome, error) {
	drift, err := strconv.ParseFloat(string(u.Settings["drift"]), 64)
	if err != nil {
		return nil, err
	}
	noise := rand.New(rand.NewPCG(u.Seed, 0)) // equal for all arms: runs are paired
	end := 0.0
	for range 100 {
		end += drift + noise.NormFloat64()
	}
	return &study.Outcome{Metrics: map[string]float64{"end": end}}, nil
}

func Example() {
	plan, err := study.Parse(strings.NewReader(`{
		"title": "Drift", "baseline": "none",
		"arms": [
			{"name": "none", "settings": {"drift": 0}},
			{"name": "drift", "settings": {"drift": 0.5}}
		],
		"seeds": {"reporting": [1, 2, 3, 4, 5, 6, 7, 8]},
		"metrics": [{"name": "end", "better": "higher"}]
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	dir, err := os.MkdirTemp("", "study")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	store, err := study.Create(dir+"/drift", plan)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := store.Run(context.Background(), plan.Units(study.Test), walk{}, study.Options{}); err != nil {
		fmt.Println(err)
		return
	}
	evidence, err := store.Evidence()
	if err != nil {
		fmt.Println(err)
		return
	}
	c := evidence.Compared[0]
	fmt.Printf("%s: %+.1f, p = %.4f, %s", c.Arm, c.Difference, c.Holm, c.Verdict)
	// Output:
	// drift: +50.0, p = 0.0078, better
}
