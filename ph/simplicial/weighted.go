package simplicial

import (
	"fmt"
	"math"
	"slices"

	"github.com/topogen/topogen/ph"
)

// WeightedRipsOptions say which weighted Rips filtration to build. The zero value asks for
// degree 0 with the power 1 and no threshold.
type WeightedRipsOptions struct {
	// Degree is the highest degree of homology that the complex serves: it has simplices of
	// one dimension more.
	Degree int

	// Power is the power p: 1, 2 or +Inf; 0 stands for 1. Any other power is an error.
	Power float64

	// Threshold is the greatest value at which a simplex may enter; 0 stands for none.
	Threshold float64
}

// WeightedRips returns the weighted Rips filtration of points with weights w, which must be
// finite and not negative. At the scale t each point with r = t/2 ≥ w has a ball of radius
// (r^p − w^p)^(1/p) around it, where p is the power. A point enters at t = 2w, an edge when
// two balls meet, and a simplex with the last of its edges. Let two points have the distance
// D and the weights a/2 and b/2. The edge between them enters at
//
//	p = 1:  max(a, b) if D ≤ |a−b|/2, else D + (a+b)/2
//	p = 2:  max(a, b) if 4D² ≤ |a²−b²|, else √((D²+((a+b)/2)²)·(D²+((a−b)/2)²))/D
//	p = ∞:  max(D, a, b)
//
// (Anai et al., DTM-based filtrations, 2019, section 3). The Cell of a simplex is the edge
// {U, V} or the vertex {v, v} that decides its value.
func WeightedRips(d ph.Distances, weights []float64, o WeightedRipsOptions) (*Complex, error) {
	if err := ph.CheckDistances(d); err != nil {
		return nil, err
	}
	n := d.Len()
	if len(weights) != n {
		return nil, fmt.Errorf("simplicial: %d weights for %d points", len(weights), n)
	}
	if o.Power == 0 {
		o.Power = 1
	}
	switch {
	case o.Degree < 0:
		return nil, fmt.Errorf("simplicial: degree %d: the least degree is 0", o.Degree)
	case !(o.Threshold >= 0):
		return nil, fmt.Errorf("simplicial: threshold %v: want a number that is not negative", o.Threshold)
	case o.Power != 1 && o.Power != 2 && !math.IsInf(o.Power, 1):
		return nil, fmt.Errorf("simplicial: power %v: want 1, 2 or +Inf", o.Power)
	}
	limit := o.Threshold
	if limit == 0 {
		limit = math.Inf(1)
	}
	var vertices []Simplex
	edges := make([]map[int32]Simplex, n) // for each point the edges to points after it
	for i, w := range weights {
		if !(w >= 0) || math.IsInf(w, 1) {
			return nil, fmt.Errorf("simplicial: point %d has the weight %v: weights must be finite and not negative", i, w)
		}
		if 2*w <= limit {
			vertices = append(vertices, Simplex{ph.Simplex{int32(i)}, 2 * w, ph.Cell{U: int32(i), V: int32(i)}})
		}
		edges[i] = make(map[int32]Simplex)
	}
	for i := range n {
		for j := range i {
			length := d.Distance(i, j)
			if !(length >= 0) {
				return nil, fmt.Errorf("simplicial: the distance of points %d and %d is %v: want a number that is not negative", i, j, length)
			}
			if e := weightedEdge(i, j, length, 2*weights[i], 2*weights[j], o.Power); e.Value <= limit && !math.IsInf(e.Value, 1) {
				edges[j][int32(i)] = e
			}
		}
	}
	return New(expand(vertices, edges, o.Degree+1))
}

// weightedEdge returns the edge between points i > j. Point i enters at a, point j at b.
func weightedEdge(i, j int, length, a, b, power float64) Simplex {
	s := Simplex{Points: ph.Simplex{int32(j), int32(i)}, Value: a, Cell: ph.Cell{U: int32(i), V: int32(i)}}
	if b > a {
		s.Value, s.Cell = b, ph.Cell{U: int32(j), V: int32(j)}
	}
	value := length
	switch power {
	case 1:
		value = length + (a+b)/2
		if length <= math.Abs(a-b)/2 {
			return s
		}
	case 2:
		if 4*length*length <= math.Abs(a*a-b*b) {
			return s
		}
		plus, minus := (a+b)/2, (a-b)/2
		value = math.Sqrt((length*length+plus*plus)*(length*length+minus*minus)) / length
	}
	if value > s.Value {
		s.Value, s.Cell = value, ph.Cell{U: int32(i), V: int32(j)}
	}
	return s
}

// expand returns the vertices, the edges and all simplices up to dimension dim all of whose
// edges are given. edges has, for each point, the edges to points after it.
func expand(vertices []Simplex, edges []map[int32]Simplex, dim int) []Simplex {
	all := slices.Clone(vertices)
	var extend func(s Simplex, candidates []int32)
	extend = func(s Simplex, candidates []int32) {
		all = append(all, s)
		if len(s.Points) > dim {
			return
		}
		for k, v := range candidates {
			t := Simplex{append(slices.Clone(s.Points), v), s.Value, s.Cell}
			for _, u := range s.Points {
				if e := edges[u][v]; e.Value > t.Value {
					t.Value, t.Cell = e.Value, e.Cell
				}
			}
			var next []int32
			for _, w := range candidates[k+1:] {
				if _, ok := edges[v][w]; ok {
					next = append(next, w)
				}
			}
			extend(t, next)
		}
	}
	if dim < 1 {
		return all
	}
	for u, list := range edges {
		var after []int32
		for v := range list {
			after = append(after, v)
		}
		slices.Sort(after)
		for k, v := range after {
			var candidates []int32
			for _, w := range after[k+1:] {
				if _, ok := edges[v][w]; ok {
					candidates = append(candidates, w)
				}
			}
			extend(edges[u][v], candidates)
		}
	}
	return all
}

// DistanceToMeasure returns the distance of each point to the empirical measure of all
// points (Chazal, Cohen-Steiner and Mérigot, Geometric inference for probability measures,
// 2011). Take the k nearest points of a point, itself included, and the mean of the q-th
// powers of their distances from it. The result is this mean to the power 1/q. It is large at
// outliers. k must be from 1 to the number of points; q must be at least 1 and finite.
func DistanceToMeasure(d ph.Distances, k int, q float64) ([]float64, error) {
	if err := ph.CheckDistances(d); err != nil {
		return nil, err
	}
	n := d.Len()
	if k < 1 || k > n {
		return nil, fmt.Errorf("simplicial: k is %d: want 1 to %d nearest points, as there are %d points", k, n, n)
	}
	if !(q >= 1) || math.IsInf(q, 1) {
		return nil, fmt.Errorf("simplicial: power %v: want a number of at least 1", q)
	}
	weights := make([]float64, n)
	row := make([]float64, n)
	for i := range n {
		for j := range n {
			row[j] = d.Distance(i, j)
			if !(row[j] >= 0) {
				return nil, fmt.Errorf("simplicial: the distance of points %d and %d is %v: want a number that is not negative", i, j, row[j])
			}
		}
		slices.Sort(row)
		sum := 0.0
		for _, x := range row[:k] {
			sum += math.Pow(x, q)
		}
		weights[i] = math.Pow(sum/float64(k), 1/q)
	}
	return weights, nil
}
