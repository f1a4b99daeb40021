package cpu

// soon is memory that is needed after what is computed now: the next columns of
// B, the next images, the place of results. Tiles ask for it while they
// compute, a line of the cache at a time, so that it is near by then: otherwise
// what brings operands into order waits for memory while nothing is computed.
type soon struct {
	spans [2]lines
	next  int
}

// lines is rows of memory that begin stride bytes apart, each of so many lines
// of the cache.
type lines struct {
	memory                []float32
	rows, columns, stride int
	taken                 int
}

const lineFloats = 16 // in a line of the cache

// span is memory in one piece.
func span(x []float32) lines {
	return lines{memory: x, rows: ceilDiv(len(x), lineFloats), columns: 1, stride: 4 * lineFloats}
}

// matrix is rows of a matrix, of which columns floats each are needed.
func matrix(x []float32, rows, columns, stride int) lines {
	return lines{memory: x, rows: rows, columns: ceilDiv(columns, lineFloats), stride: 4 * stride}
}

// first makes something the first of what is needed.
func (s *soon) first(l lines) { s.spans[0], s.next = l, 0 }

// take returns what the next n of some tiles are to ask for, each of which does
// so steps times; nil if there is nothing.
func (s *soon) take(tiles, steps int) (ahead *float32, stride, n int) {
	for s != nil && s.next < len(s.spans) && steps > 0 {
		l := &s.spans[s.next]
		if l.taken >= l.rows*l.columns {
			s.next++
			continue
		}
		column, row := l.taken/l.rows, l.taken%l.rows
		n = min(tiles, max(1, (l.rows-row)/steps))
		l.taken += min(n*steps, l.rows-row) // a tile may go on behind the last row
		offset := row*l.stride + 4*lineFloats*column
		if offset >= 4*len(l.memory) {
			return nil, 0, n
		}
		return at(&l.memory[0], offset), l.stride, n
	}
	return nil, 0, tiles
}
