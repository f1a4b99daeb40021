package autograd

import "github.com/topogen/topogen/kernels"

// An arena hands out buffers one after another from large chunks and takes
// them back all at once.
type arena struct {
	device kernels.Device
	chunks []kernels.Buffer
	chunk  int // the one in use
	offset int // its first free element
	used   int // elements handed out since the last rewind
	peak   int // the most that used has been
}

// In elements.
const (
	firstChunk = 1 << 12 // the least that is asked of the device
	alignment  = 16      // 64 bytes
)

func (a *arena) alloc(n int) kernels.Buffer {
	aligned := (n + alignment - 1) / alignment * alignment
	for a.chunk < len(a.chunks) && a.offset+aligned > a.chunks[a.chunk].Len() {
		a.chunk, a.offset = a.chunk+1, 0
	}
	if a.chunk == len(a.chunks) { // as much again as there is, so that any step takes few chunks
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

// rewind takes everything back and keeps the chunks as they are.
func (a *arena) rewind() {
	a.peak = max(a.peak, a.used)
	a.chunk, a.offset, a.used = 0, 0, 0
}

// reset takes everything back. A step that needed several chunks leaves one
// that would have held it all, so that the next step runs in one piece.
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

// An intArena hands out the shapes and strides of a step, as an arena hands
// out its buffers.
type intArena struct {
	chunk []int
	used  int
}

// alloc returns n zeros.
func (a *intArena) alloc(n int) []int {
	if a.used+n > len(a.chunk) {
		// Earlier slices keep the old chunk alive for as long as they are needed.
		a.chunk, a.used = make([]int, max(2*len(a.chunk), n, 256)), 0
	}
	s := a.chunk[a.used : a.used+n : a.used+n]
	a.used += n
	clear(s)
	return s
}

func (a *intArena) reset() { a.used = 0 }
