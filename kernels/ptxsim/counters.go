package ptxsim

import (
	"fmt"
	"strings"
)

// A Kind classifies instructions by what they do. Most kinds correspond to a unit of the
// hardware.
type Kind uint8

// The kinds of instructions.
const (
	FMA               Kind = iota // fused multiply-add of floating-point numbers
	FloatArithmetic               // other floating-point arithmetic and comparisons
	SpecialFunction               // .approx instructions
	IntegerArithmetic             // arithmetic and comparisons of integers, addresses and bits
	Conversion                    // cvt
	Move                          // mov, selp, slct, cvta
	Load                          // ld, of any space
	Store                         // st
	Atomic                        // atom, red
	Exchange                      // shfl, vote, match
	Synchronization               // bar, barrier, membar, fence
	Control                       // bra, ret, exit, trap
	MatrixProduct                 // mma
	NumKinds                      // number of kinds
)

var kindNames = [NumKinds]string{
	"fma", "float", "special", "integer", "conversion", "move", "load", "store", "atomic", "exchange", "sync", "control", "matrix",
}

// String returns the name in lower case.
func (k Kind) String() string {
	if k < NumKinds {
		return kindNames[k]
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// Counters are exact counts of the events of some launches.
type Counters struct {
	Launches int64
	// Footprint is the memory traffic in bytes that the launches would have with
	// perfect caches. Each launch adds the bytes of the distinct 32-byte sectors of
	// global memory that it reads, plus the bytes of the distinct sectors that it
	// writes. Footprint is 0 without Options.Footprints, and for parts of kernels.
	Footprint int64
	// Warps and Threads count executed instructions by kind. When a warp issues an
	// instruction for some of its lanes, Warps grows by 1, and Threads by the number
	// of these lanes for which the instruction's guard holds. A diverged warp issues
	// an instruction once for each of its groups of lanes.
	Warps, Threads    [NumKinds]int64
	Branches          int64         // bra instructions that warps issued, taken or not
	DivergentBranches int64         // bra instructions that split the lanes of a warp
	GlobalLoad        Traffic       // of ld and atom
	GlobalStore       Traffic       // of st and red
	Shared            SharedTraffic // of all instructions
}

// Traffic counts accesses to global memory.
type Traffic struct {
	Requests int64 // instructions that warps issued
	Bytes    int64 // bytes that the threads read or write: lanes × size of the access
	Sectors  int64 // for each request, the number of distinct 32-byte sectors that it touches
}

// SharedTraffic counts accesses to shared memory. Shared memory has 32 banks, and serves
// a request in wavefronts: in one wavefront each bank delivers one word. The wavefronts
// beyond the least number for an access of the same width are bank conflicts.
type SharedTraffic struct {
	Requests   int64 // instructions that warps issued
	Bytes      int64 // bytes that the threads read or write: lanes × size of the access
	Wavefronts int64
	Conflicts  int64 // bank conflicts
}

// Add adds o to c.
func (c *Counters) Add(o *Counters) {
	c.Launches += o.Launches
	c.Footprint += o.Footprint
	for k := range NumKinds {
		c.Warps[k] += o.Warps[k]
		c.Threads[k] += o.Threads[k]
	}
	c.Branches += o.Branches
	c.DivergentBranches += o.DivergentBranches
	c.GlobalLoad.add(o.GlobalLoad)
	c.GlobalStore.add(o.GlobalStore)
	c.Shared.Requests += o.Shared.Requests
	c.Shared.Bytes += o.Shared.Bytes
	c.Shared.Wavefronts += o.Shared.Wavefronts
	c.Shared.Conflicts += o.Shared.Conflicts
}

func (t *Traffic) add(o Traffic) {
	t.Requests += o.Requests
	t.Bytes += o.Bytes
	t.Sectors += o.Sectors
}

// WarpInstructions returns the number of instructions that warps issued.
func (c *Counters) WarpInstructions() int64 { return sum(c.Warps) }

// ThreadInstructions returns the number of instructions that threads executed.
func (c *Counters) ThreadInstructions() int64 { return sum(c.Threads) }

// Arithmetic returns the number of arithmetic instructions that warps issued: FMA, other
// floating-point, special functions and integers.
func (c *Counters) Arithmetic() int64 {
	return c.Warps[FMA] + c.Warps[FloatArithmetic] + c.Warps[SpecialFunction] + c.Warps[IntegerArithmetic]
}

// GlobalBytes returns the traffic of global memory in bytes: 32 for each sector of a load
// or store.
func (c *Counters) GlobalBytes() int64 { return 32 * (c.GlobalLoad.Sectors + c.GlobalStore.Sectors) }

func sum(counts [NumKinds]int64) (n int64) {
	for _, c := range counts {
		n += c
	}
	return n
}

// String formats the counters as a short table.
func (c *Counters) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "launches            %12d\n", c.Launches)
	fmt.Fprintf(&s, "thread instructions %12d\n", c.ThreadInstructions())
	fmt.Fprintf(&s, "warp instructions   %12d\n", c.WarpInstructions())
	for k, n := range c.Warps {
		if n > 0 {
			fmt.Fprintf(&s, "  %-17s %12d  %5.1f %%\n", Kind(k), n, 100*float64(n)/float64(c.WarpInstructions()))
		}
	}
	fmt.Fprintf(&s, "branches            %12d  %d divergent\n", c.Branches, c.DivergentBranches)
	for _, t := range []struct {
		name string
		Traffic
	}{{"global loads", c.GlobalLoad}, {"global stores", c.GlobalStore}} {
		fmt.Fprintf(&s, "%-19s %12d  %d bytes asked for, %d in sectors\n", t.name, t.Requests, t.Bytes, 32*t.Sectors)
	}
	if c.Footprint > 0 {
		fmt.Fprintf(&s, "footprint           %12d bytes of global memory\n", c.Footprint)
	}
	fmt.Fprintf(&s, "shared accesses     %12d  %d wavefronts, %d of them bank conflicts\n", c.Shared.Requests, c.Shared.Wavefronts, c.Shared.Conflicts)
	return s.String()
}

