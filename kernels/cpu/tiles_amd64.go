//go:build !purego

package cpu

// tilings holds the tiling for each instruction set.
var tilings = [...]*tiling{
	plainGo: &plain,
	avx2: {
		lanes: 8, vectors: []int{2, 1},
		six:       []tileFunc{tile6x2AVX2, tile6x1AVX2},
		four:      []tileFunc{tile4x2AVX2, tile4x1AVX2},
		transpose: transposeAVX2, gather: gatherAVX2, patches: patchesAVX2,
		blocks: blocksAVX2, pick: pickAVX2, place: placeAVX2, peak: peakAVX2,
	},
	avx512: {
		lanes: 16, vectors: []int{4, 2, 1},
		six:       []tileFunc{tile6x4AVX512, tile6x2AVX512, tile6x1AVX512},
		four:      []tileFunc{tile4x4AVX512, tile4x2AVX512, tile4x1AVX512},
		transpose: transposeAVX2, gather: gatherAVX2, patches: patchesAVX2,
		blocks: blocksAVX512, pick: pickAVX512, place: placeAVX512, peak: peakAVX512,
	},
}
