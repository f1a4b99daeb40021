package cpu

import "unsafe"

// A tileFunc computes tiles of C, each of the function's own number of rows and
// columns, one below the other. Row i of all rows together is
//
//	c[coff[i]:] = start + Σ a[aoff[i] + …]·b[k·ldb:]
//
// where the elements of A that meet rows 0, 1, 2, … of B are runs of run
// elements, the next run gap elements behind the end of the one before it: a
// matrix has one run, the patch of an image one for each row of the filter.
// Where boff is not nil it says where row k of B lies, instead of ldb. The sums
// start from bias, or from zero if it is nil. With accumulate in mode they are
// then added to C, and with rectify, negative results become 0. Offsets and ldb
// are in bytes. A row of C may stand in the lists more than once within one tile.
//
// Each sum is over k in ascending order, so the bits of C depend
// neither on the shape of the tile nor on what else is computed.
//
// While it computes, a tile asks for lines of memory that are needed soon, one
// for every stepRows rows of B: the first at ahead, each of the others stride
// bytes further. What lies there, if anything, changes no result.
type tileFunc func(tiles int, a *float32, aoff *int, runs, run, gap int, b *float32, ldb int, boff *int, bias, c *float32, coff *int, mode int, ahead *float32, stride int)

// stepRows is the rows of B for which a tile asks for one line.
const stepRows = 4

// The bits of a tileFunc's mode.
const (
	accumulate = 1 << iota
	rectify
)

// A tiling is the inner loops of products and convolutions in one instruction
// set.
type tiling struct {
	lanes   int        // columns in a vector
	vectors []int      // in the columns of each width of tile, the widest first
	six     []tileFunc // tiles of 6 rows, by width
	four    []tileFunc // tiles of 4 rows
	// transpose is transposePlain, for at least 8 rows and columns.
	transpose func(dst *float32, doff *int, src *float32, lds, rows, columns int)
	// gather is gatherPlain, for multiples of lanes.
	gather func(dst, src *float32, soff *int, n, width, panels int)
	// patches is patchesPlain.
	patches func(dst *float32, columns int, src *float32, soff *int, n, runs, run, stride int)
	// blocks is blocksPlain.
	blocks func(dst *float32, doff *int, ldd int, src *float32, soff *int, lds, n, rows, columns int, add bool)
	// pick and place are pickPlain and placePlain for every second element.
	pick, place func(dst *float32, ldd int, src *float32, lds, rows, n int)
	// peak computes rounds of 24·lanes operations, as fast as it goes.
	peak func(rounds int)
}

// panel returns the kind of tile for the next columns of C, of which n are
// left, and its width, which may be more than n.
func (t *tiling) panel(n int) (kind, width int) {
	for needed := (n + t.lanes - 1) / t.lanes; t.vectors[kind] > needed; {
		kind++
	}
	return kind, t.vectors[kind] * t.lanes
}

// fits reports whether n columns are one panel, and fill it.
func (t *tiling) fits(n int) bool {
	_, width := t.panel(n)
	return width == n
}

// covered returns the width of all panels of n columns.
func (t *tiling) covered(n int) int {
	total := 0
	for total < n {
		_, width := t.panel(n - total)
		total += width
	}
	return total
}

// tileRows returns how many tiles of 6 and of 4 rows cover n ≥ 1 rows, with the
// least number of rows too many.
func tileRows(n int) (six, four int) {
	n += n & 1
	switch six, rest := n/6, n%6; {
	case rest == 0:
		return six, 0
	case rest == 4 || six == 0:
		return six, 1
	default:
		return six - 1, 2
	}
}

// spare is how many more entries than rows a list of offsets has. They repeat
// the last row, to fill up the last tile, which then computes it again.
const spare = 3

// addSpare appends the spare entries to a list.
func addSpare(list []int) []int {
	last := list[len(list)-1]
	return append(list, last, last, last)
}

// A tileCall is the arguments of tiles that compute a column of them.
type tileCall struct {
	a, b, bias, c  *float32
	aoff, coff     []int
	runs, run, gap int
	ldb            int   // unless there is boff
	boff           []int // of the rows of B
	mode           int
	soon           *soon // or nil
}

// rows computes n rows of C in tiles of one kind.
func (t *tiling) rows(n, kind int, x *tileCall) {
	six, four := tileRows(n)
	x.tiles(t.six[kind], 6, six, 0)
	x.tiles(t.four[kind], 4, four, 6*six)
}

// tiles computes tiles of so many rows, the first at row from.
func (x *tileCall) tiles(f tileFunc, rows, tiles, from int) {
	var boff *int
	if len(x.boff) > 0 {
		boff = &x.boff[0]
	}
	steps := x.runs * (x.run / stepRows)
	for tiles > 0 {
		ahead, stride, n := x.soon.take(tiles, steps)
		if ahead == nil {
			ahead = x.a // near already
		}
		f(n, x.a, &x.aoff[from], x.runs, x.run, x.gap, x.b, x.ldb, boff, x.bias, x.c, &x.coff[from], x.mode, ahead, stride)
		tiles -= n
		from += n * rows
	}
}

