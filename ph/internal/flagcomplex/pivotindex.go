package flagcomplex

// A pivotIndex finds the column that has a simplex as its pivot. It is a hash table with
// open addressing, at most half full. A key is the code of the simplex with coefficient 1,
// so that no key is 0.
type pivotIndex struct {
	keys    []uint64 // 0 in a free slot; the length is a power of 2
	columns []int32  // the index of the column in Engine.columns, for each key
	count   int      // the number of keys
	shift   int      // 64 less the number of bits of a slot
}

// begin empties the table.
func (t *pivotIndex) begin() {
	clear(t.keys)
	t.count = 0
	if len(t.keys) == 0 {
		t.keys, t.columns = make([]uint64, 64), make([]int32, 64)
		t.shift = 64 - 6
	}
}

// slot returns the slot of a key, or the free slot where the key is to be added. The
// multiplier is 2⁶⁴ divided by the golden ratio (Knuth, The art of computer programming 3,
// 6.4).
func (t *pivotIndex) slot(key uint64) uint64 {
	mask := uint64(len(t.keys) - 1)
	i := key * 0x9e3779b97f4a7c15 >> t.shift
	for t.keys[i] != 0 && t.keys[i] != key {
		i = (i + 1) & mask
	}
	return i
}

// find returns the index of the column that has a pivot, −1 if no column has it.
func (t *pivotIndex) find(key uint64) int32 {
	if i := t.slot(key); t.keys[i] != 0 {
		return t.columns[i]
	}
	return -1
}

// add adds a pivot with its column. No column may have the pivot yet. The table doubles when
// it is half full.
func (t *pivotIndex) add(key uint64, column int32) {
	if 2*(t.count+1) > len(t.keys) {
		keys, columns := t.keys, t.columns
		t.keys, t.columns = make([]uint64, 2*len(keys)), make([]int32, 2*len(keys))
		t.shift--
		for i, k := range keys {
			if k != 0 {
				j := t.slot(k)
				t.keys[j], t.columns[j] = k, columns[i]
			}
		}
	}
	i := t.slot(key)
	t.keys[i], t.columns[i] = key, column
	t.count++
}
