package ph

// owners are the columns whose pivots simplices are: a hash table with open
// addressing. Simplices are not 0, having a coefficient.
type owners struct {
	keys    []uint64
	columns []int32
	count   int
	shift   int
}

// begin empties the table.
func (o *owners) begin() {
	clear(o.keys)
	o.count = 0
	if len(o.keys) == 0 {
		o.keys, o.columns = make([]uint64, 64), make([]int32, 64)
		o.shift = 64 - 6
	}
}

// slot returns the place of a key, or the free place for it.
func (o *owners) slot(key uint64) uint64 {
	mask := uint64(len(o.keys) - 1)
	i := key * 0x9e3779b97f4a7c15 >> o.shift
	for o.keys[i] != 0 && o.keys[i] != key {
		i = (i + 1) & mask
	}
	return i
}

// find returns the column of a pivot, −1 if there is none.
func (o *owners) find(key uint64) int32 {
	if i := o.slot(key); o.keys[i] != 0 {
		return o.columns[i]
	}
	return -1
}

func (o *owners) add(key uint64, column int32) {
	if 2*(o.count+1) > len(o.keys) {
		keys, columns := o.keys, o.columns
		o.keys, o.columns = make([]uint64, 2*len(keys)), make([]int32, 2*len(keys))
		o.shift--
		for i, k := range keys {
			if k != 0 {
				j := o.slot(k)
				o.keys[j], o.columns[j] = k, columns[i]
			}
		}
	}
	i := o.slot(key)
	o.keys[i], o.columns[i] = key, column
	o.count++
}
