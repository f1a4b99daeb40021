package cycles

import (
	"cmp"
	"slices"
)

// boundary returns the boundary of the death cell of a pair, scaled such that the coefficient
// of the birth cell is 1. It sets scale to the factor.
func (r *Reducer) boundary(degree int, birth, death uint64) []Term {
	r.terms = r.complex.AppendBoundary(r.terms[:0], degree+1, death)
	for _, t := range r.terms {
		if t.Cell == birth {
			r.scale = r.field.Inverses[t.Coefficient]
		}
	}
	for i := range r.terms {
		r.terms[i].Coefficient = r.terms[i].Coefficient * r.scale % r.field.P
	}
	return r.terms
}

// push adds factor times a term to the column: to a heap whose first term is the last cell.
func (r *Reducer) push(t Term, factor uint64) {
	t.Coefficient = t.Coefficient * factor % r.field.P
	r.heap = append(r.heap, t)
	i := len(r.heap) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if r.heap[parent].Cell >= t.Cell {
			break
		}
		r.heap[i] = r.heap[parent]
		i = parent
	}
	r.heap[i] = t
}

// pop removes the last cell of the column and returns it with its coefficient. It reports
// false if the column is 0.
func (r *Reducer) pop() (Term, bool) {
	for len(r.heap) > 0 {
		t := r.popTerm()
		for len(r.heap) > 0 && r.heap[0].Cell == t.Cell {
			t.Coefficient += r.popTerm().Coefficient
		}
		if t.Coefficient %= r.field.P; t.Coefficient != 0 {
			return t, true
		}
	}
	return Term{}, false
}

// popTerm removes the first term of the heap.
func (r *Reducer) popTerm() Term {
	first := r.heap[0]
	n := len(r.heap) - 1
	t := r.heap[n]
	r.heap = r.heap[:n]
	i := 0
	for 2*i+1 < n {
		child := 2*i + 1
		if child+1 < n && r.heap[child+1].Cell > r.heap[child].Cell {
			child++
		}
		if t.Cell >= r.heap[child].Cell {
			break
		}
		r.heap[i] = r.heap[child]
		i = child
	}
	if n > 0 {
		r.heap[i] = t
	}
	return first
}

// drain empties the column and returns factor times it.
func (r *Reducer) drain(factor uint64) []Term {
	var terms []Term
	for t, ok := r.pop(); ok; t, ok = r.pop() {
		terms = append(terms, Term{t.Cell, t.Coefficient * factor % r.field.P})
	}
	return terms
}

// sum returns factor times the chain, with equal cells added up.
func (r *Reducer) sum(factor uint64) []Term {
	slices.SortFunc(r.chain, func(s, t Term) int { return cmp.Compare(t.Cell, s.Cell) })
	var terms []Term
	for i := 0; i < len(r.chain); {
		t := Term{Cell: r.chain[i].Cell}
		for ; i < len(r.chain) && r.chain[i].Cell == t.Cell; i++ {
			t.Coefficient += r.chain[i].Coefficient
		}
		if t.Coefficient = t.Coefficient % r.field.P * factor % r.field.P; t.Coefficient != 0 {
			terms = append(terms, t)
		}
	}
	return terms
}
