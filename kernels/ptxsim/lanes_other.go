//go:build !amd64 || purego

package ptxsim

const hasLanes = false

func fmaLanes(r, x, y, z *[warpSize]uint32) { fmaWords(r, x, y, z) }
func addLanes(r, x, y *[warpSize]uint32)    { addFloats(r, x, y) }
func subLanes(r, x, y *[warpSize]uint32)    { subFloats(r, x, y) }
func mulLanes(r, x, y *[warpSize]uint32)    { mulFloats(r, x, y) }
