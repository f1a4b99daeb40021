package synth

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/topoloss"
	"github.com/topogen/topogen/viz"
)

// Experiments is the number of experiments. Their numbers begin with 1.
const Experiments = 3

// OriginalWindow is the part of the plane that the animations of the original Topo-GEN show.
var OriginalWindow = viz.Window{XMin: -10, XMax: 40, YMin: -40, YMax: 40}

// Experiment returns one of the three experiments of the original Topo-GEN,
// with its clouds drawn from a seed. The terms are the bottleneck distances in
// degrees 0 and 1.
//
//  1. Five clusters become three, as far apart as three given points.
//  2. Two clusters become four.
//  3. Two parallel segments become a circle.
func Experiment(number int, seed uint64) (Config, error) {
	r := rand.New(rand.NewPCG(seed, uint64(number)))
	c := Defaults()
	c.Seed = seed
	switch number {
	case 1:
		c.Title = "Experiment 1: five clusters become three"
		c.Steps, c.LearningRate, c.FrameEvery, c.Gap = 15000, 0.01, 50, 4
		c.Start = clusters(r, 0.5, spot{10, 0, 0}, spot{10, 10, 0}, spot{10, 0, 20}, spot{10, 30, 30}, spot{24, 10, -25})
		c.Truth = clusters(r, 0, spot{1, 5, 5}, spot{1, 10, 10}, spot{1, 20, 6})
	case 2:
		c.Title = "Experiment 2: two clusters become four"
		c.Steps, c.LearningRate, c.FrameEvery, c.Gap = 2500, 0.05, 25, 3
		c.Start = clusters(r, 0.4, spot{30, 0, 0}, spot{34, 10, 5})
		c.Truth = clusters(r, 0.3, spot{30, 0, 0}, spot{20, 10, 0}, spot{30, -5, 4}, spot{48, 8, 13})
	case 3:
		c.Title = "Experiment 3: two segments become a circle"
		c.Steps, c.LearningRate, c.FrameEvery, c.Gap = 7500, 0.1, 50, 3
		c.Start, c.Truth = segments(r), circle(r, 100, 5)
	default:
		return Config{}, fmt.Errorf("there is no experiment %d: 1, 2 and 3 exist", number)
	}
	return c, nil
}

// Between returns a configuration for given clouds. If truth is nil, the caller must set
// TrueDiagrams. Learning rate, gap and steps follow from the size of the clouds.
func Between(start, truth *ph.Points[float32]) Config {
	c := Defaults()
	c.Title = "A cloud moved by its persistence"
	c.Steps, c.FrameEvery = 2500, 25
	c.Start, c.Truth = start, truth
	size := size(start)
	c.LearningRate, c.Gap = size/500, size/10
	return c
}

// OriginalWeights are the weights of the original experiments, in the order of
// [topoloss.OriginalNames].
var OriginalWeights = [7]float64{1, 1}

// Defaults returns what the configurations of all experiments share.
func Defaults() Config {
	return Config{
		Device: "cpu", Seed: 1, Optimizer: Adam, Push: true,
		Topo: topoloss.Specs{{Name: "bottleneck0", Where: topoloss.Output, Weight: 1}, {Name: "bottleneck1", Where: topoloss.Output, Weight: 1}},
	}
}

// A spot is the centre of a cluster, with the number of its points.
type spot struct {
	points int
	x, y   float64
}

// clusters draws points uniformly from the square of the given half side around
// each spot.
func clusters(r *rand.Rand, half float64, spots ...spot) *ph.Points[float32] {
	c := &ph.Points[float32]{Dim: 2}
	for _, s := range spots {
		for range s.points {
			c.Coords = append(c.Coords, float32(s.x+half*(2*r.Float64()-1)), float32(s.y+half*(2*r.Float64()-1)))
		}
	}
	return c
}

// segments draws two rows of 32 points.
func segments(r *rand.Rand) *ph.Points[float32] {
	const noise = 0.1
	c := &ph.Points[float32]{Dim: 2}
	for _, row := range []struct{ x, dx, dy float64 }{{0, 0, 0.7}, {5, 0.2, 0.9}} {
		for i := range 32 {
			x, y := row.x+row.dx*float64(i), row.dy*float64(i)
			c.Coords = append(c.Coords, float32(x+noise*(2*r.Float64()-1)), float32(y+noise*(2*r.Float64()-1)))
		}
	}
	return c
}

// circle draws n points uniformly from a circle around the origin.
func circle(r *rand.Rand, n int, radius float64) *ph.Points[float32] {
	c := &ph.Points[float32]{Dim: 2}
	for range n {
		sin, cos := math.Sincos(2 * math.Pi * r.Float64())
		c.Coords = append(c.Coords, float32(radius*cos), float32(radius*sin))
	}
	return c
}

// size returns the greatest extent of a cloud along an axis, 1 if it has none or is nil.
func size(c *ph.Points[float32]) float64 {
	if c == nil {
		return 1
	}
	size := 0.0
	for k := range c.Dim {
		low, high := c.Coords[k], c.Coords[k]
		for i := range c.Len() {
			low, high = min(low, c.At(i)[k]), max(high, c.At(i)[k])
		}
		size = max(size, float64(high)-float64(low))
	}
	if size == 0 {
		return 1
	}
	return size
}