// A count holds the counts of one instruction of a kernel. Only memory instructions set
// the fields from requests on.
type count struct {
	warps, threads       int64 // see Counters.Warps and Threads
	divergent            int64 // times that a branch split the lanes of a warp
	requests, bytes      int64 // see Traffic and SharedTraffic
	sectors              int64 // of global memory
	wavefronts, conflict int64 // of shared memory
}

func (c *count) add(o *count) {
	c.warps += o.warps
	c.threads += o.threads
	c.divergent += o.divergent
	c.requests += o.requests
	c.bytes += o.bytes
	c.sectors += o.sectors
	c.wavefronts += o.wavefronts
	c.conflict += o.conflict
}

// formKinds holds the kind of each instruction that the table forms (compile.go) lists. For
// setp and set of floating-point numbers the compiler replaces the kind by
// FloatArithmetic.
var formKinds = map[string]Kind{
	"mov": Move, "selp": Move, "cvta": Move, "slct": Move, "cvt": Conversion,
	"setp": IntegerArithmetic, "set": IntegerArithmetic, "testp": FloatArithmetic,
	"and": IntegerArithmetic, "or": IntegerArithmetic, "xor": IntegerArithmetic, "not": IntegerArithmetic,
	"ld": Load, "st": Store, "prefetch": Load, "atom": Atomic, "red": Atomic,
	"bra": Control, "ret": Control, "exit": Control, "trap": Control,
	"bar": Synchronization, "barrier": Synchronization, "membar": Synchronization, "fence": Synchronization,
	"mma":  MatrixProduct,
	"shfl": Exchange, "vote": Exchange, "match": Exchange, "activemask": Exchange,
}
