package metrics

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/topogen/topogen/kernels"
)

var errTooLarge = errors.New("the coordinates are too large to be squared")

// solverBlock is the number of columns that a solver eliminates together.
const solverBlock = 64

// A solver solves systems of linear equations whose matrix is a Gram matrix plus a multiple of the
// identity, on a device, in float32. It decomposes the matrix by Cholesky's method in blocks of
// columns (Golub and Van Loan, Matrix Computations, §4.2.9). The host decomposes the blocks on the
// diagonal and inverts their factors, in float64. All else is products of matrices.
type solver struct {
	dev        kernels.Device
	n, columns int
	diagonal   float64          // that multiple
	a          kernels.Buffer   // n×n, the matrix; blocks above the diagonal are not used
	l          kernels.Buffer   // n×n, the factor below the blocks on its diagonal
	inverses   []kernels.Buffer // of the factors of the blocks on the diagonal
	square     kernels.Buffer   // memory for one block
	b, x       kernels.Buffer   // n×columns, right sides and solutions
	values     []float32        // the same on the host
	transfers  []float32        // a block on the host
	host       []float64        // the block there in float64, then the inverse of its factor
	owned      []kernels.Buffer
}

// newSolver returns a solver of n equations for some columns of right sides.
func newSolver(dev kernels.Device, n, columns int) *solver {
	s := &solver{
		dev: dev, n: n, columns: columns, diagonal: 1, values: make([]float32, n*columns),
		host: make([]float64, solverBlock*solverBlock), transfers: make([]float32, solverBlock*solverBlock),
	}
	s.a, s.l, s.square = s.alloc(n*n), s.alloc(n*n), s.alloc(solverBlock*solverBlock)
	s.b, s.x = s.alloc(n*columns), s.alloc(n*columns)
	for from := 0; from < n; from += solverBlock {
		w := s.end(from) - from
		s.inverses = append(s.inverses, s.alloc(w*w))
	}
	return s
}

func (s *solver) alloc(n int) kernels.Buffer {
	b := s.dev.Alloc(n)
	s.owned = append(s.owned, b)
	return b
}

// release frees all buffers.
func (s *solver) release() {
	for _, b := range s.owned {
		s.dev.Free(b)
	}
}

// end returns the end of the block that begins at a column.
func (s *solver) end(from int) int { return min(s.n, from+solverBlock) }

// decompose computes the matrix of the equations of a classifier, and decomposes it.
func (s *solver) decompose(r *ridge) error {
	n, dim := r.x.n, r.x.dim
	x := s.dev.Alloc(n * dim)
	defer s.dev.Free(x)
	if host, ok := s.dev.(kernels.HostMemory); ok {
		r.x.store(host.Host(x))
	} else {
		values := make([]float32, n*dim)
		r.x.store(values)
		s.dev.Write(x, values)
	}
	if r.forPoints() {
		s.gram(x, n, dim)
	} else {
		s.gramOfColumns(x, n, dim)
	}
	return s.factor()
}

// gram sets the matrix to the inner products of the rows of x (n×dim). It leaves blocks above
// the diagonal out.
func (s *solver) gram(x kernels.Buffer, n, dim int) {
	for from := 0; from < n; from += solverBlock {
		to := s.end(from)
		s.dev.Gemm(kernels.Gemm{
			M: n - from, N: to - from, K: dim, TransB: true, Alpha: 1,
			A: x.Slice(from*dim, n*dim), B: x.Slice(from*dim, to*dim), C: s.block(s.a, from, from), LDC: n, Unrounded: true,
		})
	}
}

// gramOfColumns sets the matrix to the inner products of the columns of x (n×dim). It leaves
// blocks above the diagonal out.
func (s *solver) gramOfColumns(x kernels.Buffer, n, dim int) {
	for from := 0; from < dim; from += solverBlock {
		columns := x.Slice(from, n*dim)
		s.dev.Gemm(kernels.Gemm{
			M: dim - from, N: s.end(from) - from, K: n, TransA: true, Alpha: 1,
			A: columns, LDA: dim, B: columns, LDB: dim, C: s.block(s.a, from, from), LDC: dim, Unrounded: true,
		})
	}
}

// block returns the part of a matrix of n×n elements from a row and column on.
func (s *solver) block(m kernels.Buffer, row, column int) kernels.Buffer {
	return m.Slice(row*s.n+column, s.n*s.n)
}

