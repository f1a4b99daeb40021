package autograd

import (
	"fmt"
	"slices"

	"github.com/topogen/topogen/kernels"
)

// Linear returns act(x·wᵀ + b) for x of shape …×in, w of shape out×in (as
// PyTorch keeps it) and b of shape out, or nil for none. The result has shape
// …×out.
func Linear(x, w, b *Var, act Activation) *Var {
	if !act.IsActivation() {
		return Map(act, Linear(x, w, b, ActNone))
	}
	t := x.Tape()
	r := len(x.shape)
	if r == 0 || len(w.Shape()) != 2 || x.shape[r-1] != w.shape[1] || b != nil && !slices.Equal(b.shape, w.shape[:1]) {
		panic(fmt.Sprintf("autograd: Linear of input %s, weight %s%s; want …×in, out×in and out", text(x.shape), text(w.shape), b.biasText()))
	}
	rows, out, in := Size(x.shape[:r-1]), w.shape[0], w.shape[1]
	shape := append(t.ints.alloc(r)[:0], x.shape[:r-1]...)
	y := t.resultWithBias(append(shape, out), x, w, b)
	t.device.Gemm(kernels.Gemm{
		M: rows, N: out, K: in, TransB: true, Alpha: 1,
		A: x.value, B: w.value, C: y.value, Bias: b.biasValue(), Act: act,
	})
	y.OnBackward(func() {
		dz := y.beforeActivation(act, b, kernels.SumShape{K0: 1, R0: rows, K1: out, R1: 1})
		if x.needsGrad {
			dx, mode := x.GradTarget()
			t.device.Gemm(kernels.Gemm{M: rows, N: in, K: out, Alpha: 1, Beta: beta(mode), A: dz, B: w.value, C: dx})
		}
		if w.needsGrad {
			dw, mode := w.GradTarget()
			t.device.Gemm(kernels.Gemm{M: out, N: in, K: rows, TransA: true, Alpha: 1, Beta: beta(mode), A: dz, B: x.value, C: dw})
		}
	})
	return y
}

// MatMul returns the matrix product of a (…×m×k) and b (…×k×n), of shape
// …×m×n. Leading axes hold batches of matrices and broadcast as in [Add].
func MatMul(a, b *Var) *Var {
	t := a.Tape()
	ra, rb := len(a.shape), len(b.Shape())
	if ra < 2 || rb < 2 || a.shape[ra-1] != b.shape[rb-2] {
		panic(fmt.Sprintf("autograd: MatMul of shapes %s and %s; want …×m×k and …×k×n", text(a.shape), text(b.shape)))
	}
	batchA, batchB := a.shape[:ra-2], b.shape[:rb-2]
	m, k, n := a.shape[ra-2], a.shape[ra-1], b.shape[rb-1]
	batch := t.broadcastShape(matMul{}, batchA, batchB)
	shape := append(append(t.ints.alloc(len(batch) + 2)[:0], batch...), m, n)
	if rb == 2 { // one tall matrix instead of a batch
		m, batchA, batch = Size(a.shape[:ra-1]), nil, nil
	}
	y := t.Result(shape, a, b)
	indexA, indexB := t.repeatIndex(batchA, batch), t.repeatIndex(batchB, batch)
	for i := range indexA {
		t.device.Gemm(kernels.Gemm{
			M: m, N: n, K: k, Alpha: 1,
			A: block(a.value, indexA[i], m*k), B: block(b.value, indexB[i], k*n), C: block(y.value, i, m*n),
		})
	}
	y.OnBackward(func() {
		if a.needsGrad {
			da, mode := a.matricesTarget(len(indexA) != Size(batchA))
			for i := range indexA {
				t.device.Gemm(kernels.Gemm{
					M: m, N: k, K: n, TransB: true, Alpha: 1, Beta: beta(mode),
					A: block(y.grad, i, m*n), B: block(b.value, indexB[i], k*n), C: block(da, indexA[i], m*k),
				})
			}
		}
		if b.needsGrad {
			db, mode := b.matricesTarget(len(indexB) != Size(batchB))
			for i := range indexB {
				t.device.Gemm(kernels.Gemm{
					M: k, N: n, K: m, TransA: true, Alpha: 1, Beta: beta(mode),
					A: block(a.value, indexA[i], m*k), B: block(y.grad, i, m*n), C: block(db, indexB[i], k*n),
				})
			}
		}
	})
	return y
}

type matMul struct{}

func (matMul) String() string { return "MatMul over batches" }

// repeatIndex returns, for each element of an array of shape to, the index of the
// element of an array of shape from that is broadcast to it.
func (t *Tape) repeatIndex(from, to []int) []int {
	strides := t.repeated(kernels.Buffer{}, from, to).strides
	index := t.ints.alloc(Size(to))
	for i := range index {
		rest := i
		for axis, n := range slices.Backward(to) {
			index[i] += rest % n * strides[axis]
			rest /= n
		}
	}
	return index
}

// block returns the i-th block of n elements of b.
func block(b kernels.Buffer, i, n int) kernels.Buffer { return b.Slice(i*n, (i+1)*n) }

// matricesTarget returns where and how to store the gradient of a batch of matrices, as
// GradTarget does. If the batch is repeated, each matrix gets several contributions: then
// matricesTarget sets a new gradient to 0 and returns Accumulate.
func (v *Var) matricesTarget(repeated bool) (kernels.Buffer, kernels.WriteMode) {
	if repeated {
		return v.addTarget(), kernels.Accumulate
	}
	return v.GradTarget()
}

// beta returns the factor of C in a matrix product that is written in the given mode.
func beta(mode kernels.WriteMode) float32 {
	if mode == kernels.Accumulate {
		return 1
	}
	return 0
}

// The functions below accept nil as b, for no bias.

func (t *Tape) resultWithBias(shape []int, x, w, b *Var) *Var {
	if b == nil {
		return t.Result(shape, x, w)
	}
	return t.Result(shape, x, w, b)
}

func (b *Var) biasValue() kernels.Buffer {
	if b == nil {
		return kernels.Buffer{}
	}
	return b.value
}

func (b *Var) biasText() string {
	if b == nil {
		return ""
	}
	return ", bias " + text(b.shape)
}
