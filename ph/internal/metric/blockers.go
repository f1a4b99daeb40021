package metric

// An emptyLuneSearch is the workspace of one worker that looks for edges with empty lunes in a
// matrix. The lune of a long edge rarely is empty: most such lunes contain one of the points
// nearest to an end of the edge. The search calls these points the blockers of the end and
// tests them first.
type emptyLuneSearch[T Float] struct {
	list  []int32   // the neighbors of a point
	found []Edge[T] // the edges with empty lunes that the worker has found
}

// beginSearches returns one search for each worker, in the memory of s, with no edges found.
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

// maxBlockers is the largest number of blockers of a point.
const maxBlockers = 12

// keepShortest inserts e into a list of edges that ascends by length. If the list already
// has maxBlockers edges, the longest one is dropped.
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
