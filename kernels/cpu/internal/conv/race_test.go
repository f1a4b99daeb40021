//go:build race

package conv

import "github.com/topogen/topogen/kernels/cpu/internal/simd"

// smallestSet is the smallest instruction set that tests run. With the race detector it is
// also the largest, because loops in plain Go are then about 20 times slower.
var smallestSet = simd.Best()
