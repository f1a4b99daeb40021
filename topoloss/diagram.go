package topoloss

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/ph"
)

// A Diagram makes the persistence diagram of a cloud a variable, as input for a network such
// as nn.PersLay. It is a workspace: the zero value is ready for use, once its fields are set.
type Diagram struct {
	Degree int // of the Vietoris–Rips filtration
	Bars   int // the number of bars of the variable, at least 1

	engine ph.Engine
	coords []float32
	bars   []ph.Bar
	index  []int32
}

// farthest is a distance. Devices compute squares of distances as float32, where that of a
// larger one may overflow.
const farthest = 1.8e19

// Of returns the longest finite bars of a cloud x, an array n×…, as a variable Bars×2 with a
// birth and a death in each row, the longest bar first. Bars of length 0 at 0 fill up the rest.
// Births and deaths are distances of points, through which gradients reach x. It is an error if
// one of them is too large to be squared as a float32.
func (d *Diagram) Of(ctx context.Context, x *autograd.Var) (*autograd.Var, error) {
	if d.Bars < 1 || d.Degree < 0 {
		return nil, fmt.Errorf("topoloss: a diagram of degree %d with %d bars: want a degree of at least 0 and at least 1 bar", d.Degree, d.Bars)
	}
	shape := x.Shape()
	if len(shape) < 2 || x.Len() == 0 {
		return nil, fmt.Errorf("topoloss: a diagram of an array of shape %v: want points n×…", shape)
	}
	n := shape[0]
	d.coords = reuse.Slice(d.coords, x.Len())
	if err := x.Read(d.coords); err != nil {
		return nil, fmt.Errorf("topoloss: reading points: %w", err)
	}
	result, err := d.engine.Compute(ctx, ph.Points[float32]{Dim: x.Len() / n, Coords: d.coords}, ph.Options{MaxDegree: d.Degree})
	if err != nil {
		return nil, fmt.Errorf("topoloss: %w", err)
	}
	d.bars = d.bars[:0]
	if d.Degree < len(result.Classes) {
		for _, c := range result.Classes[d.Degree] {
			if !c.Essential() {
				d.bars = append(d.bars, c.Bar)
			}
		}
	}
	for _, b := range d.bars {
		if b.Death > farthest {
			return nil, fmt.Errorf("topoloss: points %d and %d are too far apart for a float32 to say how far", b.DeathCell.U, b.DeathCell.V)
		}
	}
	slices.SortStableFunc(d.bars, func(a, b ph.Bar) int { return cmp.Compare(b.Persistence(), a.Persistence()) })
	// The distance of a point to itself, 0, stands for the birth of a point and for no bar.
	d.index = reuse.Slice(d.index, 2*d.Bars)
	clear(d.index)
	for i, b := range d.bars[:min(len(d.bars), d.Bars)] {
		d.index[2*i] = b.BirthCell.U*int32(n) + b.BirthCell.V
		d.index[2*i+1] = b.DeathCell.U*int32(n) + b.DeathCell.V
	}
	distances := autograd.Reshape(autograd.Distances(x), n*n, 1)
	return autograd.Reshape(autograd.GatherRows(distances, d.index), d.Bars, 2), nil
}
