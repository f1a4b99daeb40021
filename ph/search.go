package ph

// A search is a worker's for edges whose lunes are empty.
type search[T Float] struct {
	blockers []filteredEdge[T] // the shortest edges at the point that it searches from
	list     []int32
	found    []filteredEdge[T]
}

// beginSearches returns so many searches that have found nothing yet.
func beginSearches[T Float](s []search[T], workers int) []search[T] {
	for len(s) < workers {
		s = append(s, search[T]{})
	}
	s = s[:workers]
	for i := range s {
		s[i].found = s[i].found[:0]
	}
	return s
}

// blockersUsed is how many neighbors of a point are tried, the nearest ones.
const blockersUsed = 12

// keepShortest adds an edge to a list of at most blockersUsed, shortest first.
func keepShortest[T Float](list []filteredEdge[T], e filteredEdge[T]) []filteredEdge[T] {
	k := len(list)
	if k < blockersUsed {
		list = append(list, e)
	} else if k--; list[k].length <= e.length {
		return list
	}
	for ; k > 0 && list[k-1].length > e.length; k-- {
		list[k] = list[k-1]
	}
	list[k] = e
	return list
}