// plain is the tiling in Go.
var plain = tiling{
	lanes: 4, vectors: []int{1},
	six: []tileFunc{tilePlain(6)}, four: []tileFunc{tilePlain(4)},
	transpose: transposePlain, gather: gatherPlain, patches: patchesPlain, blocks: blocksPlain,
	pick: func(dst *float32, ldd int, src *float32, lds, rows, n int) {
		pickPlain(dst, ldd, src, lds, rows, n, 2)
	},
	place: func(dst *float32, ldd int, src *float32, lds, rows, n int) {
		placePlain(dst, ldd, src, lds, rows, n, 2)
	},
	peak: peakPlain,
}

// tilePlain returns the tile of an even number of rows and 4 columns.
func tilePlain(rows int) tileFunc {
	return func(tiles int, a *float32, aoff *int, runs, run, gap int, b *float32, ldb int, boff *int, bias, c *float32, coff *int, mode int, _ *float32, _ int) {
		aoffs, coffs := unsafe.Slice(aoff, rows*tiles), unsafe.Slice(coff, rows*tiles)
		for i := 0; i < len(aoffs); i += 2 {
			if i > 0 && coffs[i+1] == coffs[i-1] {
				continue // rows that fill the tile up
			}
			pairPlain(at(a, aoffs[i]), at(a, aoffs[i+1]), runs, run, gap, b, ldb, boff, bias, vectorAt(c, coffs[i]), vectorAt(c, coffs[i+1]), mode)
		}
	}
}

// pairPlain computes two rows of 4 columns, their sums in variables.
func pairPlain(a0, a1 *float32, runs, run, gap int, b *float32, ldb int, boff *int, bias *float32, c0, c1 *[4]float32, mode int) {
	var x, y [4]float32
	if bias != nil {
		x = *vectorAt(bias, 0)
		y = x
	}
	x0, x1, x2, x3 := x[0], x[1], x[2], x[3]
	y0, y1, y2, y3 := y[0], y[1], y[2], y[3]
	var boffs []int
	if boff != nil {
		boffs = unsafe.Slice(boff, runs*run)
	}
	offset := 0
	for r := range runs {
		from := 4 * r * (run + gap)
		row0, row1 := unsafe.Slice(at(a0, from), run), unsafe.Slice(at(a1, from), run)
		for k, u := range row0 {
			if boffs != nil {
				offset = boffs[r*run+k]
			}
			v, w := row1[k], vectorAt(b, offset)
			x0 += u * w[0]
			x1 += u * w[1]
			x2 += u * w[2]
			x3 += u * w[3]
			y0 += v * w[0]
			y1 += v * w[1]
			y2 += v * w[2]
			y3 += v * w[3]
			offset += ldb
		}
	}
	x, y = [4]float32{x0, x1, x2, x3}, [4]float32{y0, y1, y2, y3}
	if mode&accumulate != 0 {
		for j := range x {
			x[j], y[j] = x[j]+c0[j], y[j]+c1[j]
		}
	}
	if mode&rectify != 0 {
		for j := range x {
			x[j], y[j] = max(x[j], 0), max(y[j], 0)
		}
	}
	*c0, *c1 = x, y
}

// at returns the address offset bytes behind p.
func at(p *float32, offset int) *float32 { return (*float32)(unsafe.Add(unsafe.Pointer(p), offset)) }

func vectorAt(p *float32, offset int) *[4]float32 {
	return (*[4]float32)(unsafe.Pointer(at(p, offset)))
}

// transposePlain copies the columns of src, whose rows are lds bytes apart, to
// where doff says, in bytes.
func transposePlain(dst *float32, doff *int, src *float32, lds, rows, columns int) {
	for j, offset := range unsafe.Slice(doff, columns) {
		to := unsafe.Slice(at(dst, offset), rows)
		from := at(src, 4*j)
		for i := range to {
			to[i] = *at(from, i*lds)
		}
	}
}

// gatherPlain cuts n rows of panels·width elements, which begin where soff says,
// in bytes, into panels of that width, and lays the panels behind each other.
func gatherPlain(dst, src *float32, soff *int, n, width, panels int) {
	to := unsafe.Slice(dst, n*width*panels)
	for i, offset := range unsafe.Slice(soff, n) {
		row := unsafe.Slice(at(src, offset), width*panels)
		for p := range panels {
			copy(to[(p*n+i)*width:][:width], row[p*width:])
		}
	}
}

// patchesPlain copies n patches of runs, which begin where soff says, in bytes,
// and whose runs are stride floats apart, to rows of dst that are columns floats
// long. Up to 3 floats may be read and written behind each patch.
func patchesPlain(dst *float32, columns int, src *float32, soff *int, n, runs, run, stride int) {
	for i, offset := range unsafe.Slice(soff, n) {
		for r := range runs {
			copy(unsafe.Slice(at(dst, 4*(i*columns+r*run)), run), unsafe.Slice(at(src, offset+4*r*stride), run))
		}
	}
}

// peakPlain multiplies and adds in 8 independent sums, as tilePlain does.
func peakPlain(rounds int) {
	var s [8]float32
	s0, s1, s2, s3, s4, s5, s6, s7 := s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]
	x, y := float32(rounds), float32(1)
	for range rounds * 6 {
		s0 += x * y
		s1 += x * y
		s2 += x * y
		s3 += x * y
		s4 += x * y
		s5 += x * y
		s6 += x * y
		s7 += x * y
	}
	if s0+s1+s2+s3+s4+s5+s6+s7 < 0 {
		panic("cpu: a sum of squares is negative")
	}
}
