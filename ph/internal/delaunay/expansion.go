package delaunay

import "math"

// An expansion is an exact number: the sum of its components. The components are not zero,
// they ascend by magnitude, and their bits do not overlap. The expansion of 0 is empty.
//
// All operations are exact as long as no product is less than 2⁻⁹⁶⁹ or overflows (Shewchuk,
// 1997, theorems 6, 7, 13 and 19).
type expansion []float64

// sign returns −1, 0 or 1.
func (e expansion) sign() int {
	switch n := len(e); {
	case n == 0:
		return 0
	case e[n-1] > 0:
		return 1
	}
	return -1
}

// An arithmetic is the workspace of operations on expansions. Results are valid until reset.
type arithmetic struct {
	memory []float64
	matrix [4][4]expansion
}

// reset makes the memory of all results free.
func (a *arithmetic) reset() { a.memory = a.memory[:0] }

// take returns an empty expansion with room for n components.
func (a *arithmetic) take(n int) expansion {
	used := len(a.memory)
	if used+n > cap(a.memory) {
		// Earlier results keep the old memory.
		a.memory, used = make([]float64, 0, max(2*cap(a.memory), n, 1<<10)), 0
	}
	a.memory = a.memory[:used+n]
	return expansion(a.memory[used : used : used+n])
}

// twoSum returns the rounded sum of two numbers and its error.
func twoSum(x, y float64) (sum, err float64) {
	sum = x + y
	virtual := sum - x
	return sum, (x - (sum - virtual)) + (y - virtual)
}

// twoProduct returns the rounded product of two numbers and its error.
func twoProduct(x, y float64) (product, err float64) {
	product = x * y
	return product, math.FMA(x, y, -product)
}

// difference returns x − y.
func (a *arithmetic) difference(x, y float64) expansion {
	high, low := twoSum(x, -y)
	e := a.take(2)
	if low != 0 {
		e = append(e, low)
	}
	if high != 0 {
		e = append(e, high)
	}
	return e
}

// add returns e + f.
func (a *arithmetic) add(e, f expansion) expansion {
	if len(e) == 0 {
		return f
	}
	if len(f) == 0 {
		return e
	}
	next := func() (x float64) { // the component of least magnitude
		if len(f) == 0 || len(e) > 0 && math.Abs(e[0]) < math.Abs(f[0]) {
			x, e = e[0], e[1:]
		} else {
			x, f = f[0], f[1:]
		}
		return x
	}
	h := a.take(len(e) + len(f))
	sum := next()
	for len(e)+len(f) > 0 {
		var low float64
		if sum, low = twoSum(sum, next()); low != 0 {
			h = append(h, low)
		}
	}
	if sum != 0 {
		h = append(h, sum)
	}
	return h
}

// scale returns x·e.
func (a *arithmetic) scale(e expansion, x float64) expansion {
	h := a.take(2 * len(e))
	sum := 0.0
	for _, component := range e {
		product, low := twoProduct(component, x)
		if sum, low = twoSum(sum, low); low != 0 {
			h = append(h, low)
		}
		if sum, low = twoSum(product, sum); low != 0 {
			h = append(h, low)
		}
	}
	if sum != 0 {
		h = append(h, sum)
	}
	return h
}

// multiply returns e·f.
func (a *arithmetic) multiply(e, f expansion) expansion {
	if len(e) < len(f) {
		e, f = f, e
	}
	var sum expansion
	for _, x := range f {
		sum = a.add(sum, a.scale(e, x))
	}
	return sum
}

// negate returns −e.
func (a *arithmetic) negate(e expansion) expansion {
	h := a.take(len(e))
	for _, x := range e {
		h = append(h, -x)
	}
	return h
}

// determinant returns the determinant of the first n rows and columns of the matrix.
func (a *arithmetic) determinant(n int) expansion { return a.minor([4]int8{0, 1, 2, 3}, n) }

// minor returns the determinant of the n×n matrix of the rows rows[0], …, rows[n-1] and the
// columns 0, …, n-1, by expansion along the last column.
func (a *arithmetic) minor(rows [4]int8, n int) expansion {
	if n == 1 {
		return a.matrix[rows[0]][0]
	}
	var sum expansion
	for i := range n {
		others := rows
		copy(others[i:], rows[i+1:n])
		entry := a.matrix[rows[i]][n-1]
		if (i+n-1)%2 != 0 {
			entry = a.negate(entry)
		}
		if len(entry) > 0 {
			sum = a.add(sum, a.multiply(entry, a.minor(others, n-1)))
		}
	}
	return sum
}
