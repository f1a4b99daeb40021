//go:build race

package conv

import "github.com/topogen/topogen/kernels/cpu/internal/simd"

// smallestSet is the smallest instruction set that the tests use. With the race detector
// they use only the best one of the processor, because the detector makes loops in plain Go
// about 20 times slower.
var smallestSet = simd.Best()
