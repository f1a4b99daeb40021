package ptxsim

import (
	"fmt"
	"sort"

	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// Addresses of global memory start high, so that one cut to 32 bits is found,
// and are never given out twice, so that the use of freed memory is found too.
const (
	globalBase = 0x20_0000_0000
	granule    = 256 // alignment of allocations, and at least the gap between them
)

// windows are where the other spaces lie in the generic address space. Global
// addresses are generic addresses.
var windows = [...]uint64{syntax.Shared: 0x10_0000_0000, syntax.Local: 0x14_0000_0000, syntax.Const: 0x18_0000_0000, syntax.ParamSpace: 0}

// windowSize is the size of each window.
const windowSize = 1 << 32

// An allocation is a span of global memory.
type allocation struct {
	base  uint64
	size  int    // bytes in use, see gpu.Recycler
	data  []byte // at least size
	cells []cell // one for each 4 bytes of data; nil when unchecked
	// touched have a bit for each sector that the running launch has read, and
	// written; nil when footprints are not counted.
	touched [2][]uint64
	freed   bool
}

// memory is the GPU's global memory.
type memory struct {
	allocations []*allocation // by base
	next        uint64
	used, limit int64
	checked     bool
	footprints  bool
}

func newMemory(limit int64, checked, footprints bool) *memory {
	return &memory{next: globalBase, limit: limit, checked: checked, footprints: footprints}
}

func (mem *memory) alloc(size int) (*allocation, error) {
	if size <= 0 {
		return nil, fmt.Errorf("allocation of %d bytes", size)
	}
	if int64(size) > mem.limit-mem.used {
		return nil, fmt.Errorf("%w: %d bytes wanted, %d of %d free", gpu.ErrOutOfMemory, size, mem.limit-mem.used, mem.limit)
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

// poison fills memory that nobody has written.
const poison = 0xfb

// near returns the last allocation that begins at or below address, or nil.
func (mem *memory) near(address uint64) *allocation {
	i := sort.Search(len(mem.allocations), func(i int) bool { return mem.allocations[i].base > address })
	if i == 0 {
		return nil
	}
	return mem.allocations[i-1]
}

// span returns the allocation that holds size bytes at address, and the offset
// in it, or an error that says what is there.
func (mem *memory) span(address uint64, size int) (*allocation, int, error) {
	a := mem.near(address)
	if a == nil || a.freed || size < 0 || address-a.base > uint64(len(a.data)) || uint64(size) > uint64(len(a.data))-(address-a.base) {
		return nil, 0, fmt.Errorf("%d bytes at %#x: %s", size, address, mem.describe(address))
	}
	return a, int(address - a.base), nil
}

// inUse returns an error unless size bytes from offset are in use.
func (a *allocation) inUse(offset, size int) error {
	if a.freed || offset+size > a.size {
		return fmt.Errorf("%d bytes at byte %d of the allocation at %#x, of which %d are in use", size, offset, a.base, a.size)
	}
	return nil
}

// describe says where address lies relative to the allocations.
func (mem *memory) describe(address uint64) string {
	a := mem.near(address)
	switch {
	case address < 1<<20:
		return "near the null address"
	case a == nil && address < 1<<32:
		return "no global memory is there; was an address cut to 32 bits?"
	case a == nil:
		return "no global memory is there"
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

// free gives back an allocation. Its address range stays known.
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

// recycle starts a new life of an allocation.
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

// setDefined marks bytes of a as written, by the host.
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

// copyDefined copies the marks of size bytes along with the bytes.
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
