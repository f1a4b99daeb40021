package ptxsim

import (
	"fmt"
	"sort"

	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// Global memory begins at an address above 2³². An address that a kernel truncates to 32
// bits therefore lies in no allocation. The addresses of freed allocations are never
// reused, so an access to freed memory lies in no allocation either.
const (
	globalBase = 0x20_0000_0000
	granule    = 256 // alignment of allocations in bytes, and the least gap between them
)

// windows holds, for each state space, the generic address of the space's first byte. The
// generic addresses of shared, local and constant memory are windows of windowSize
// addresses each. A generic address outside of these windows is a global address.
// Parameters have no generic addresses.
var windows = [...]uint64{syntax.Shared: 0x10_0000_0000, syntax.Local: 0x14_0000_0000, syntax.Const: 0x18_0000_0000, syntax.ParamSpace: 0}

// windowSize is the number of generic addresses of each window.
const windowSize = 1 << 32

// An allocation is a span of global memory.
type allocation struct {
	base  uint64 // address of the first byte
	size  int    // number of bytes in use; GPU.Recycle sets it to at most len(data)
	data  []byte // contents; nil after free
	cells []cell // one for each 4 bytes of data; nil when unchecked
	// touched[0] has a bit for each 32-byte sector that the running launch has read,
	// touched[1] for each sector that it has written. Both are nil unless footprints
	// are counted.
	touched [2][]uint64
	freed   bool
}

// memory is the GPU's global memory.
type memory struct {
	allocations []*allocation // all that ever were, in ascending order of base
	next        uint64        // address of the next allocation
	used, limit int64         // bytes that are allocated, and the most that can be
	checked     bool          // allocations have cells
	footprints  bool          // allocations have touched
}

func newMemory(limit int64, checked, footprints bool) *memory {
	return &memory{next: globalBase, limit: limit, checked: checked, footprints: footprints}
}

// alloc returns a new allocation of size bytes, which count as unwritten. The error wraps
// gpu.ErrOutOfMemory if the limit does not allow it.
func (mem *memory) alloc(size int) (*allocation, error) {
	if size <= 0 {
		return nil, fmt.Errorf("cannot allocate %d bytes", size)
	}
	if int64(size) > mem.limit-mem.used {
		return nil, fmt.Errorf("%w: %d bytes requested, %d of %d free", gpu.ErrOutOfMemory, size, mem.limit-mem.used, mem.limit)
	}
	a := &allocation{base: mem.next, size: size, data: make([]byte, size)}
	for i := range a.data {
		a.data[i] = poison
	}
	if mem.checked {
		a.cells = make([]cell, (size+3)/4)
	}
	if mem.footprints {
		for i := range a.touched {
			a.touched[i] = make([]uint64, size/sectorBytes/64+1)
		}
	}
	mem.next += (uint64(size)+granule-1)/granule*granule + granule
	mem.used += int64(size)
	mem.allocations = append(mem.allocations, a)
	return a, nil
}

// poison is the value of bytes that have not been written.
const poison = 0xfb

// near returns the allocation with the largest base that is not above address, or nil. The
// allocation may be freed, and may end below address.
func (mem *memory) near(address uint64) *allocation {
	i := sort.Search(len(mem.allocations), func(i int) bool { return mem.allocations[i].base > address })
	if i == 0 {
		return nil
	}
	return mem.allocations[i-1]
}

// span returns the allocation that holds the size bytes at address, and the offset of
// address in that allocation. If there is none, the error describes where address lies.
func (mem *memory) span(address uint64, size int) (*allocation, int, error) {
	a := mem.near(address)
	if a == nil || a.freed || size < 0 || address-a.base > uint64(len(a.data)) || uint64(size) > uint64(len(a.data))-(address-a.base) {
		return nil, 0, fmt.Errorf("%d bytes at %#x: %s", size, address, mem.describe(address))
	}
	return a, int(address - a.base), nil
}

// inUse returns an error unless the size bytes from offset on are in use: a is not freed,
// and they lie below a.size.
func (a *allocation) inUse(offset, size int) error {
	if a.freed || offset+size > a.size {
		return fmt.Errorf("%d bytes at byte %d of the allocation at %#x, of which %d are in use", size, offset, a.base, a.size)
	}
	return nil
}

// describe describes where address lies relative to the allocations.
func (mem *memory) describe(address uint64) string {
	a := mem.near(address)
	switch {
	case address < 1<<20:
		return "near the null address"
	case a == nil && address < 1<<32:
		return "below all global memory; was an address truncated to 32 bits?"
	case a == nil:
		return "below all global memory"
	case a.freed:
		return fmt.Sprintf("byte %d of the freed allocation at %#x", address-a.base, a.base)
	case address-a.base < uint64(a.size):
		return fmt.Sprintf("byte %d of the %d allocated at %#x", address-a.base, a.size, a.base)
	}
	if past := address - a.base - uint64(a.size); past > 0 {
		return fmt.Sprintf("%d bytes past the end of the %d allocated at %#x", past, a.size, a.base)
	}
	return fmt.Sprintf("at the end of the %d bytes allocated at %#x", a.size, a.base)
}

// free frees the allocation that begins at address. The list keeps an entry without data, so
// that the addresses are not reused and describe can name them.
func (mem *memory) free(address uint64) error {
	a := mem.near(address)
	switch {
	case a == nil || a.base != address:
		return fmt.Errorf("no allocation begins at %#x: %s", address, mem.describe(address))
	case a.freed:
		return fmt.Errorf("the allocation at %#x is freed twice", address)
	}
	mem.used -= int64(len(a.data))
	*a = allocation{base: a.base, size: a.size, freed: true}
	return nil
}

// recycle sets the number of bytes in use of the allocation that begins at address to size.
// When checked, the whole allocation counts as unwritten afterwards.
func (mem *memory) recycle(address uint64, size int) error {
	a := mem.near(address)
	if a == nil || a.base != address || a.freed {
		return fmt.Errorf("no allocation begins at %#x: %s", address, mem.describe(address))
	}
	if size < 0 || size > len(a.data) {
		return fmt.Errorf("recycling %d bytes at %#x, where %d are allocated", size, address, len(a.data))
	}
	a.size = size
	if mem.checked {
		for i := range a.data {
			a.data[i] = poison
		}
		clear(a.cells)
	}
	return nil
}

// setDefined records that the host has written the size bytes of a from offset on.
func (a *allocation) setDefined(offset, size int) {
	if a.cells == nil {
		return
	}
	for i := offset; i < offset+size; {
		c := &a.cells[i/4]
		if i%4 == 0 && offset+size-i >= 4 {
			c.defined, c.storer = 0xf, 0
			i += 4
			continue
		}
		c.defined, c.storer = c.defined|1<<(i%4), 0
		i++
	}
}

// copyDefined updates the cells of dst after a copy of size bytes from src: a copied byte is
// as written or unwritten as its source, and the word around it gets the number of the
// instruction that stored the source.
func copyDefined(dst *allocation, dstOffset int, src *allocation, srcOffset, size int) {
	if dst.cells == nil {
		return
	}
	for i := range size {
		from, to := srcOffset+i, dstOffset+i
		bit := src.cells[from/4].defined >> (from % 4) & 1
		c := &dst.cells[to/4]
		c.storer = src.cells[from/4].storer
		c.defined = c.defined&^(1<<(to%4)) | bit<<(to%4)
	}
}
