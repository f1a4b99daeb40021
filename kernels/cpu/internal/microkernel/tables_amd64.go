//go:build !purego

package microkernel

import (
	"golang.org/x/sys/cpu"

	"github.com/topogen/topogen/kernels/cpu/internal/simd"
)

// tables holds the micro-kernels and packing loops of each instruction set. Some packing
// loops are written for AVX2 only, and AVX-512 uses them too.
var tables = [...]*Kernels{
	simd.Plain: &plain,
	simd.AVX2: {
		Lanes: 8, Vectors: []int{2, 1},
		six:       []kernel{kernel6x16AVX2, kernel6x8AVX2},
		four:      []kernel{kernel4x16AVX2, kernel4x8AVX2},
		transpose: transposeAVX2, gatherPanels: gatherPanelsAVX2, copyPatches: copyPatchesAVX2,
		copyBlocks: copyBlocksAVX2, deinterleave: deinterleaveAVX2, interleave: interleaveAVX2, peak: peakAVX2,
	},
	simd.AVX512: &avx512,
	simd.AMX:    &avx512,
}

var avx512 = Kernels{
	Lanes: 16, Vectors: []int{4, 2, 1},
	six:       []kernel{kernel6x64AVX512, kernel6x32AVX512, kernel6x16AVX512},
	four:      []kernel{kernel4x64AVX512, kernel4x32AVX512, kernel4x16AVX512},
	transpose: transposeAVX2, gatherPanels: gatherPanelsAVX2, copyPatches: copyPatchesAVX2,
	copyBlocks: copyBlocksAVX512, deinterleave: deinterleaveAVX512, interleave: interleaveAVX512, peak: peakAVX512,
}

// pairs holds the micro-kernels for pairs of bfloat16 numbers, with AVX512_BF16. A pair takes
// the place of a float32, so the packing loops of AVX-512 serve for pairs, too.
var pairs = Kernels{
	Lanes: 16, Vectors: []int{4, 2, 1},
	six:       []kernel{kernel6x64BF16, kernel6x32BF16, kernel6x16BF16},
	four:      []kernel{kernel4x64BF16, kernel4x32BF16, kernel4x16BF16},
	transpose: transposeAVX2, gatherPanels: gatherPanelsAVX2, copyPatches: copyPatchesAVX2,
	copyBlocks: copyBlocksAVX512, deinterleave: deinterleaveAVX512, interleave: interleaveAVX512, peak: peakBF16,
	pairRuns: pairRunsBF16, pairRows: pairRowsBF16,
}

// amx holds the micro-kernels for pairs of bfloat16 numbers with the tiles of AMX, and the
// loops that make such pairs.
var amx = Kernels{
	Lanes: 16, Vectors: []int{2, 1},
	tiles:     []tileKernel{tiles32AMX, tiles16AMX},
	transpose: transposeAVX2, gatherPanels: gatherPanelsAVX2, copyPatches: copyPatchesAVX2,
	copyBlocks: copyBlocksAVX512, deinterleave: deinterleaveAVX512, interleave: interleaveAVX512,
	pairRuns: pairRunsBF16, pairRows: pairRowsBF16,
}

// ForPairs returns the micro-kernels for pairs of bfloat16 numbers (see [Kernels.PairRuns]).
// They use tiles if s is AMX and the system permits it, and else AVX512_BF16 if s is at least
// AVX512 and the processor has it. Otherwise ForPairs returns nil.
func ForPairs(s simd.Set) *Kernels {
	switch {
	case s == simd.AMX && simd.PermitTiles() == nil:
		return &amx
	case s >= simd.AVX512 && cpu.X86.HasAVX512BF16:
		return &pairs
	}
	return nil
}