// factor decomposes the matrix, which it overwrites.
func (s *solver) factor() error {
	dev, n := s.dev, s.n
	for k, inverse := range s.inverses {
		from := k * solverBlock
		end := s.end(from)
		w := end - from
		if err := s.invert(inverse, from, w); err != nil {
			return err
		}
		if end == n {
			break
		}
		dev.Gemm(kernels.Gemm{
			M: n - end, N: w, K: w, TransB: true, Alpha: 1,
			A: s.block(s.a, end, from), LDA: n, B: inverse, C: s.block(s.l, end, from), LDC: n, Unrounded: true,
		})
		for next := end; next < n; next += solverBlock {
			l := s.block(s.l, next, from)
			dev.Gemm(kernels.Gemm{
				M: n - next, N: s.end(next) - next, K: w, TransB: true, Alpha: -1, Beta: 1,
				A: l, LDA: n, B: l, LDB: n, C: s.block(s.a, next, next), LDC: n, Unrounded: true,
			})
		}
	}
	return nil
}

// solve returns the solution for right sides, both columns×n.
func (s *solver) solve(right []float64) ([]float64, error) {
	dev, n, columns := s.dev, s.n, s.columns
	for c := range columns {
		for i, v := range right[c*n : (c+1)*n] {
			s.values[i*columns+c] = float32(v)
		}
	}
	dev.Write(s.b, s.values)
	rows := func(m kernels.Buffer, from, to int) kernels.Buffer { return m.Slice(from*columns, to*columns) }
	for k, inverse := range s.inverses {
		from := k * solverBlock
		end := s.end(from)
		w := end - from
		dev.Gemm(kernels.Gemm{M: w, N: columns, K: w, Alpha: 1, A: inverse, B: rows(s.b, from, end), C: rows(s.x, from, end), Unrounded: true})
		if end < n {
			dev.Gemm(kernels.Gemm{
				M: n - end, N: columns, K: w, Alpha: -1, Beta: 1,
				A: s.block(s.l, end, from), LDA: n, B: rows(s.x, from, end), C: rows(s.b, end, n), Unrounded: true,
			})
		}
	}
	dev.Copy(s.b, s.x)
	for k := len(s.inverses) - 1; k >= 0; k-- {
		from := k * solverBlock
		end := s.end(from)
		w := end - from
		dev.Gemm(kernels.Gemm{M: w, N: columns, K: w, TransA: true, Alpha: 1, A: s.inverses[k], B: rows(s.b, from, end), C: rows(s.x, from, end), Unrounded: true})
		if from > 0 {
			dev.Gemm(kernels.Gemm{
				M: from, N: columns, K: w, TransA: true, Alpha: -1, Beta: 1,
				A: s.block(s.l, from, 0), LDA: n, B: rows(s.x, from, end), C: rows(s.b, 0, from), Unrounded: true,
			})
		}
	}
	if err := dev.Read(s.values, s.x); err != nil {
		return nil, err
	}
	solution := make([]float64, n*columns)
	for c := range columns {
		for i := range n {
			solution[c*n+i] = float64(s.values[i*columns+c])
		}
	}
	return solution, nil
}

// invert adds the multiple of the identity to the w×w block at a place of the diagonal, and stores into dst
// the inverse of the block's factor.
func (s *solver) invert(dst kernels.Buffer, from, w int) error {
	square, values := s.square.Slice(0, w*w), s.transfers[:w*w]
	s.dev.CopyStrided(square, []int{w, 1}, s.block(s.a, from, from), []int{s.n, 1}, []int{w, w}, kernels.Overwrite)
	if err := s.dev.Read(values, square); err != nil {
		return err
	}
	clear(s.host)
	for i := range w {
		for j := range i + 1 {
			s.host[i*w+j] = float64(values[i*w+j])
		}
		s.host[i*w+i] += s.diagonal
	}
	if !invertFactor(s.host[:w*w], w) {
		return errTooLarge
	}
	for i, v := range s.host[:w*w] {
		values[i] = float32(v)
	}
	s.dev.Write(dst, values)
	return nil
}

// invertFactor replaces a positive definite matrix of w×w elements, of which it reads those on and
// below the diagonal, by the inverse of its factor L, for which the matrix is LLᵀ. It reports
// whether the matrix is positive definite.
func invertFactor(a []float64, w int) bool {
	row := func(i int) []float64 { return a[i*w : (i+1)*w] }
	for i := range w {
		own := row(i)
		for j := range i {
			own[j] = (own[j] - floats.Dot(own[:j], row(j)[:j])) / row(j)[j]
		}
		square := own[i] - floats.Dot(own[:i], own[:i])
		if !(square > 0) || math.IsInf(square, 1) {
			return false
		}
		own[i] = math.Sqrt(square)
	}
	factors := make([]float64, w)
	for i := range w { // row i of the inverse is that of 1 less the rows above, times those of L
		own := row(i)
		copy(factors, own[:i+1])
		clear(own)
		for j := range i {
			floats.AddScaled(own[:j+1], -factors[j], row(j)[:j+1])
		}
		own[i] = 1
		floats.Scale(1/factors[i], own[:i+1])
	}
	return true
}
