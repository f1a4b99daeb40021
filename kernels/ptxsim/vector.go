package ptxsim

import "math"

// vectors holds, for the most frequent scalars, a function that compiles the instruction to
// a fast loop over all lanes. d is the slot of the destination, s holds those of the
// sources. The loop must compute the same as the function in scalars.
var vectors = map[string]func(d int, s [4]int) exec{
	"fma.rn.f32": vectorFMA, "mad.rn.f32": vectorFMA,
	"add.rn.f32": floatLoop(addFloats, addLanes), "add.f32": floatLoop(addFloats, addLanes),
	"sub.rn.f32": floatLoop(subFloats, subLanes), "sub.f32": floatLoop(subFloats, subLanes),
	"mul.rn.f32": floatLoop(mulFloats, mulLanes), "mul.f32": floatLoop(mulFloats, mulLanes),
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

// vectorFMA compiles fma.rn.f32.
func vectorFMA(d int, s [4]int) exec {
	loop := fmaWords
	if hasLanes {
		loop = fmaLanes
	}
	return func(w *warp, m uint32) {
		if m == allLanes {
			loop(&w.r[d], &w.r[s[0]], &w.r[s[1]], &w.r[s[2]])
			return
		}
		loop(&w.words, &w.r[s[0]], &w.r[s[1]], &w.r[s[2]])
		copyLanes(&w.r[d], &w.words, m)
	}
}

func fmaWords(r, x, y, z *[warpSize]uint32) {
	for i := range r {
		r[i] = bits32(fma32(math.Float32frombits(x[i]), math.Float32frombits(y[i]), math.Float32frombits(z[i])))
	}
}

// floatLoop returns integerLoop of the assembly loop if the processor can run it, else of
// the plain loop.
func floatLoop(plain, assembly func(r, x, y *[warpSize]uint32)) func(d int, s [4]int) exec {
	if hasLanes {
		return integerLoop(assembly)
	}
	return integerLoop(plain)
}

func addFloats(r, x, y *[warpSize]uint32) {
	for i := range r {
		r[i] = bits32(math.Float32frombits(x[i]) + math.Float32frombits(y[i]))
	}
}

func subFloats(r, x, y *[warpSize]uint32) {
	for i := range r {
		r[i] = bits32(math.Float32frombits(x[i]) - math.Float32frombits(y[i]))
	}
}

func mulFloats(r, x, y *[warpSize]uint32) {
	for i := range r {
		r[i] = bits32(math.Float32frombits(x[i]) * math.Float32frombits(y[i]))
	}
}

// integerLoop returns a function that compiles an instruction with two 32-bit sources x, y
// and a 32-bit result r. loop computes r in all lanes. If only some lanes execute the
// instruction, the result is copied to the register in these lanes alone.
func integerLoop(loop func(r, x, y *[warpSize]uint32)) func(d int, s [4]int) exec {
	return func(d int, s [4]int) exec {
		return func(w *warp, m uint32) {
			if m == allLanes {
				loop(&w.r[d], &w.r[s[0]], &w.r[s[1]])
				return
			}
			loop(&w.words, &w.r[s[0]], &w.r[s[1]])
			copyLanes(&w.r[d], &w.words, m)
		}
	}
}

// longLoop does the same as integerLoop, for 64-bit registers.
func longLoop(loop func(r, x, y *[warpSize]uint64)) func(d int, s [4]int) exec {
	return func(d int, s [4]int) exec {
		return func(w *warp, m uint32) {
			if m == allLanes {
				loop(&w.x[d], &w.x[s[0]], &w.x[s[1]])
				return
			}
			loop(&w.longs, &w.x[s[0]], &w.x[s[1]])
			copyLanes(&w.x[d], &w.longs, m)
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

// vectorMad compiles mad.lo of 32-bit integers.
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

// vectorWide returns the function that compiles mul.wide of 32-bit integers.
func vectorWide(signed bool) func(d int, s [4]int) exec {
	return func(d int, s [4]int) exec {
		return func(w *warp, m uint32) {
			if m == allLanes {
				wide(&w.x[d], &w.r[s[0]], &w.r[s[1]], signed)
				return
			}
			wide(&w.longs, &w.r[s[0]], &w.r[s[1]], signed)
			copyLanes(&w.x[d], &w.longs, m)
		}
	}
}

// vectorMadWide returns the function that compiles mad.wide of 32-bit integers.
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

// wide sets r to the 64-bit products of x and y.
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

// conversions holds, for the most frequent forms of cvt, a function that compiles the
// instruction to a fast loop over all lanes. d is the slot of the destination, a that of the
// source.
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
