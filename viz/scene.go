package viz

import (
	"fmt"
	"math"
	"slices"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/distance"
)

// A Scene is a cloud and its persistence at one moment, and what they are
// compared with. All parts are optional; each picture shows those that concern
// it.
type Scene struct {
	Title string

	// Cloud is drawn solid, over True, hollow. Clouds in R² are drawn as they
	// are, in R³ in parallel projection; in more dimensions the first three
	// coordinates are shown.
	Cloud, True *ph.Points[float32]
	// Axes has the names of the coordinates, none if empty.
	Axes []string
	// Edges are drawn between points of Cloud: the cycle of a bar, for instance,
	// or its birth and death edges. TrueEdges are drawn between points of True.
	Edges, TrueEdges []ph.Cell
	// Representatives of bars of Diagrams are drawn between points of Cloud, each in the
	// colour of its bar in a barcode.
	Representatives []Representative

	// Diagrams are drawn solid, over Target, hollow.
	Diagrams, Target []ph.Diagram
	// Matches connect bars of Diagrams with bars of Target.
	Matches []Match

	// Window is the part of the plane that is shown of clouds in R²; all of them
	// if zero.
	Window Window
	// Limit is the largest birth or death that diagrams have room for; that of
	// all finite bars if zero.
	Limit float64
}

// Clone returns a copy that shares only True and Target with s. An animation needs it
// where the cloud moves on, and diagrams are computed in place, after each scene.
func (s Scene) Clone() Scene {
	if s.Cloud != nil {
		s.Cloud = &ph.Points[float32]{Dim: s.Cloud.Dim, Coords: slices.Clone(s.Cloud.Coords)}
	}
	s.Edges, s.TrueEdges, s.Matches = slices.Clone(s.Edges), slices.Clone(s.TrueEdges), slices.Clone(s.Matches)
	s.Representatives = slices.Clone(s.Representatives)
	for i := range s.Representatives {
		s.Representatives[i].Edges = slices.Clone(s.Representatives[i].Edges)
	}
	s.Diagrams = slices.Clone(s.Diagrams)
	for i := range s.Diagrams {
		s.Diagrams[i].Bars = slices.Clone(s.Diagrams[i].Bars)
	}
	return s
}

// A Match pairs bar A of the scene's diagram of a degree with bar B of the target
// diagram of that degree; distance.Diagonal stands for the diagonal.
type Match struct {
	Degree int
	distance.Match
}

// check returns an error that names what cannot be drawn.
func (s *Scene) check() error {
	for _, part := range []struct {
		name string
		*ph.Points[float32]
	}{{"cloud", s.Cloud}, {"true cloud", s.True}} {
		if part.Points == nil {
			continue
		}
		if part.Dim < 1 || len(part.Coords)%part.Dim != 0 {
			return fmt.Errorf("viz: %d coordinates are not a %s in R^%d", len(part.Coords), part.name, part.Dim)
		}
		for i, v := range part.Coords {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				return fmt.Errorf("viz: %s: coordinate %d of point %d is %v", part.name, i%part.Dim, i/part.Dim, v)
			}
		}
	}
	type chain struct {
		name  string
		edges []ph.Cell
		cloud *ph.Points[float32]
	}
	chains := []chain{{"edge", s.Edges, s.Cloud}, {"true edge", s.TrueEdges, s.True}}
	for i, r := range s.Representatives {
		if _, ok := barOf(s.Diagrams, r.Degree, r.Bar); !ok {
			return fmt.Errorf("viz: representative %d: the diagram of degree %d has no bar %d", i, r.Degree, r.Bar)
		}
		chains = append(chains, chain{fmt.Sprintf("representative %d: edge", i), r.Edges, s.Cloud})
	}
	for _, part := range chains {
		for i, e := range part.edges {
			n := 0
			if part.cloud != nil {
				n = part.cloud.Len()
			}
			if e.U < 0 || e.V < 0 || int(e.U) >= n || int(e.V) >= n {
				return fmt.Errorf("viz: %s %d joins points %d and %d of a cloud of %d", part.name, i, e.U, e.V, n)
			}
		}
	}
	for _, part := range []struct {
		name     string
		diagrams []ph.Diagram
	}{{"diagram", s.Diagrams}, {"target diagram", s.Target}} {
		for _, d := range part.diagrams {
			if d.Degree < 0 {
				return fmt.Errorf("viz: the %s has degree %d", part.name, d.Degree)
			}
			for i, b := range d.Bars {
				if math.IsNaN(b.Birth) || math.IsInf(b.Birth, 0) || math.IsNaN(b.Death) || b.Death < b.Birth {
					return fmt.Errorf("viz: %s of degree %d: bar %d is born at %v and dies at %v", part.name, d.Degree, i, b.Birth, b.Death)
				}
			}
		}
	}
	for i, m := range s.Matches {
		if _, ok := barOf(s.Diagrams, m.Degree, m.A); !ok && m.A != distance.Diagonal {
			return fmt.Errorf("viz: match %d: the diagram of degree %d has no bar %d", i, m.Degree, m.A)
		}
		if _, ok := barOf(s.Target, m.Degree, m.B); !ok && m.B != distance.Diagonal {
			return fmt.Errorf("viz: match %d: the target diagram of degree %d has no bar %d", i, m.Degree, m.B)
		}
	}
	if s.Window != (Window{}) {
		if err := s.Window.Validate(); err != nil {
			return fmt.Errorf("viz: the window %w", err)
		}
	}
	if !(s.Limit >= 0) || math.IsInf(s.Limit, 0) {
		return fmt.Errorf("viz: the diagram's limit is %v, want a positive number, or 0 for all bars", s.Limit)
	}
	return nil
}

// barOf returns bar i of the diagram of a degree, if there is one.
func barOf(diagrams []ph.Diagram, degree, i int) (ph.Bar, bool) {
	for _, d := range diagrams {
		if d.Degree == degree && i >= 0 && i < len(d.Bars) {
			return d.Bars[i], true
		}
	}
	return ph.Bar{}, false
}
