package ptxsim

import (
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// exactFMA returns x·y+z rounded once, by arithmetic of unlimited precision.
func exactFMA(x, y, z float32) float32 {
	if s := float64(x)*float64(y) + float64(z); s != s || math.IsInf(s, 0) || s == 0 {
		return float32(s)
	}
	r := new(big.Float).SetPrec(2000).SetFloat64(float64(x))
	r.Mul(r, new(big.Float).SetFloat64(float64(y)))
	r.Add(r, new(big.Float).SetFloat64(float64(z)))
	f, _ := r.Float32()
	return f
}

// A sum just off the midpoint of two float32 is rounded wrongly if it is rounded to float64
// first.
func TestFMAIsRoundedOnce(t *testing.T) {
	naive := 0
	check := func(x, y, z float32) {
		want := exactFMA(x, y, z)
		got := fma32(x, y, z)
		require.Equal(t, math.Float32bits(want), math.Float32bits(got), "fma(%g, %g, %g) is %g, not %g", x, y, z, want, got)
		if float32(float64(x)*float64(y)+float64(z)) != want {
			naive++
		}
	}
	for a := 1; a < 256; a++ {
		x, y := float32(1+float64(a)/(1<<23)), float32((1-float64(a)/(1<<23))/(1<<24))
		check(x, y, math.Float32frombits(0x3f800001+uint32(2*a)))
		check(x, -y, math.Float32frombits(0x3f800001+uint32(2*a)))
		// Subnormal results have fewer bits, so their midpoints are other float64 values.
		tiny := math.Float32frombits(uint32(2*a + 1))
		check(x*0x1p-70, float32(1-float64(a)/(1<<23))*0x1p-80, tiny)
		check(-x*0x1p-70, float32(1-float64(a)/(1<<23))*0x1p-80, tiny)
	}
	require.Greater(t, naive, 500, "the cases are hard")
	random := rand.New(rand.NewPCG(1, 1))
	for range 200000 {
		x := math.Float32frombits(random.Uint32()&0x807fffff | (30+random.Uint32N(190))<<23)
		y := math.Float32frombits(random.Uint32()&0x807fffff | (30+random.Uint32N(190))<<23)
		z := math.Float32frombits(random.Uint32())
		if z == z {
			check(x, y, z)
		}
	}
}

// A directed rounding returns the nearest float32 on its side of the exact result.
func TestDirectedRoundings(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 2))
	for range 20000 {
		x := math.Float32frombits(random.Uint32()&0x807fffff | (90+random.Uint32N(70))<<23)
		y := math.Float32frombits(random.Uint32()&0x807fffff | (90+random.Uint32N(70))<<23)
		z := math.Float32frombits(random.Uint32()&0x807fffff | (90+random.Uint32N(70))<<23)
		exact := new(big.Float).SetPrec(400).SetFloat64(float64(x))
		exact.Mul(exact, big.NewFloat(float64(y)))
		exact.Add(exact, big.NewFloat(float64(z)))
		for mode, bigMode := range map[rounding]big.RoundingMode{toZero: big.ToZero, toNegative: big.ToNegativeInf, toPositive: big.ToPositiveInf} {
			want, _ := new(big.Float).SetPrec(24).SetMode(bigMode).Set(exact).Float32()
			require.Equal(t, want, fused32(mode)(x, y, z), "fma(%g, %g, %g) rounded %d", x, y, z, mode)
		}
	}
}

// The fast loops compute the same as the functions in scalars, for any set of lanes.
func TestVectorLoops(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	w := &warp{r: make([][warpSize]uint32, 5), x: make([][warpSize]uint64, 5)}
	fill := func() {
		for i := range w.r {
			for lane := range warpSize {
				w.r[i][lane], w.x[i][lane] = random.Uint32(), random.Uint64()
				switch random.IntN(4) {
				case 0:
					w.r[i][lane] %= 70
				case 1:
					w.r[i][lane] = []uint32{0, 1 << 31, 0x7f800000, 0x7fc00001, 0xff800000, 1}[random.IntN(6)]
				}
			}
		}
	}
	for name, fast := range vectors {
		s := scalars[name]
		for _, mask := range []uint32{allLanes, 1, 1 << 31, 0x0ff0, random.Uint32()} {
			for _, d := range []int{4, 0, 1, 2} { // also a destination that is a source
				fill()
				slots := [4]int{0, 1, 2, 3}
				r, x := append([][warpSize]uint32(nil), w.r...), append([][warpSize]uint64(nil), w.x...)
				s.lanes(d, slots)(w, mask)
				wantR, wantX := w.r, w.x
				w.r, w.x = r, x
				fast(d, slots)(w, mask)
				require.Equal(t, wantR, w.r, "%s to %d, lanes %#x", name, d, mask)
				require.Equal(t, wantX, w.x, "%s to %d, lanes %#x", name, d, mask)
			}
		}
	}
}

