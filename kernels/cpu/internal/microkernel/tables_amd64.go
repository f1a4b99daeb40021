//go:build !purego

package microkernel

import "github.com/topogen/topogen/kernels/cpu/internal/simd"

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
	simd.AVX512: {
		Lanes: 16, Vectors: []int{4, 2, 1},
		six:       []kernel{kernel6x64AVX512, kernel6x32AVX512, kernel6x16AVX512},
		four:      []kernel{kernel4x64AVX512, kernel4x32AVX512, kernel4x16AVX512},
		transpose: transposeAVX2, gatherPanels: gatherPanelsAVX2, copyPatches: copyPatchesAVX2,
		copyBlocks: copyBlocksAVX512, deinterleave: deinterleaveAVX512, interleave: interleaveAVX512, peak: peakAVX512,
	},
}
