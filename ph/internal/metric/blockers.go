package metric

// An emptyLuneSearch is the workspace of one worker that looks for edges with empty
// lunes. A long edge at a point rarely has one: most lunes contain one of the nearest
// neighbors of the point. These are its blockers, and are tried first.
type emptyLuneSearch[T Float] struct {
	blockers []Edge[T] // the shortest edges at the point that the worker searches from
	list     []int32
	found    []Edge[T]
}

// beginSearches returns one search for each worker, with nothing found yet.
func beginSearches[T Float](s []emptyLuneSearch[T], workers int) []emptyLuneSearch[T] {
	for len(s) < workers {
		s = append(s, emptyLuneSearch[T]{})
	}
	s = s[:workers]
	for i := range s {
		s[i].found = s[i].found[:0]
	}
	return s
}

// maxBlockers is the number of nearest neighbors that are tried.
const maxBlockers = 12

// keepShortest inserts an edge into a list of the maxBlockers shortest edges, which
// ascends.
func keepShortest[T Float](list []Edge[T], e Edge[T]) []Edge[T] {
	k := len(list)
	if k < maxBlockers {
		list = append(list, e)
	} else if k--; list[k].Length <= e.Length {
		return list
	}
	for ; k > 0 && list[k-1].Length > e.Length; k-- {
		list[k] = list[k-1]
	}
	list[k] = e
	return list
}
