package ptxsim

import (
	"encoding/binary"
	"math/bits"

	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// A mover copies between registers and mem for the lanes in m. Lane i accesses mem from the
// offset w.at[i] in bytes on. The caller has checked that the accesses lie within mem.
type mover func(w *warp, mem []byte, m uint32)

// An element is one register that a load writes or a store reads. A vector access has
// several.
type element struct {
	slot int  // index in its register file
	long bool // the register is in the file of 64-bit registers
	bits int  // width of the register
}

// loadMove returns the mover of a load of values of type typ. A value that is narrower than
// its register is extended: a signed type by its sign, another type by zeros.
func loadMove(elements []element, typ syntax.Type) mover {
	size := typ.Size()
	exact := true
	for _, e := range elements {
		exact = exact && e.bits == 8*size
	}
	switch {
	case exact && size == 4:
		return loadWords(slots(elements))
	case exact && size == 8:
		return loadLongs(slots(elements))
	}
	widen := make([]conversion, len(elements))
	for j, e := range elements {
		widen[j] = widening(typ, e.bits)
	}
	return func(w *warp, mem []byte, m uint32) {
		for i := range lanesOf(m) {
			for j, e := range elements {
				v := widen[j](getInteger(mem[w.at[i]+uint64(j*size):], size))
				if e.long {
					w.x[e.slot][i] = v
				} else {
					w.r[e.slot][i] = uint32(v)
				}
			}
		}
	}
}

// slots returns the slots of the elements.
func slots(elements []element) []int {
	s := make([]int, len(elements))
	for j, e := range elements {
		s[j] = e.slot
	}
	return s
}

// loadWords returns the mover of a load of 1, 2 or 4 values of 32 bits to 32-bit registers.
func loadWords(slots []int) mover {
	switch len(slots) {
	case 1:
		return func(w *warp, mem []byte, m uint32) {
			dst := &w.r[slots[0]]
			if m == allLanes {
				for i := range dst {
					dst[i] = binary.LittleEndian.Uint32(mem[w.at[i]:])
				}
				return
			}
			for t := m; t != 0; t &= t - 1 {
				i := bits.TrailingZeros32(t) & 31
				dst[i] = binary.LittleEndian.Uint32(mem[w.at[i]:])
			}
		}
	case 2:
		return func(w *warp, mem []byte, m uint32) {
			x, y := &w.r[slots[0]], &w.r[slots[1]]
			for t := m; t != 0; t &= t - 1 {
				i := bits.TrailingZeros32(t) & 31
				b := mem[w.at[i]:][:8]
				x[i], y[i] = binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
			}
		}
	}
	return func(w *warp, mem []byte, m uint32) {
		x, y, z, v := &w.r[slots[0]], &w.r[slots[1]], &w.r[slots[2]], &w.r[slots[3]]
		for t := m; t != 0; t &= t - 1 {
			i := bits.TrailingZeros32(t) & 31
			b := mem[w.at[i]:][:16]
			x[i], y[i] = binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
			z[i], v[i] = binary.LittleEndian.Uint32(b[8:]), binary.LittleEndian.Uint32(b[12:])
		}
	}
}

// loadLongs returns the mover of a load of 64-bit values to 64-bit registers.
func loadLongs(slots []int) mover {
	return func(w *warp, mem []byte, m uint32) {
		for j, slot := range slots {
			dst := &w.x[slot]
			offset := uint64(8 * j)
			for t := m; t != 0; t &= t - 1 {
				i := bits.TrailingZeros32(t) & 31
				dst[i] = binary.LittleEndian.Uint64(mem[w.at[i]+offset:])
			}
		}
	}
}

// storeMove returns the mover of a store of values of type typ. Of a register that is wider
// than the type it stores the low bytes.
func storeMove(elements []element, typ syntax.Type) mover {
	size := typ.Size()
	words := size == 4
	for _, e := range elements {
		words = words && !e.long
	}
	if words {
		return storeWords(slots(elements))
	}
	return func(w *warp, mem []byte, m uint32) {
		for i := range lanesOf(m) {
			for j, e := range elements {
				var v uint64
				if e.long {
					v = w.x[e.slot][i]
				} else {
					v = uint64(w.r[e.slot][i])
				}
				putInteger(mem[w.at[i]+uint64(j*size):], size, v)
			}
		}
	}
}

// storeWords returns the mover of a store of 32-bit values from registers of up to 32 bits.
func storeWords(slots []int) mover {
	return func(w *warp, mem []byte, m uint32) {
		at := &w.at
		for j, slot := range slots {
			src := &w.r[slot]
			offset := uint64(4 * j)
			for t := m; t != 0; t &= t - 1 {
				i := bits.TrailingZeros32(t) & 31
				binary.LittleEndian.PutUint32(mem[at[i]+offset:], src[i])
			}
		}
	}
}

// getInteger returns the little-endian integer in the first size bytes of b.
func getInteger(b []byte, size int) uint64 {
	switch size {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(binary.LittleEndian.Uint16(b))
	case 4:
		return uint64(binary.LittleEndian.Uint32(b))
	}
	return binary.LittleEndian.Uint64(b)
}

// putInteger stores the low size bytes of v in b, little-endian.
func putInteger(b []byte, size int, v uint64) {
	switch size {
	case 1:
		b[0] = byte(v)
	case 2:
		binary.LittleEndian.PutUint16(b, uint16(v))
	case 4:
		binary.LittleEndian.PutUint32(b, uint32(v))
	default:
		binary.LittleEndian.PutUint64(b, v)
	}
}
