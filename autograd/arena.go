package autograd

import "github.com/topogen/topogen/kernels"

// An arena allocates the buffers of a step one after another from large chunks
// of device memory and frees them all at once.
type arena struct {
	device kernels.Device
	chunks []kernels.Buffer
	chunk  int // index of the chunk in use
	offset int // index of the first free element in that chunk
	used   int // elements handed out since the last rewind
	peak   int // largest value of used so far
}

const (
	firstChunk = 1 << 12 // smallest chunk, in elements
	alignment  = 16      // of a buffer's start in a chunk, in elements: 64 bytes
)

// alloc returns a buffer of n elements with unspecified contents.
func (a *arena) alloc(n int) kernels.Buffer {
	aligned := (n + alignment - 1) / alignment * alignment
	for a.chunk < len(a.chunks) && a.offset+aligned > a.chunks[a.chunk].Len() {
		a.chunk, a.offset = a.chunk+1, 0
	}
	if a.chunk == len(a.chunks) { // doubling the memory keeps the number of chunks small
		a.chunks = append(a.chunks, a.device.Alloc(max(aligned, firstChunk, a.size())))
	}
	b := a.chunks[a.chunk].Slice(a.offset, a.offset+n)
	a.offset += aligned
	a.used += aligned
	return b
}

// size returns the number of elements in all chunks.
func (a *arena) size() int {
	n := 0
	for _, c := range a.chunks {
		n += c.Len()
	}
	return n
}

// rewind frees all buffers and keeps the chunks.
func (a *arena) rewind() {
	a.peak = max(a.peak, a.used)
	a.chunk, a.offset, a.used = 0, 0, 0
}

// reset frees all buffers. If the step needed several chunks, one chunk that
// holds them all replaces them, for the next step.
func (a *arena) reset() {
	a.rewind()
	if len(a.chunks) > 1 {
		a.free()
		a.chunks = append(a.chunks, a.device.Alloc(a.peak))
	}
}

func (a *arena) free() {
	for _, c := range a.chunks {
		a.device.Free(c)
	}
	a.chunks = a.chunks[:0]
}

// An intArena allocates the shapes and strides of a step in host memory, and frees them
// all at once.
type intArena struct {
	chunk []int
	used  int
}

// alloc returns n zeros.
func (a *intArena) alloc(n int) []int {
	if a.used+n > len(a.chunk) {
		// Earlier slices keep the old chunk alive.
		a.chunk, a.used = make([]int, max(2*len(a.chunk), n, 256)), 0
	}
	s := a.chunk[a.used : a.used+n : a.used+n]
	a.used += n
	clear(s)
	return s
}

func (a *intArena) reset() { a.used = 0 }