// Approximations err by at most the bound of the ISA. With High and Low they err by nearly
// as much.
func TestApproximationBounds(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	for op, f := range approximates {
		for _, way := range []Approximation{Nearest, Scattered, High, Low} {
			function := scalars[op+".approx.f32"].approximation(way).(func(uint32) uint32)
			var worst, ups, downs float64
			for range 20000 {
				x := math.Float32frombits(random.Uint32()&0x807fffff | (107+random.Uint32N(30))<<23)
				exact := f.exact(float64(x))
				if exact != exact || exact == 0 || math.IsInf(exact, 0) || math.Abs(exact) < 0x1p-100 || math.Abs(exact) > 0x1p100 {
					continue
				}
				y := float64(math.Float32frombits(function(math.Float32bits(x))))
				bound := f.bound(float64(x), exact)
				require.LessOrEqual(t, math.Abs(y-exact), max(bound, ulp32(exact)/2), "%s %v of %g", op, way, x)
				worst = max(worst, math.Abs(y-exact)/bound)
				if y > exact {
					ups++
				} else {
					downs++
				}
			}
			switch way {
			case High:
				require.Greater(t, worst, 0.9, op)
				require.Greater(t, ups, 10*downs, op)
			case Low:
				require.Greater(t, worst, 0.9, op)
				require.Greater(t, downs, 10*ups, op)
			case Scattered:
				require.InDelta(t, 1, ups/downs, 0.2, op)
			}
		}
	}
}

// For the operands in the ISA's tables the results are exact, with every Approximation.
func TestApproximationsOfSpecialValues(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	negativeZero := float32(math.Copysign(0, -1))
	for _, test := range []struct {
		op      string
		x, want float32
	}{
		{"ex2", -inf, 0}, {"ex2", negativeZero, 1}, {"ex2", 0, 1}, {"ex2", inf, inf}, {"ex2", nan, nan}, {"ex2", 200, inf}, {"ex2", -200, 0},
		{"lg2", -inf, nan}, {"lg2", -1, nan}, {"lg2", negativeZero, -inf}, {"lg2", 0, -inf}, {"lg2", inf, inf}, {"lg2", nan, nan},
		{"rcp", -inf, negativeZero}, {"rcp", negativeZero, -inf}, {"rcp", 0, inf}, {"rcp", inf, 0}, {"rcp", nan, nan},
		{"sqrt", -inf, nan}, {"sqrt", -1, nan}, {"sqrt", negativeZero, negativeZero}, {"sqrt", 0, 0}, {"sqrt", inf, inf}, {"sqrt", nan, nan},
		{"rsqrt", -inf, nan}, {"rsqrt", -1, nan}, {"rsqrt", negativeZero, -inf}, {"rsqrt", 0, inf}, {"rsqrt", inf, 0}, {"rsqrt", nan, nan},
		{"sin", -inf, nan}, {"sin", negativeZero, negativeZero}, {"sin", 0, 0}, {"sin", inf, nan}, {"sin", nan, nan},
		{"cos", -inf, nan}, {"cos", negativeZero, 1}, {"cos", 0, 1}, {"cos", inf, nan}, {"cos", nan, nan},
	} {
		for _, way := range []Approximation{Nearest, Scattered, High, Low} {
			got := scalars[test.op+".approx.f32"].approximation(way).(func(uint32) uint32)(math.Float32bits(test.x))
			require.Equal(t, bits32(test.want), got, "%s.approx %v of %g", test.op, way, test.x)
		}
	}
	for _, op := range []string{"div.approx.f32", "div.full.f32"} {
		f := scalars[op].approximation(High).(func(a, b uint32) uint32)
		require.Equal(t, math.Float32bits(inf), f(math.Float32bits(1), 0), op)
		require.Equal(t, bits32(nan), f(0, 0), op)
		require.InEpsilon(t, 1.0/3, math.Float32frombits(f(math.Float32bits(1), math.Float32bits(3))), 3e-7, op)
	}
	big := math.Float32bits(0x1.8p126)
	require.Zero(t, scalars["div.approx.f32"].approximation(Nearest).(func(a, b uint32) uint32)(big, big), "beyond its range")
	require.Equal(t, math.Float32bits(1), scalars["div.full.f32"].approximation(Nearest).(func(a, b uint32) uint32)(big, big))
	require.Equal(t, "scattered", Scattered.String())
}

