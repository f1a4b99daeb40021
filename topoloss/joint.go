package topoloss

import (
	"fmt"
	"math/rand/v2"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/fused"
)

// A joint cloud holds the learnable points followed by the true points, or a random sample
// of each. Joint comparisons with the same [Term.Sample] share one joint cloud.
type joint struct {
	sample    int            // number of points to draw of each cloud, 0 for all
	n, m      int            // numbers of learnable and true points in the joint cloud
	points    *autograd.Var  // (n+m)×dim
	matrix    kernels.Buffer // (n+m)×(n+m) distances, on the device
	distances []float32      // a copy of matrix on the host
	pairs     []kernels.Pair

	learnable, true []int32 // rows of the drawn points in their clouds
	order           []int32 // workspace of choose
}

// measure draws the points of j and computes their distances.
func (j *joint) measure(in input) error {
	if in.batch == nil {
		return fmt.Errorf("it looks at distances to true points, which are known to an Objective only, with Step.Batch")
	}
	nx, dx, err := cloudSize(in.x.Shape())
	if err != nil {
		return err
	}
	ny, dy, err := cloudSize(in.batch.Shape())
	switch {
	case err != nil:
		return err
	case dx != dy:
		return fmt.Errorf("it measures distances between learnable and true points, but these have %d and %d coordinates", dx, dy)
	}
	j.pairs = j.pairs[:0]
	random := rand.New(rand.NewPCG(in.seed, in.step))
	x, y := autograd.Reshape(in.x, nx, dx), autograd.Reshape(in.batch, ny, dy)
	j.n, j.m = nx, ny
	if j.sample > 0 && j.sample < nx {
		j.n = j.sample
		j.learnable = j.choose(j.learnable, random, nx)
		x = autograd.GatherRows(x, j.learnable)
	}
	if j.sample > 0 && j.sample < ny {
		j.m = j.sample
		j.true = j.choose(j.true, random, ny)
		y = autograd.GatherRows(y, j.true)
	}
	j.points = autograd.Concat(0, x, y)
	tape, n := in.x.Tape(), j.n+j.m
	j.matrix = tape.Scratch(n * n)
	fused.Distances(tape.Device(), j.matrix, j.points.Value(), n, dx)
	j.distances = reuse.Slice(j.distances, n*n)
	if err := tape.Device().Read(j.distances, j.matrix); err != nil {
		return fmt.Errorf("distances of %d points: %w", n, err)
	}
	return nil
}

// choose returns j.sample different row numbers below n, in random order. It reuses the
// memory of rows.
func (j *joint) choose(rows []int32, random *rand.Rand, n int) []int32 {
	j.order = reuse.Slice(j.order, n)
	for i := range j.order {
		j.order[i] = int32(i)
	}
	rows = rows[:0]
	for i := range j.sample {
		k := i + random.IntN(n-i)
		j.order[i], j.order[k] = j.order[k], j.order[i]
		rows = append(rows, j.order[i])
	}
	return rows
}
