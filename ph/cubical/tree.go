package cubical

// A basinTree leads from places to basins and to the components of basins.
type basinTree struct {
	// labels has for each place the basin k as ^k, or the place of an earlier neighbor.
	labels []int32
	parent []int32 // of each basin in the union-find forest; a root is its own parent
}

// find returns the root of the component of a basin, and halves the path to this root.
func (b *basinTree) find(x int32) int32 {
	for b.parent[x] != x {
		b.parent[x] = b.parent[b.parent[x]]
		x = b.parent[x]
	}
	return x
}

// basin returns the basin of a place. All places on the way get this basin as their label, so
// that all calls together take linear time.
func (b *basinTree) basin(at int32) int32 {
	label := b.labels[at]
	if label < 0 {
		return ^label
	}
	for label >= 0 {
		label = b.labels[label]
	}
	for next := b.labels[at]; next >= 0; next = b.labels[at] {
		b.labels[at] = label
		at = next
	}
	return ^label
}
