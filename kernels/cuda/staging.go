//go:build cuda

package cuda

import (
	"unsafe"

	"github.com/barnex/cuda5/cu"

	"github.com/topogen/topogen/kernels/gpu"
)

// stagingSize is the size of the staging memory in bytes: several batches of images.
const stagingSize = 4 << 20

// staging is page-locked host memory for copies to the GPU.
//
// Problem: cuMemcpyHtoDAsync from pageable memory may wait for the stream.
// Idea: copy the source to page-locked memory first, from where the GPU reads it later.
// Invariant: the GPU may still read the first used bytes. used returns to 0 only when every
// stream with a copy from here has finished: the binding has no events, which would tell
// the end of a single copy. Until then a source that does not fit the rest is copied from
// where it is.
// Cost: one copy on the host.
type staging struct {
	memory []byte     // nil until the first copy
	used   int        // bytes that copies have taken since all streams had finished
	stream gpu.Stream // stream of the first copy since used was 0
	mixed  bool       // whether a later copy was on another stream
	failed bool       // whether the driver had no page-locked memory to give
}

// done records that a stream has finished all its copies. It empties the staging memory if
// no other stream has copied from it.
func (s *staging) done(stream gpu.Stream) {
	if stream == s.stream && !s.mixed {
		s.used = 0
	}
}

// copy copies src to staging memory, from where the GPU is to read it in the order of the
// stream, and returns the address of the copy. It returns nil if src does not fit. The
// context must be current.
func (s *staging) copy(stream gpu.Stream, src []byte) unsafe.Pointer {
	if s.used == 0 {
		s.stream, s.mixed = stream, false
	}
	s.mixed = s.mixed || stream != s.stream
	if s.memory == nil && !s.failed {
		if try("cuMemAllocHost", func() { s.memory = unsafe.Slice((*byte)(cu.MemAllocHost(stagingSize)), stagingSize) }) != nil {
			s.failed = true
		}
	}
	if len(src) > len(s.memory)-s.used {
		return nil
	}
	to := s.memory[s.used:]
	copy(to, src)
	const align = 256
	s.used = min(len(s.memory), (s.used+len(src)+align-1)/align*align)
	return unsafe.Pointer(&to[0])
}
