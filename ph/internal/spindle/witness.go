package spindle

import "math"

// margin is the part of the squared length of an edge by which a point must lie inside of
// the spindle to be a witness; see the package comment.
const margin = 1e-6

// witnesses are points c around a point a, for the test whether c is in the spindle of the
// edge from a to b.
type witnesses struct {
	count   int
	recent  int                           // the witness that last passed a test
	z       [maxWitnesses][maxDim]float64 // c−a
	squared [maxWitnesses]float64         // |c−a|²
	norm    [maxWitnesses]float64         // |c−a|
}

const maxWitnesses = 48

// add adds the point at z from a.
func (w *witnesses) add(z []float64, squared float64) {
	if w.count == maxWitnesses || squared < tiny {
		return
	}
	copy(w.z[w.count][:], z)
	w.squared[w.count], w.norm[w.count] = squared, math.Sqrt(squared)
	w.count++
}

// cover reports whether one witness certainly is in the spindles of the edges from a to all
// points of the ball around a+y with a radius.
//
// The witness a+z is in the spindle of the edge to a+y if y−z and z make an angle of at
// most 30°, that is if √3·|z|·|p| ≤ z·(y−z), where p is the part of y orthogonal to z. The
// difference of both sides, divided by 2|z|, is the distance of y from the surface of the cone
// of these y; so the whole ball is in the cone if the difference is at least 2|z|·radius.
func (w *witnesses) cover(y []float64, squared, radius float64) bool {
	if squared < tiny || squared <= 4*radius*radius {
		return false
	}
	length := math.Sqrt(squared) + radius
	spare := margin * length * length
	if w.recent < w.count && w.covers(w.recent, y, squared, radius, spare) {
		return true
	}
	for i := range w.count {
		if w.covers(i, y, squared, radius, spare) {
			w.recent = i
			return true
		}
	}
	return false
}

func (w *witnesses) covers(i int, y []float64, squared, radius, spare float64) bool {
	dot := 0.0
	for d, v := range w.z[i][:len(y)] {
		dot += v * y[d]
	}
	rest := dot - w.squared[i] - 2*w.norm[i]*radius - spare
	return rest > 0 && rest*rest >= 3*(squared*w.squared[i]-dot*dot)
}
