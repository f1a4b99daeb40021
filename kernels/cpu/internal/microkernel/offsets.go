package microkernel

// Spare is the number of entries that a list of row offsets has beyond its rows. They
// repeat the last row and fill up the last micro-tile, which computes that row again.
const Spare = 3

// AppendSpare appends the spare entries to a list of row offsets.
func AppendSpare(list []int) []int {
	last := list[len(list)-1]
	return append(list, last, last, last)
}

// RowOffsets returns the offsets of n ≥ 1 rows that begin step bytes apart, with Spare
// more entries. It reuses the memory of *s.
func RowOffsets(s *[]int, n, step int) []int {
	list := GrowInts(s, n+Spare)
	for i := range list[:n] {
		list[i] = i * step
	}
	*s = AppendSpare(list[:n])
	return *s
}

// GrowInts returns n elements of *s with unspecified contents, and replaces *s by a
// larger slice if necessary.
func GrowInts(s *[]int, n int) []int {
	if cap(*s) < n {
		*s = make([]int, n)
	}
	*s = (*s)[:n]
	return *s
}

// Multiples is a list of the multiples of a number that is kept between calls. The zero
// value is ready to use.
type Multiples struct {
	step int
	list []int
}

// List returns 0, step, 2·step, …, (n−1)·step. The result is valid until the next call.
func (m *Multiples) List(n, step int) []int {
	if m.step != step {
		m.step, m.list = step, m.list[:0]
	}
	for len(m.list) < n {
		m.list = append(m.list, len(m.list)*step)
	}
	return m.list[:n]
}
