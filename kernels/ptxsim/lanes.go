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

// A word is the Go type of a register's value in one lane: uint32 for registers of up to 32
// bits, uint64 for others.
type word interface{ uint32 | uint64 }

// lanes returns all lanes of the register at slot in the register file for T: w.r for uint32,
// w.x for uint64.
func lanes[T word](w *warp, slot int) *[warpSize]T {
	if slot < len(w.r) {
		if p, ok := any(&w.r[slot]).(*[warpSize]T); ok {
			return p
		}
	}
	return any(&w.x[slot]).(*[warpSize]T)
}

// lanes1 to lanes4 return an exec that computes, in each lane of m, the register at slot d
// as f of 1 to 4 source registers. The loops mask the lane with 31, so that the compiler
// omits the bounds check.

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

// lanes returns the exec that computes, in each lane of m, the register at slot d as
// s.function of the registers at slots a.
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
