package reduced

import (
	"math/bits"
	"math/rand/v2"

	"github.com/topogen/topogen/internal/reuse"
)

// A rankTable finds the rank of an edge by its ends. It is a hash table with open
// addressing, at most half full. Its multiplier is odd and random, so that nobody can choose
// an input whose edges collide.
type rankTable struct {
	slots  []rankSlot
	factor uint64
	shift  int
}

// A rankSlot is an edge a > b. next is one more than the rank of the edge, and 0 in an
// empty slot.
type rankSlot struct{ a, b, next int32 }

// begin empties the table and makes room for count edges.
func (t *rankTable) begin(count int) {
	if t.factor == 0 {
		t.factor = rand.Uint64() | 1
	}
	size := bits.Len(uint(2 * count))
	t.slots, t.shift = reuse.Slice(t.slots, 1<<size), 64-size
	clear(t.slots)
}

// slot returns the slot of an edge, or the empty slot where the edge is to be added.
func (t *rankTable) slot(a, b int32) *rankSlot {
	a, b = max(a, b), min(a, b)
	for i := (uint64(uint32(a))<<32 | uint64(uint32(b))) * t.factor >> t.shift; ; i++ {
		s := &t.slots[i&uint64(len(t.slots)-1)]
		if s.next == 0 || s.a == a && s.b == b {
			return s
		}
	}
}

// rank returns the rank of an edge, −1 if the table does not have it.
func (t *rankTable) rank(a, b int32) int32 { return t.slot(a, b).next - 1 }

// add adds an edge with its rank. It returns false, and changes nothing, if the table
// already has the edge.
func (t *rankTable) add(a, b, rank int32) bool {
	s := t.slot(a, b)
	if s.next != 0 {
		return false
	}
	*s = rankSlot{max(a, b), min(a, b), rank + 1}
	return true
}
