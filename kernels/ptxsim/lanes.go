package ptxsim

import (
	"fmt"
	"iter"
	"math/bits"
)

// lanesOf yields the lanes in the mask m, in ascending order.
func lanesOf(m uint32) iter.Seq[int] {
	return func(yield func(int) bool) {
		for ; m != 0; m &= m - 1 {
			if !yield(bits.TrailingZeros32(m)) {
				return
			}
		}
	}
}

// A word is the value of a register in one lane.
type word interface{ uint32 | uint64 }

// lanes returns the register at a slot of the register file for T: w.r or w.x.
func lanes[T word](w *warp, slot int) *[warpSize]T {
	if slot < len(w.r) {
		if p, ok := any(&w.r[slot]).(*[warpSize]T); ok {
			return p
		}
	}
	return any(&w.x[slot]).(*[warpSize]T)
}

// lanes1 to lanes4 return the exec that applies f to 1 to 4 registers, in each lane of m.
// The loops mask the lane with 31, which spares the bounds check.

func lanes1[D, A word](d, a int, f func(A) D) exec {
	return func(w *warp, m uint32) {
		dst, x := lanes[D](w, d), lanes[A](w, a)
		for ; m != 0; m &= m - 1 {
			i := bits.TrailingZeros32(m) & 31
			dst[i] = f(x[i])
		}
	}
}

func lanes2[D, A, B word](d, a, b int, f func(A, B) D) exec {
	return func(w *warp, m uint32) {
		dst, x, y := lanes[D](w, d), lanes[A](w, a), lanes[B](w, b)
		for ; m != 0; m &= m - 1 {
			i := bits.TrailingZeros32(m) & 31
			dst[i] = f(x[i], y[i])
		}
	}
}

func lanes3[D, A, B, C word](d, a, b, c int, f func(A, B, C) D) exec {
	return func(w *warp, m uint32) {
		dst, x, y, z := lanes[D](w, d), lanes[A](w, a), lanes[B](w, b), lanes[C](w, c)
		for ; m != 0; m &= m - 1 {
			i := bits.TrailingZeros32(m) & 31
			dst[i] = f(x[i], y[i], z[i])
		}
	}
}

func lanes4[T word](d int, s [4]int, f func(a, b T, c, d uint32) T) exec {
	return func(w *warp, m uint32) {
		dst, x, y, z, v := lanes[T](w, d), lanes[T](w, s[0]), lanes[T](w, s[1]), &w.r[s[2]], &w.r[s[3]]
		for ; m != 0; m &= m - 1 {
			i := bits.TrailingZeros32(m) & 31
			dst[i] = f(x[i], y[i], z[i], v[i])
		}
	}
}

// lanes returns the exec that applies s.function to the registers in slots a.
func (s *scalar) lanes(d int, a [4]int) exec {
	switch f := s.function.(type) {
	case func(uint32) uint32:
		return lanes1(d, a[0], f)
	case func(uint32) uint64:
		return lanes1(d, a[0], f)
	case func(uint64) uint32:
		return lanes1(d, a[0], f)
	case func(uint64) uint64:
		return lanes1(d, a[0], f)
	case func(uint32, uint32) uint32:
		return lanes2(d, a[0], a[1], f)
	case func(uint32, uint32) uint64:
		return lanes2(d, a[0], a[1], f)
	case func(uint64, uint32) uint64:
		return lanes2(d, a[0], a[1], f)
	case func(uint64, uint64) uint64:
		return lanes2(d, a[0], a[1], f)
	case func(uint32, uint32, uint32) uint32:
		return lanes3(d, a[0], a[1], a[2], f)
	case func(uint32, uint32, uint64) uint64:
		return lanes3(d, a[0], a[1], a[2], f)
	case func(uint64, uint32, uint32) uint64:
		return lanes3(d, a[0], a[1], a[2], f)
	case func(uint64, uint64, uint64) uint64:
		return lanes3(d, a[0], a[1], a[2], f)
	case func(uint32, uint32, uint32, uint32) uint32:
		return lanes4(d, a, f)
	case func(uint64, uint64, uint32, uint32) uint64:
		return lanes4(d, a, f)
	}
	panic(fmt.Sprintf("ptxsim: no loop over lanes for %T", s.function))
}
