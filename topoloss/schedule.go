package topoloss

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/topogen/topogen/autograd"
)

// A Schedule says in which steps a term counts, and how much. The zero value lets it
// count fully in every step.
type Schedule struct {
	// Start is the number of the first step in which the term counts.
	Start uint64
	// Every is the number of steps from one in which the term counts to the next. 0
	// stands for 1.
	Every uint64
	// Warmup is the number of steps, from Start on, over which the weight grows
	// linearly. It is full in the last of these steps and from then on.
	Warmup uint64
	// Fade is the number of steps, from the first with the full weight on, over which the
	// weight falls linearly. It is 0 at their end and from then on. With 0 it never falls.
	Fade uint64
}

// factor returns the factor by which a step multiplies the weight: 0 in a step in which the
// term does not count.
func (s Schedule) factor(step uint64) float64 {
	switch {
	case step < s.Start || s.Every > 1 && (step-s.Start)%s.Every != 0:
		return 0
	case step-s.Start+1 < s.Warmup:
		return float64(step-s.Start+1) / float64(s.Warmup)
	case s.Fade == 0:
		return 1
	}
	full := s.Start + max(s.Warmup, 1) - 1 // the first step with the full weight
	return max(0, 1-float64(step-full)/float64(s.Fade))
}

// CommonOptions returns the options that every kind of term has.
func CommonOptions() []Option {
	share := positive("share", 1, "share of the points that the term looks at, drawn afresh in each step")
	share.max = 1
	return []Option{
		count(0, "start", 0, "number of the first step in which the term counts"),
		count(0, "warmup", 0, "steps over which the weight grows to its full size"),
		count(0, "fade", 0, "steps over which the weight falls from its full size to 0; 0 for never"),
		count(1, "every", 1, "distance between the steps in which the term counts"),
		share,
		choice("balance", "whether the weight is the norm of the gradient that the term sends to its points", "no", "yes"),
	}
}

// schedule returns the term's schedule.
func (s settings) schedule() Schedule {
	return Schedule{Start: uint64(s.count("start")), Every: uint64(s.count("every")), Warmup: uint64(s.count("warmup")), Fade: uint64(s.count("fade"))}
}

// shareOf returns in with a random share of the rows of x and of batch, at least one row of
// each. If both have the same number of rows, it takes the same rows of both, so that each
// point keeps its true point.
func shareOf(in input, share float64) (input, error) {
	if in.batch == nil {
		return in, fmt.Errorf("a term looks at a share of the points, which needs the true points, Step.Batch")
	}
	n, _, err := cloudSize(in.x.Shape())
	if err != nil {
		return in, err
	}
	m, _, err := cloudSize(in.batch.Shape())
	if err != nil {
		return in, err
	}
	rows := func(n int) []int32 {
		random := rand.New(rand.NewPCG(in.seed^shareStream, in.step))
		chosen := make([]int32, 0, n)
		for _, i := range random.Perm(n)[:max(1, int(share*float64(n)+0.5))] {
			chosen = append(chosen, int32(i))
		}
		return chosen
	}
	in.x, in.batch = autograd.GatherRows(in.x, rows(n)), autograd.GatherRows(in.batch, rows(m))
	return in, nil
}

// shareStream makes the random numbers of shareOf independent of those that other code
// draws with the same seed and step.
const shareStream = 0x5ba9e

func commonHelp() string {
	var b strings.Builder
	b.WriteString("Every term has the options\n")
	for _, o := range CommonOptions() {
		fmt.Fprintf(&b, "  %s=%s: %s\n", o.Name, o.Default, o.Doc)
	}
	return b.String()
}
