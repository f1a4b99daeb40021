package cubical

// A links value is a table of the subsets of the eight neighbors of a pixel. For each subset
// it lists the connected components of the subset that are connected to the pixel, by one
// neighbor in each. Neighbors are numbered clockwise from above: even ones share a side with
// the pixel, odd ones a corner. Bit k of a subset stands for neighbor k.
//
// An entry has four bits for each component, from the lowest on: a one, then the number of
// the neighbor in three bits.
type links [256]uint16

// fill sets the table. If corners is true, pixels that share a corner are connected,
// otherwise only those that share a side.
func (l *links) fill(corners bool) {
	for set := range l {
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
		l[set] = entry
	}
}
