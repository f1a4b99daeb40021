package train

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/topogen/topogen/experiment/run"
	"github.com/topogen/topogen/ph"
)

// A loop of the test set stands out if it lives from one scale to at least loopRatio times
// that scale, and at least half as long as the longest such loop. Loops between points that
// lie at random end at less than about twice the scale of their birth (Bobrowski and Skraba,
// arXiv:2207.03926). A loop of samples stands out if it lives at least half as long as the
// longest of the test set, and from one scale to loopRatio times that scale. There are at
// most maxLoops.
//
// A single sample in the middle of a loop halves the life of the loop. So the tenth of the
// samples with the farthest tenth neighbors is left out, as Carlsson, Ishkhanov, de Silva and
// Zomorodian (2008) leave out sparse regions of natural images.
const (
	loopRatio = 2
	maxLoops  = 6
	dense     = 0.9 // the share of samples in which loops are sought
	neighbor  = 10  // densest compares points by the distance of this neighbor
)

// A loop is a class of degree 1 with a representative cycle.
type loop struct {
	ph.Bar
	cycle []ph.Cell
}

// loops returns the loops that stand out among the chosen points of a cloud, the longest
// first: classes of degree 1 of the Rips filtration, with cycles. longest is the persistence
// of the longest loop of the test set. If it is 0, that of the cloud takes its place.
func loops(ctx context.Context, cloud *ph.Points[float32], chosen []int32, longest float64) ([]loop, error) {
	part := ph.Points[float32]{Dim: cloud.Dim}
	for _, i := range chosen {
		part.Coords = append(part.Coords, cloud.At(int(i))...)
	}
	result, err := new(ph.Engine).Compute(ctx, part, ph.Options{MaxDegree: 1, Cycles: true})
	if err != nil {
		return nil, err
	}
	var all []loop
	for _, c := range result.Classes[1] {
		if c.Death < loopRatio*c.Birth {
			continue
		}
		l := loop{Bar: c.Bar}
		for _, t := range c.Cycle {
			l.cycle = append(l.cycle, ph.Cell{U: chosen[t.Simplex[0]], V: chosen[t.Simplex[1]]})
		}
		all = append(all, l)
	}
	slices.SortStableFunc(all, func(a, b loop) int { return cmp.Compare(b.Persistence(), a.Persistence()) })
	if longest == 0 && len(all) > 0 {
		longest = all[0].Persistence()
	}
	for i := range all {
		if i == maxLoops || all[i].Persistence() < longest/2 {
			return all[:i], nil
		}
	}
	return all, nil
}

// densest returns the points with the nearest tenth neighbors, a given share of all, in
// ascending order.
func densest(cloud *ph.Points[float32], share float64) []int32 {
	n := cloud.Len()
	points, reach, row := make([]int32, n), make([]float64, n), make([]float64, n)
	for i := range n {
		points[i] = int32(i)
		for j := range n {
			row[j] = 0
			for k, x := range cloud.At(i) {
				d := float64(x) - float64(cloud.At(j)[k])
				row[j] += float64(d * d)
			}
		}
		slices.Sort(row)
		reach[i] = row[min(neighbor, n-1)] // row[0] is the point itself
	}
	slices.SortStableFunc(points, func(a, b int32) int { return cmp.Compare(reach[a], reach[b]) })
	points = points[:int(math.Ceil(share*float64(n)))]
	slices.Sort(points)
	return points
}

// cyclesOf returns the edges of the cycles of loops.
func cyclesOf(loops []loop) []ph.Cell {
	var edges []ph.Cell
	for _, l := range loops {
		edges = append(edges, l.cycle...)
	}
	return edges
}

// A loopRow holds the loops of a cloud that stand out, for the report.
type loopRow struct {
	cloud string
	loops []loop
}

// loopWords says in the report which loops the pictures and the table have.
func (r *Run) loopWords() string {
	if len(r.loops) == 0 {
		return ""
	}
	return fmt.Sprintf(" Lines are cycles of the loops that stand out, black in the test set and orange in the samples: those that live at least from one scale to %d times that scale, and half as long as the longest of the test set. The tenth of the samples that have the fewest neighbors does not count.", loopRatio)
}

// loopTable returns a table of the loops of the test set and of the samples.
func (r *Run) loopTable() run.Table {
	if len(r.loops) == 0 {
		return run.Table{}
	}
	t := run.Table{Head: []string{"points", "loops", "alive from scale to scale"}}
	for _, row := range r.loops {
		lives := ""
		for i, l := range row.loops {
			if i > 0 {
				lives += ", "
			}
			lives += fmt.Sprintf("%.2f–%.2f", l.Birth, l.Death)
		}
		t.Rows = append(t.Rows, []string{row.cloud, fmt.Sprint(len(row.loops)), lives})
	}
	return t
}
