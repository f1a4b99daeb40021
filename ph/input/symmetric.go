package input

import (
	"bufio"
	"fmt"
	"io"
	"math"

	"github.com/topogen/topogen/ph"
)

// Full matrices have rounding errors. For instance, 1 minus a cosine leaves about −1e-16 on
// the diagonal, and a square root of such an error is 1e-8, or 3e-4 in float32. So two values
// of a distance count as equal in two cases: if their relative difference is at most that of
// numbers written with six digits, or if their squares differ by no more than a rounding
// error of the greatest square.
const (
	writtenDigits  = 1e-5 // relative to the distance
	squareRounding = 1e-6 // relative to the greatest square of a distance
)

// ReadPrecomputed reads a full matrix of distances in a format that otherwise holds points:
// [PointCloud], [NPY] or [NPZ]. It corrects rounding errors as the package comment says.
func ReadPrecomputed[T ph.Float](r io.Reader, f Format, note func(string)) (ph.Distances, error) {
	if note == nil {
		note = func(string) {}
	}
	p, err := readRows[T](r, f, note)
	if err != nil {
		return nil, err
	}
	if p.Len() != p.Dim {
		return nil, fmt.Errorf("%d rows of %d numbers are not a full matrix of distances", p.Len(), p.Dim)
	}
	data, err := symmetric(p.Dim, p.Coords, func(i int) string { return fmt.Sprint("row ", i) }, note)
	if err != nil {
		return nil, err
	}
	return joined(p.Dim, data), nil
}

// readRows reads an array whose rows are distances.
func readRows[T ph.Float](r io.Reader, f Format, note func(string)) (ph.Points[T], error) {
	if f == PointCloud {
		in := bufio.NewReader(r)
		begin, _ := in.Peek(beginning)
		switch known := FormatOf(begin); known {
		case NPY, NPZ:
			f = known
		}
		r = in
	}
	switch f {
	case PointCloud:
		l, err := newLexer(r, note)
		if err != nil {
			return ph.Points[T]{}, err
		}
		return readPointCloud[T](l, distances)
	case NPY:
		return readNPY[T](r, distances)
	case NPZ:
		return readNPZ[T](r, distances)
	}
	return ph.Points[T]{}, fmt.Errorf("precomputed distances are an array of the format %s, %s or %s, not %s", PointCloud, NPY, NPZ, f)
}

// symmetric makes a full matrix of n² entries symmetric, 0 on the diagonal and not negative.
// It changes data and returns it. It is an error if an entry differs by more than rounding
// from what is demanded. The mean replaces the two values of a distance, and 0 replaces
// −0. name returns the name of a row for error texts. symmetric calls note if a value
// changes.
func symmetric[T ph.Float](n int, data []T, name func(row int) string, note func(string)) ([]T, error) {
	greatest := 0.0
	for _, v := range data {
		if d := math.Abs(float64(v)); d > greatest && !math.IsInf(d, 1) {
			greatest = d
		}
	}
	isZero := func(v float64) bool { return math.Abs(v) <= math.Sqrt(squareRounding)*greatest }
	equal := func(v, w float64) bool {
		if v == w {
			return true
		}
		difference := math.Abs(v - w)
		return difference <= writtenDigits*math.Abs(v) ||
			difference/greatest*(math.Abs(v)+math.Abs(w)) <= squareRounding*greatest
	}
	changed, where := 0.0, ""
	change := func(i, j int, by float64) {
		if by > changed {
			changed, where = by, fmt.Sprintf("points %d and %d", i, j)
		}
	}
	for i := range n {
		row := data[i*n : (i+1)*n]
		if d := float64(row[i]); !isZero(d) || math.IsInf(d, 0) {
			return nil, fmt.Errorf("%s: the distance of point %d to itself is %v, not 0", name(i), i, row[i])
		}
		change(i, i, math.Abs(float64(row[i])))
		row[i] = 0
		for j, v := range row[:i] {
			w := data[j*n+i]
			if x := min(v, w); x < 0 && float64(x) < -squareRounding*greatest {
				at := i
				if w < v {
					at = j
				}
				return nil, fmt.Errorf("%s: %v: distances must not be negative", name(at), x)
			}
			if !equal(float64(v), float64(w)) {
				return nil, fmt.Errorf("%s: the distance of points %d and %d is %v, in %s it is %v", name(i), i, j, v, name(j), w)
			}
			mean := v
			if v != w {
				mean = v/2 + w/2
			}
			mean = max(mean, 0)
			change(i, j, math.Abs(float64(v)-float64(mean)))
			row[j], data[j*n+i] = mean, mean
		}
	}
	if changed > 0 {
		note(fmt.Sprintf("the matrix is made symmetric, not negative and 0 on its diagonal, which changes distances by up to %.3g (%s)", changed, where))
	}
	return data, nil
}

// joined returns a full matrix as a ph.Matrix. If some distances are infinite, it returns the
// finite ones as a ph.Sparse: the other pairs of points are never joined.
func joined[T ph.Float](n int, data []T) ph.Distances {
	if !hasInfinite(data) {
		return ph.Matrix[T]{N: n, Data: data}
	}
	s := ph.Sparse[T]{N: n}
	for i := range n {
		s.Entries = appendFinite(s.Entries, i, data[i*n:i*n+i])
	}
	return s
}

// joinedLower returns m. If some distances are infinite, it returns the finite ones as a
// ph.Sparse: the other pairs of points are never joined.
func joinedLower[T ph.Float](m ph.LowerMatrix[T]) ph.Distances {
	if !hasInfinite(m.Data) {
		return m
	}
	s := ph.Sparse[T]{N: m.N}
	for i := range m.N {
		s.Entries = appendFinite(s.Entries, i, m.Data[size(i)-i:size(i)])
	}
	return s
}

func hasInfinite[T ph.Float](data []T) bool {
	for _, v := range data {
		if math.IsInf(float64(v), 1) {
			return true
		}
	}
	return false
}

// appendFinite appends the finite distances of point i to the points 0, …, i−1.
func appendFinite[T ph.Float](entries []ph.Entry[T], i int, row []T) []ph.Entry[T] {
	for j, v := range row {
		if !math.IsInf(float64(v), 1) {
			entries = append(entries, ph.Entry[T]{I: i, J: j, Distance: v})
		}
	}
	return entries
}
