package microkernel

import "github.com/topogen/topogen/internal/reuse"

// Spare is the number of spare entries at the end of a list of row offsets. A spare entry
// repeats the offset of the last row. If a micro-tile has more rows than are left, it takes
// the spare entries and computes the last row several times.
const Spare = 3

// AppendSpare appends the spare entries to a list of row offsets, which must not be empty.
func AppendSpare(list []int) []int {
	last := list[len(list)-1]
	return append(list, last, last, last)
}

// RowOffsets returns the byte offsets of n ≥ 1 rows that begin step bytes apart, followed by
// the spare entries. It stores the list into *s, whose memory it reuses.
func RowOffsets(s *[]int, n, step int) []int {
	list := GrowInts(s, n+Spare)
	for i := range list[:n] {
		list[i] = i * step
	}
	*s = AppendSpare(list[:n])
	return *s
}

// GrowInts sets the length of *s to n, and returns *s. The contents are unspecified. If the
// capacity of *s is too small, GrowInts first replaces *s by a new slice.
func GrowInts(s *[]int, n int) []int {
	*s = reuse.Slice(*s, n)
	return *s
}

// Multiples is a list of the multiples of a number. It is computed again only if List needs
// other multiples than before. The zero value is ready to use.
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
