package ptxsim

import (
	"math/bits"
	"sync/atomic"
)

// sectorBytes is the size of a sector, the smallest unit that global memory transfers.
const sectorBytes = 32

// touch sets the bits of the sectors that the lanes in m access, at the offsets at in the
// allocation. The access of one lane lies in one sector. Bits are set atomically, since
// blocks may run in parallel.
func touch(touched []uint64, at *[warpSize]uint64, m uint32) {
	for i := range lanesOf(m) {
		sector := at[i] / sectorBytes
		if word, bit := &touched[sector/64], uint64(1)<<(sector%64); atomic.LoadUint64(word)&bit == 0 {
			atomic.OrUint64(word, bit)
		}
	}
}

// footprint returns the number of bytes of the sectors that the launch has read, plus those
// that it has written, and clears their bits for the next launch.
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
