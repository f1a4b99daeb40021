package fused

import "github.com/topogen/topogen/kernels"

// A scratch owns the device memory of the intermediate values of one composition.
type scratch struct {
	dev     kernels.Device
	buffers []kernels.Buffer // all that alloc has returned
}

func newScratch(dev kernels.Device) scratch { return scratch{dev: dev} }

// alloc returns a buffer of n elements with unspecified contents. It is valid until free.
func (s *scratch) alloc(n int) kernels.Buffer {
	b := s.dev.Alloc(n)
	s.buffers = append(s.buffers, b)
	return b
}

// constant returns a buffer of one element that holds v. It is valid until free.
func (s *scratch) constant(v float32) kernels.Buffer {
	b := s.alloc(1)
	s.dev.Fill(b, v)
	return b
}

// free frees all buffers of s. Kernels that are still enqueued may use them.
func (s *scratch) free() {
	for _, b := range s.buffers {
		s.dev.Free(b)
	}
}

// all returns the shape of an array of n elements that Sum adds to one value.
func all(n int) kernels.SumShape { return kernels.SumShape{K0: 1, R0: n, K1: 1, R1: 1} }

// zipScalar stores op(aᵢ, b) into element i of dst, where b has one element. dst may be a.
func zipScalar(dev kernels.Device, op kernels.Op, dst, a, b kernels.Buffer, mode kernels.WriteMode) {
	dev.ZipStrided(op, dst, a, []int{1}, b, []int{0}, []int{a.Len()}, mode)
}
