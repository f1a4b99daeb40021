package reduced

// listLunes is the graph of very many points. The neighbors of a point are a list, so that
// time and memory grow with the number of edges, and not with the number of pairs of points.
// Points are given by their places.
type listLunes struct {
	lists [][]int32 // the neighbors of each point

	// mark[v] is 2·stamp+1 if v is in the current lune and not yet removed, and 2·stamp if
	// v is joined to the first end of the edge but not to the second. Lower values are left
	// from earlier lunes; 0 marks a removed point.
	mark    []uint64
	stamp   uint64  // the number of lunes so far
	members []int32 // the points of the current lune, removed ones included
	left    int     // the number of members that are not removed
	at      int     // members[:at] are removed
	// frontier has the points of the component that is being removed whose neighbors are
	// not yet removed.
	frontier []int32
}

func (l *listLunes) begin(n int) {
	for len(l.lists) < n {
		l.lists = append(l.lists, nil)
	}
	l.lists = l.lists[:n]
	for i := range l.lists {
		l.lists[i] = l.lists[i][:0]
	}
	if len(l.mark) < n {
		l.mark, l.stamp = make([]uint64, n), 0
	}
}

func (l *listLunes) add(a, b int32) int32 {
	v := l.lune(a, b)
	l.lists[a] = append(l.lists[a], b)
	l.lists[b] = append(l.lists[b], a)
	return v
}

func (l *listLunes) Meet(a, b int32) bool { return l.lune(a, b) >= 0 }

// lune makes the points that are joined to both a and b the current lune. It returns a
// point of this lune, −1 if the lune is empty.
func (l *listLunes) lune(a, b int32) int32 {
	l.stamp++
	one := 2 * l.stamp
	for _, v := range l.lists[a] {
		l.mark[v] = one
	}
	l.members, l.at = l.members[:0], 0
	for _, v := range l.lists[b] {
		if l.mark[v] == one {
			l.mark[v] = one + 1
			l.members = append(l.members, v)
		}
	}
	l.left = len(l.members)
	if l.left == 0 {
		return -1
	}
	return l.members[0]
}

func (l *listLunes) removeComponent(v int32) int32 {
	both := 2*l.stamp + 1
	l.frontier = append(l.frontier[:0], v)
	l.mark[v] = 0
	l.left--
	for len(l.frontier) > 0 && l.left > 0 {
		v := l.frontier[len(l.frontier)-1]
		l.frontier = l.frontier[:len(l.frontier)-1]
		for _, u := range l.lists[v] {
			if l.mark[u] == both {
				l.mark[u] = 0
				l.left--
				l.frontier = append(l.frontier, u)
			}
		}
	}
	if l.left == 0 {
		return -1
	}
	for l.mark[l.members[l.at]] != both {
		l.at++
	}
	return l.members[l.at]
}

func (l *listLunes) AppendNeighbors(list []int32, a int32) []int32 {
	return append(list, l.lists[a]...)
}
