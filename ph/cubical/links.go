package cubical

// A links value has tables of the subsets of the eight neighbors of a pixel. Neighbors are
// numbered clockwise from above: even ones share a side with the pixel, odd ones a corner.
// Bit k of a subset stands for neighbor k.
type links struct {
	// lists has for each subset the connected components of the subset that are connected to
	// the pixel, by one neighbor in each. An entry has four bits for each component, from the
	// lowest on: a one, then the number of the neighbor in three bits.
	lists [256]uint16
	// next has for each subset a neighbor that is connected to the pixel, −1 if there is none.
	// If possible the neighbor is one before the pixel in the order of rows.
	next [256]int8
	// extremum has 1 for each subset that next has no neighbor of, else 0.
	extremum [256]uint8
	// joins has 1 for each subset with more than one component in lists, else 0.
	joins [256]uint8
}

// fill sets the tables. If corners is true, pixels that share a corner are connected,
// otherwise only those that share a side.
func (l *links) fill(corners bool) {
	for set := range l.lists {
		has := func(k int) bool { return set>>(k&7)&1 != 0 }
		// A neighbor counts if it is in the set and connected to the pixel itself.
		counts := func(k int) bool { return has(k) && (corners || k%2 == 0) }
		// component[k] is the least neighbor that neighbor k is connected to.
		var component [8]int
		for k := range component {
			component[k] = k
		}
		join := func(i, j int) {
			i, j = component[i&7], component[j&7]
			for k, c := range component {
				if c == max(i, j) {
					component[k] = min(i, j)
				}
			}
		}
		for k := range component {
			switch {
			case !has(k):
			case has(k + 1):
				join(k, k+1)
			case corners && k%2 == 0 && has(k+2): // neighbors k and k+2 share a corner
				join(k, k+2)
			}
		}
		entry, shift := uint16(0), 0
		var listed [8]bool
		for k, c := range component {
			if counts(k) && !listed[c] {
				listed[c] = true
				entry |= uint16(1|k<<1) << shift
				shift += 4
			}
		}
		l.lists[set] = entry
		if shift > 4 {
			l.joins[set] = 1
		}
		if shift == 0 {
			l.extremum[set] = 1
		}
		l.next[set] = -1
		for _, k := range [8]int{0, 7, 1, 6, 2, 4, 3, 5} {
			if counts(k) {
				l.next[set] = int8(k)
				break
			}
		}
	}
}

// A ways value has for each subset the difference of the place of the neighbor links.next and
// the place of the pixel, 0 if there is none.
type ways [256]int32

// fill sets the table. around has the differences of places of all neighbors.
func (w *ways) fill(l *links, around [8]int32) {
	for set, k := range &l.next {
		w[set] = 0
		if k >= 0 {
			w[set] = around[k]
		}
	}
}
