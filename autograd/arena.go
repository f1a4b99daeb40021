package autograd

import "github.com/topogen/topogen/kernels"

// An arena hands out buffers one after another from large chunks and takes
// them back all at once.
type arena struct {
	device kernels.Device
	chunks []kernels.Buffer
	chunk  int // the one in use
	offset int // its first free element
}

const (
	chunkSize = 1 << 18 // elements, the least that is asked of the device
	alignment = 16      // elements: 64 bytes
)

func (a *arena) alloc(n int) kernels.Buffer {
	for ; a.chunk < len(a.chunks); a.chunk, a.offset = a.chunk+1, 0 {
		if c := a.chunks[a.chunk]; a.offset+n <= c.Len() {
			b := c.Slice(a.offset, a.offset+n)
			a.offset = min(c.Len(), (a.offset+n+alignment-1)/alignment*alignment)
			return b
		}
	}
	a.chunks = append(a.chunks, a.device.Alloc(max(n, chunkSize)))
	a.offset = 0
	return a.alloc(n)
}

// rewind takes everything back and keeps the chunks as they are.
func (a *arena) rewind() { a.chunk, a.offset = 0, 0 }

// reset takes everything back. A step that needed several chunks leaves one
// chunk of their total size, so that the next step runs in one piece.
func (a *arena) reset() {
	if len(a.chunks) > 1 {
		total := 0
		for _, c := range a.chunks {
			total += c.Len()
		}
		a.free()
		a.chunks = append(a.chunks, a.device.Alloc(total))
	}
	a.rewind()
}

func (a *arena) free() {
	for _, c := range a.chunks {
		a.device.Free(c)
	}
	a.chunks = a.chunks[:0]
	a.rewind()
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
