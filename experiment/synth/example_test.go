package synth_test

import (
	"context"
	"fmt"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/data/cloud"
	"github.com/topogen/topogen/experiment/synth"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/topoloss"
)

// A regularizer of a user: it wants one loop with a persistence of 2 and no others.
func Example() {
	oneLoop := topoloss.Func(func(bars, _ []ph.Bar, gradients []topoloss.BarGradient) (value float64, ok bool) {
		longest := 0
		for i, b := range bars {
			value += b.Persistence()
			gradients[i] = topoloss.BarGradient{Birth: -1, Death: 1}
			if b.Persistence() > bars[longest].Persistence() {
				longest = i
			}
		}
		if len(bars) > 0 {
			value += 2 - 2*bars[longest].Persistence() // grow it, up to 2
			gradients[longest] = topoloss.BarGradient{Birth: 1, Death: -1}
		}
		return value, len(bars) > 0 && bars[longest].Persistence() < 2
	})
	ctx := context.Background()
	start, _ := cloud.Shape("disk,n=60", 1)
	loss := &topoloss.Loss{Terms: []topoloss.Term{{Name: "one loop", Degree: 1, Weight: 1, Regularizer: oneLoop}}}
	dev := cpu.New()
	defer dev.Close()
	apply := func(ctx context.Context, _ uint64, x *autograd.Var) (topoloss.Outcome, error) {
		r, err := loss.Apply(ctx, x, nil)
		return topoloss.Outcome{OK: r.OK, Value: r.Value, Var: r.Var}, err
	}
	mover, _ := synth.NewMover(dev, start, apply, synth.Adam, 0.02)
	for range 400 {
		if r, _ := mover.Step(ctx); !r.OK {
			break
		}
	}
	end, _ := mover.Cloud()
	before, _ := synth.DiagramsOf(ctx, dev, start)
	after, _ := synth.DiagramsOf(ctx, dev, end)
	fmt.Println("longer than 1:", synth.CountLonger(before, 1), "→", synth.CountLonger(after, 1))
	// Output: longer than 1: 1 cluster, 0 loops → 1 cluster, 1 loop
}
