package ptxsim

import (
	"math/bits"

	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// sharedAt executes an access to the block's shared memory for the lanes in m. w.at holds
// each lane's offset in bytes.
func (a *memoryAccess) sharedAt(w *warp, m uint32) {
	b, at := w.block, &w.at
	var low, high uint64
	if m == allLanes {
		for _, offset := range at {
			low |= offset
			high = max(high, offset)
		}
	} else {
		for t := m; t != 0; t &= t - 1 {
			offset := at[bits.TrailingZeros32(t)&31]
			low |= offset
			high = max(high, offset)
		}
	}
	if low&uint64(a.size-1) != 0 || high > uint64(len(b.shared)) || high+uint64(a.size) > uint64(len(b.shared)) {
		a.check(w, m, "shared", len(b.shared))
	}
	if c := w.count(); c != nil {
		c.requests++
		c.bytes += int64(a.size * bits.OnesCount32(m))
		wavefronts, least := bankWavefronts(at, max(a.size/4, 1), m)
		c.wavefronts += int64(wavefronts)
		c.conflict += int64(wavefronts - least)
	}
	if b.sharedCells != nil {
		a.checkShared(w, m)
	}
	a.move(w, b.shared, m)
}

// checkShared faults if a lane in m reads shared memory that has not been written, or races
// with an earlier access. It records the access in the cells of shared memory.
func (a *memoryAccess) checkShared(w *warp, m uint32) {
	b, at := w.block, &w.at
	grain := b.launch.kernel.sharedGrain
	n := max(a.size>>grain, 1)
	for t := m; t != 0; t &= t - 1 {
		i := bits.TrailingZeros32(t) & 31
		cells := b.sharedCells[at[i]>>grain:][:n]
		for j := range cells {
			c := &cells[j]
			if a.reads && (c.flags&written == 0 || c.writeOwner != b.owner) {
				address := at[i] + uint64(j)<<grain
				w.fault(Uninitialized, i, address, "shared memory at %#x has not been written", address)
			}
			if x := w.touch(c, b.owner, 0, i, a.writes, a.strong); x != nil {
				w.faultRace(x, i, at[i]+uint64(j)<<grain, "shared")
			}
		}
		if a.strong && b.launch.kernel.fences {
			w.synchronize(syntax.Shared, at[i], a.reads, a.writes)
		}
	}
}

// Shared memory has 32 banks. Word i lies in bank i mod 32. In one wavefront each bank
// delivers one word, to any number of lanes.
const banks = 32

// bankWavefronts returns the number of wavefronts of an access by the lanes in m, and the
// least number that an access of that width takes. Lane i accesses the given number of
// words (1, 2 or 4) at offset at[i] in bytes; less than a word counts as one. The
// difference of the two results is the number of bank conflicts.
//
// The hardware splits an access into requests. An access of one word is one request of
// all lanes, an access of two words is two requests of 16 lanes each, and an access of
// four words is four requests of 8 lanes each. An access of four words by all lanes is two
// requests if every lane i has the same address as lane i^1, or every lane i the same as
// lane i^2 (observed on compute capability 7). A request takes as many wavefronts as the
// largest number of distinct words that it needs of one bank.
func bankWavefronts(at *[warpSize]uint64, words int, m uint32) (wavefronts, least int) {
	if words == 4 && m == allLanes {
		for bit := 1; bit <= 2; bit++ {
			if distinct, ok := pairs(at, bit); ok {
				return requests(&distinct, words, 0xffff, warpSize/words)
			}
		}
	}
	return requests(at, words, m, warpSize/words)
}

// pairs reports whether every lane i has the same address as lane i^bit. If so, it returns
// one address of each pair.
func pairs(at *[warpSize]uint64, bit int) (distinct [warpSize]uint64, ok bool) {
	n := 0
	for i := range at {
		if at[i] != at[i^bit] {
			return distinct, false
		}
		if i&bit == 0 {
			distinct[n] = at[i]
			n++
		}
	}
	return distinct, true
}

// requests returns the number of wavefronts of an access that is split into requests of size
// lanes each, and the least possible number: one for each request that has a lane in m.
func requests(at *[warpSize]uint64, words int, m uint32, size int) (wavefronts, least int) {
	for first := 0; first < warpSize; first += size {
		group := m >> first & uint32(1<<size-1)
		if group != 0 {
			wavefronts += groupWavefronts(at, words, first, group)
			least++
		}
	}
	return wavefronts, least
}

// groupWavefronts returns the number of wavefronts of one request: the largest number of
// distinct words that it needs of one bank. Bit i of group stands for lane first+i.
func groupWavefronts(at *[warpSize]uint64, words, first int, group uint32) int {
	var word [banks]uint64
	var used uint32
	for t := group; t != 0; t &= t - 1 {
		a := at[(first+bits.TrailingZeros32(t))&31] >> 2
		for j := range uint64(words) {
			bank := (a + j) % banks
			if used>>bank&1 == 0 {
				used |= 1 << bank
				word[bank] = a + j
			} else if word[bank] != a+j {
				return conflictingWavefronts(at, words, first, group)
			}
		}
	}
	return 1
}

// conflictingWavefronts returns the same as groupWavefronts. It also works for a request
// with bank conflicts, but is slower.
func conflictingWavefronts(at *[warpSize]uint64, words, first int, group uint32) int {
	var distinct [warpSize]uint64 // a request has at most 32 words
	var inBank [banks]int
	n, most := 0, 0
	for lane := range lanesOf(group) {
	next:
		for j := range uint64(words) {
			a := at[first+lane]>>2 + j
			for _, b := range distinct[:n] {
				if a == b {
					continue next
				}
			}
			distinct[n] = a
			n++
			inBank[a%banks]++
			most = max(most, inBank[a%banks])
		}
	}
	return most
}
