package ptxsim

import (
	"math/bits"
	"sync/atomic"
)

// sectorBytes is what global memory moves at least.
const sectorBytes = 32

// touch marks the sectors at the lanes' offsets: blocks may run in parallel. (An
// aligned access lies in one.)
func touch(touched []uint64, at *[warpSize]uint64, m uint32) {
	for i := range lanesOf(m) {
		sector := at[i] / sectorBytes
		if word, bit := &touched[sector/64], uint64(1)<<(sector%64); atomic.LoadUint64(word)&bit == 0 {
			atomic.OrUint64(word, bit)
		}
	}
}

// footprint returns the bytes of all sectors that are marked, and clears the marks.
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
