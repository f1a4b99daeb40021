//go:build !purego

package ptxsim

import "golang.org/x/sys/cpu"

// hasLanes reports whether the processor can run the loops in lanes_amd64.s.
var hasLanes = cpu.X86.HasAVX2 && cpu.X86.HasFMA

// fmaLanes, addLanes, subLanes and mulLanes set r to x·y+z, x+y, x−y and x·y in all lanes.
// The values are the bits of float32.

//go:noescape
func fmaLanes(r, x, y, z *[warpSize]uint32)

//go:noescape
func addLanes(r, x, y *[warpSize]uint32)

//go:noescape
func subLanes(r, x, y *[warpSize]uint32)

//go:noescape
func mulLanes(r, x, y *[warpSize]uint32)
