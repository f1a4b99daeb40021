//go:build !amd64 || purego

package ptxsim

// hasLanes reports whether the processor can run the loops in lanes_amd64.s, which this
// build does not contain.
const hasLanes = false

// The functions below are never called. They exist so that package ptxsim compiles.

func fmaLanes(r, x, y, z *[warpSize]uint32) { fmaWords(r, x, y, z) }
func addLanes(r, x, y *[warpSize]uint32)    { addFloats(r, x, y) }
func subLanes(r, x, y *[warpSize]uint32)    { subFloats(r, x, y) }
func mulLanes(r, x, y *[warpSize]uint32)    { mulFloats(r, x, y) }
