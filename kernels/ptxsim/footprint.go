package ptxsim

import (
	"math/bits"
	"sync/atomic"
)

// sectorBytes is the size of a sector, the smallest unit that global memory transfers.
const sectorBytes = 32

// touch marks the sectors at the lanes' offsets. Each lane's access lies in one sector.
// Marks are set atomically, since blocks may run in parallel.
func touch(touched []uint64, at *[warpSize]uint64, m uint32) {
	for i := range lanesOf(m) {
		sector := at[i] / sectorBytes
		if word, bit := &touched[sector/64], uint64(1)<<(sector%64); atomic.LoadUint64(word)&bit == 0 {
			atomic.OrUint64(word, bit)
		}
	}
}

// footprint returns the number of bytes of all marked sectors, and clears the marks.
func (mem *memory) footprint() (bytes int64) {
	if !mem.footprints {
		return 0
	}
	for _, a := range mem.allocations {
		for _, touched := range a.touched {
			for _, word := range touched {
				bytes += sectorBytes * int64(bits.OnesCount64(word))
			}
			clear(touched)
		}
	}
	return bytes
}
