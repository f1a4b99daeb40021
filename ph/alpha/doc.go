// Package alpha builds alpha complexes, the filtered Delaunay triangulations of points in the
// plane and in space, for [ph.Compute].
//
// # What it is
//
// Let a ball grow around each point. The alpha complex at radius r has the homology of the
// union of the balls of radius r: their components, loops and voids (Edelsbrunner and Mücke,
// Three-dimensional alpha shapes, 1994). Its simplices are those of the Delaunay
// triangulation, about 6 for each point in the plane and 28 in space. So it serves many more
// points than a Vietoris–Rips complex, and exactly in all degrees, but only few dimensions.
// A component that dies at radius r here dies at 2r in a Vietoris–Rips filtration.
//
//	complex, err := alpha.New(ctx, points, alpha.Options{})
//	…
//	result, err := ph.Compute(ctx, complex, ph.Options{MaxDegree: 2})
//
// # Values
//
// A simplex is a Gabriel simplex if no point lies inside its smallest circumsphere. A Gabriel
// simplex enters at the squared radius of this sphere. Any other simplex enters with the
// first of its cofacets. Points enter at 0. So values are squared radii, as in GUDHI; with
// the option Radii they are radii.
//
// # Gradients
//
// The value of each simplex is the squared radius of the circumsphere of one simplex,
// itself or one that it is a face of. A bar names these by number: BirthCell and DeathCell
// are {s, s} for sphere s. [Complex.Sphere] returns the points of a sphere, and
// [Complex.AddGradient] adds the derivatives of its value with respect to their coordinates.
// For a sphere with center c and c = Σ λ_i·p_i, Σ λ_i = 1, the derivative of the squared
// radius with respect to p_i is 2·λ_i·(p_i − c).
//
// # Degenerate input
//
// All decisions about the triangulation are exact. Where more points lie on one sphere than a
// simplex has, the triangulation is chosen by the coordinates of the points alone; the
// diagrams do not depend on this choice. Of coinciding points the one with the lowest index
// is a vertex. Points in a plane, on a line or at one place have the complex of that plane,
// line or place. Values are rounded, to a relative error of about 10⁻¹², and a simplex never
// enters before its faces.
package alpha
