package ptxsim

import (
	"math"
	"math/bits"
)

// vectors holds loops of their own for the instructions that kernels spend
// their time in. Each must give what its function in scalars gives.
var vectors = map[string]func(d int, s [4]int) exec{
	"fma.rn.f32": vectorFMA, "mad.rn.f32": vectorFMA,
	"add.rn.f32": vectorAdd, "add.f32": vectorAdd,
	"mul.rn.f32": vectorMul, "mul.f32": vectorMul,
	"sub.rn.f32": vectorSub, "sub.f32": vectorSub,
	"add.s32": integerLoop(addWords[uint32]), "add.u32": integerLoop(addWords[uint32]),
	"sub.s32": integerLoop(subWords[uint32]), "sub.u32": integerLoop(subWords[uint32]),
	"mul.lo.s32": integerLoop(mulWords[uint32]), "mul.lo.u32": integerLoop(mulWords[uint32]),
	"shl.b32": integerLoop(shiftLeft), "shr.u32": integerLoop(shiftRight), "shr.b32": integerLoop(shiftRight),
	"add.s64": longLoop(addWords[uint64]), "add.u64": longLoop(addWords[uint64]),
	"sub.s64": longLoop(subWords[uint64]), "sub.u64": longLoop(subWords[uint64]),
	"mad.lo.s32": vectorMad, "mad.lo.u32": vectorMad,
	"mul.wide.u32": vectorWide(false), "mul.wide.s32": vectorWide(true),
	"mad.wide.u32": vectorMadWide(false), "mad.wide.s32": vectorMadWide(true),
}

func vectorFMA(d int, s [4]int) exec {
	return func(w *warp, m uint32) {
		dst, x, y, z := &w.r[d], &w.r[s[0]], &w.r[s[1]], &w.r[s[2]]
		if m == allLanes {
			for i := range dst {
				dst[i] = bits32(fma32(math.Float32frombits(x[i]), math.Float32frombits(y[i]), math.Float32frombits(z[i])))
			}
			return
		}
		for ; m != 0; m &= m - 1 {
			i := bits.TrailingZeros32(m) & 31
			dst[i] = bits32(fma32(math.Float32frombits(x[i]), math.Float32frombits(y[i]), math.Float32frombits(z[i])))
		}
	}
}

func vectorAdd(d int, s [4]int) exec {
	return func(w *warp, m uint32) {
		x, y := &w.r[s[0]], &w.r[s[1]]
		var r [warpSize]uint32
		for i := range r {
			r[i] = bits32(math.Float32frombits(x[i]) + math.Float32frombits(y[i]))
		}
		copyLanes(&w.r[d], &r, m)
	}
}

func vectorSub(d int, s [4]int) exec {
	return func(w *warp, m uint32) {
		x, y := &w.r[s[0]], &w.r[s[1]]
		var r [warpSize]uint32
		for i := range r {
			r[i] = bits32(math.Float32frombits(x[i]) - math.Float32frombits(y[i]))
		}
		copyLanes(&w.r[d], &r, m)
	}
}

func vectorMul(d int, s [4]int) exec {
	return func(w *warp, m uint32) {
		x, y := &w.r[s[0]], &w.r[s[1]]
		var r [warpSize]uint32
		for i := range r {
			r[i] = bits32(math.Float32frombits(x[i]) * math.Float32frombits(y[i]))
		}
		copyLanes(&w.r[d], &r, m)
	}
}

func integerLoop(loop func(r, x, y *[warpSize]uint32)) func(d int, s [4]int) exec {
	return func(d int, s [4]int) exec {
		return func(w *warp, m uint32) {
			if m == allLanes {
				loop(&w.r[d], &w.r[s[0]], &w.r[s[1]])
				return
			}
			var r [warpSize]uint32
			loop(&r, &w.r[s[0]], &w.r[s[1]])
			copyLanes(&w.r[d], &r, m)
		}
	}
}

func longLoop(loop func(r, x, y *[warpSize]uint64)) func(d int, s [4]int) exec {
	return func(d int, s [4]int) exec {
		return func(w *warp, m uint32) {
			if m == allLanes {
				loop(&w.x[d], &w.x[s[0]], &w.x[s[1]])
				return
			}
			var r [warpSize]uint64
			loop(&r, &w.x[s[0]], &w.x[s[1]])
			copyLanes(&w.x[d], &r, m)
		}
	}
}

func addWords[T word](r, x, y *[warpSize]T) {
	for i := range r {
		r[i] = x[i] + y[i]
	}
}

func subWords[T word](r, x, y *[warpSize]T) {
	for i := range r {
		r[i] = x[i] - y[i]
	}
}

func mulWords[T word](r, x, y *[warpSize]T) {
	for i := range r {
		r[i] = x[i] * y[i]
	}
}

func shiftLeft(r, x, y *[warpSize]uint32) {
	for i := range r {
		r[i] = x[i] << y[i]
	}
}

func shiftRight(r, x, y *[warpSize]uint32) {
	for i := range r {
		r[i] = x[i] >> y[i]
	}
}

func vectorMad(d int, s [4]int) exec {
	return func(w *warp, m uint32) {
		x, y, z := &w.r[s[0]], &w.r[s[1]], &w.r[s[2]]
		var r [warpSize]uint32
		for i := range r {
			r[i] = x[i]*y[i] + z[i]
		}
		copyLanes(&w.r[d], &r, m)
	}
}

func vectorWide(signed bool) func(d int, s [4]int) exec {
	return func(d int, s [4]int) exec {
		return func(w *warp, m uint32) {
			var r [warpSize]uint64
			wide(&r, &w.r[s[0]], &w.r[s[1]], signed)
			copyLanes(&w.x[d], &r, m)
		}
	}
}

func vectorMadWide(signed bool) func(d int, s [4]int) exec {
	return func(d int, s [4]int) exec {
		return func(w *warp, m uint32) {
			var r [warpSize]uint64
			wide(&r, &w.r[s[0]], &w.r[s[1]], signed)
			z := &w.x[s[2]]
			for i := range r {
				r[i] += z[i]
			}
			copyLanes(&w.x[d], &r, m)
		}
	}
}

func wide(r *[warpSize]uint64, x, y *[warpSize]uint32, signed bool) {
	if signed {
		for i := range r {
			r[i] = uint64(int64(int32(x[i])) * int64(int32(y[i])))
		}
		return
	}
	for i := range r {
		r[i] = uint64(x[i]) * uint64(y[i])
	}
}

// conversions holds loops for the common conversions.
var conversions = map[string]func(d, a int) exec{
	"cvt.u64.u32": func(d, a int) exec {
		return func(w *warp, m uint32) {
			var r [warpSize]uint64
			for i, v := range w.r[a] {
				r[i] = uint64(v)
			}
			copyLanes(&w.x[d], &r, m)
		}
	},
	"cvt.s64.s32": func(d, a int) exec {
		return func(w *warp, m uint32) {
			var r [warpSize]uint64
			for i, v := range w.r[a] {
				r[i] = uint64(int64(int32(v)))
			}
			copyLanes(&w.x[d], &r, m)
		}
	},
	"cvt.u32.u64": func(d, a int) exec {
		return func(w *warp, m uint32) {
			var r [warpSize]uint32
			for i, v := range w.x[a] {
				r[i] = uint32(v)
			}
			copyLanes(&w.r[d], &r, m)
		}
	},
}
