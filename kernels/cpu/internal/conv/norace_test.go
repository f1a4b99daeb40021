//go:build !race

package conv

import "github.com/topogen/topogen/kernels/cpu/internal/simd"

// smallestSet is the smallest instruction set that the tests use: they use all.
const smallestSet = simd.Plain
