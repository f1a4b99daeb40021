package cubical

// The links of a pixel tell, for each set of its eight neighbors, how many connected
// components the set has around the pixel, and a neighbor in each. Neighbors are numbered
// clockwise from above: even ones share a side with the pixel, odd ones a corner.
//
// An entry has four bits for each component, from the lowest on: a one, and the number of
// the neighbor.
type links [256]uint16

// fill sets the links of sets that are connected across sides, or across corners, too.
func (l *links) fill(corners bool) {
	for set := range l {
		has := func(k int) bool { return set>>(k&7)&1 != 0 }
		// A neighbor counts if it is connected to the pixel itself.
		counts := func(k int) bool { return has(k) && (corners || k%2 == 0) }
		// component has the least neighbor that each is connected to.
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
			case corners && k%2 == 0 && has(k+2): // they share a corner
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
		l[set] = entry
	}
}