func TestShuffleSource(t *testing.T) {
	const whole = 31
	quarters := uint32(0x18<<8 | 31) // segments of 8 lanes
	for _, test := range []struct {
		mode    string
		lane    int
		b, c    uint32
		from    int
		inRange bool
	}{
		{"up", 5, 2, 0, 3, true},
		{"up", 1, 2, 0, 1, false},
		{"up", 9, 2, 0x1800, 9, false},
		{"up", 10, 2, 0x1800, 8, true},
		{"down", 5, 3, whole, 8, true},
		{"down", 30, 3, whole, 30, false},
		{"down", 6, 2, quarters, 6, false},
		{"down", 5, 2, quarters, 7, true},
		{"bfly", 5, 16, whole, 21, true},
		{"bfly", 3, 8, quarters, 3, false},
		{"bfly", 3, 4, quarters, 7, true},
		{"bfly", 12, 8, quarters, 4, true}, // bfly checks only the upper end of a segment, and reads below it
		{"idx", 9, 0, whole, 0, true},
		{"idx", 9, 3, quarters, 11, true},
		{"idx", 9, 11, quarters, 11, true},
		{"idx", 9, 40, whole, 8, true}, // only the low five bits of the lane count
		{"idx", 2, 9, 5, 2, false},
	} {
		from, ok := shuffleSource(test.mode, test.lane, test.b, test.c)
		require.Equal(t, test.from, from, "%+v", test)
		require.Equal(t, test.inRange, ok, "%+v", test)
	}
}

func TestBankWavefronts(t *testing.T) {
	for name, test := range map[string]struct {
		words             int
		mask              uint32
		word              func(lane int) int // index of a 4-byte word
		wavefronts, least int
	}{
		"consecutive":               {1, allLanes, func(i int) int { return i }, 1, 1},
		"the same for all":          {1, allLanes, func(int) int { return 7 }, 1, 1},
		"every second":              {1, allLanes, func(i int) int { return 2 * i }, 2, 1},
		"a column of a 32-matrix":   {1, allLanes, func(i int) int { return 32 * i }, 32, 1},
		"a column of a padded one":  {1, allLanes, func(i int) int { return 33 * i }, 1, 1},
		"one lane":                  {1, 1 << 9, func(i int) int { return 32 * i }, 1, 1},
		"two words, consecutive":    {2, allLanes, func(i int) int { return 2 * i }, 2, 2},
		"two words, half a warp":    {2, 0xffff, func(i int) int { return 2 * i }, 1, 1},
		"two words, strided":        {2, allLanes, func(i int) int { return 4 * i }, 4, 2},
		"four words, consecutive":   {4, allLanes, func(i int) int { return 4 * i }, 4, 4},
		"four words, pairs":         {4, allLanes, func(i int) int { return 4 * (i / 2) }, 2, 2},
		"four words, second bit":    {4, allLanes, func(i int) int { return 4 * (i&1 | i>>1&^1) }, 2, 2},
		"four words, equal":         {4, allLanes, func(int) int { return 8 }, 2, 2},
		"four words, conflicts":     {4, allLanes, func(i int) int { return 32 * i }, 32, 4},
		"four words, few lanes":     {4, 0xff, func(i int) int { return 4 * i }, 1, 1},
		"pairs, with a lane absent": {4, allLanes &^ 2, func(i int) int { return 4 * (i / 2) }, 4, 4},
	} {
		var at [warpSize]uint64
		for i := range at {
			at[i] = uint64(4 * test.word(i))
		}
		wavefronts, least := bankWavefronts(&at, test.words, test.mask)
		require.Equal(t, test.wavefronts, wavefronts, name)
		require.Equal(t, test.least, least, name)
	}
}

func TestSectors(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	for range 1000 {
		var at [warpSize]uint64
		seen := map[uint64]bool{}
		mask := random.Uint32()
		stride := random.Uint64N(40)
		for i := range at {
			at[i] = stride * uint64(i)
			if random.IntN(2) == 0 {
				at[i] = random.Uint64N(1024)
			}
			if mask>>i&1 != 0 {
				seen[at[i]/32] = true
			}
		}
		require.Equal(t, len(seen), sectors(&at, mask))
	}
}

// In every spelling the type comes last, except before the mode of prmt.
func TestSpellings(t *testing.T) {
	for name, s := range scalars {
		parts := strings.Split(name, ".")
		last := parts[len(parts)-1]
		if parts[0] == "prmt" {
			last = parts[1]
		}
		require.NotEqual(t, syntax.NoType, syntax.ParseType(last), name)
		require.NotEmpty(t, s.operands, name)
		require.LessOrEqual(t, len(s.operands), 4, name)
	}
}
