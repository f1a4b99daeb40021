package ph

// An Edge is a pair of points, by index. {v, v} stands for the vertex v, and
// {-1, -1} for no edge.
type Edge struct{ U, V int32 }

// A Bar is one feature of a filtration: a class that is born at the value
// Birth and dies at the value Death, +Inf for an essential class.
//
// BirthEdge and DeathEdge are the pairing: the edges whose lengths are Birth and
// Death. In degree 0 the birth edge is a vertex {v, v}; an essential class has
// the death edge {-1, -1}.
type Bar struct {
	Birth, Death         float64
	BirthEdge, DeathEdge Edge
}
