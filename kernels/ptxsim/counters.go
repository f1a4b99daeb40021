package ptxsim

import (
	"fmt"
	"strings"
)

// A Kind is a class of instructions, as far as they cost alike.
type Kind uint8

// The classes of instructions.
const (
	FMA               Kind = iota // fused multiply-add of floating-point numbers
	FloatArithmetic               // other floating-point arithmetic, comparisons included
	SpecialFunction               // .approx: the special function units' work
	IntegerArithmetic             // of integers, addresses and bits, comparisons included
	Conversion                    // cvt
	Move                          // mov, selp, logic of predicates
	Load                          // ld, of any space
	Store                         // st
	Atomic                        // atom, red
	Exchange                      // shfl, vote, match
	Synchronization               // bar, fences
	Control                       // bra, exit
	NumKinds
)

var kindNames = [NumKinds]string{
	"fma", "float", "special", "integer", "conversion", "move", "load", "store", "atomic", "exchange", "sync", "control",
}

// String returns the name in lower case.
func (k Kind) String() string {
	if k < NumKinds {
		return kindNames[k]
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// Counters are exact counts of what was executed.
type Counters struct {
	Launches int64
	// Footprint is the bytes of the distinct sectors of global memory that launches
	// read, and of those that they wrote, each launch for itself: what has to come
	// and go however good the caches are. It is counted with Options.Footprints, and
	// for whole kernels.
	Footprint int64
	// Warps and Threads count executed instructions by kind: one for each warp
	// that issued it, one for each thread that its guard let pass.
	Warps, Threads    [NumKinds]int64
	Branches          int64 // taken or not, by warps
	DivergentBranches int64 // that split a warp
	GlobalLoad        Traffic
	GlobalStore       Traffic // atomics without a result included
	Shared            SharedTraffic
}

// Traffic is what accesses of global memory move.
type Traffic struct {
	Requests int64 // by warps
	Bytes    int64 // that the threads wanted
	Sectors  int64 // of 32 bytes that were touched, each request for itself
}

// SharedTraffic is what accesses of shared memory take. A request is served in
// wavefronts; those beyond what its width demands are bank conflicts.
type SharedTraffic struct {
	Requests   int64
	Bytes      int64 // that the threads wanted
	Wavefronts int64
	Conflicts  int64
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

// ThreadInstructions returns the number that threads executed.
func (c *Counters) ThreadInstructions() int64 { return sum(c.Threads) }

// Arithmetic returns the arithmetic that warps issued: FMA, other
// floating-point, special functions and integers.
func (c *Counters) Arithmetic() int64 {
	return c.Warps[FMA] + c.Warps[FloatArithmetic] + c.Warps[SpecialFunction] + c.Warps[IntegerArithmetic]
}

// GlobalBytes returns the bytes that whole sectors of global memory make, loads
// and stores together.
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
		fmt.Fprintf(&s, "%-19s %12d  %d bytes wanted, %d in sectors\n", t.name, t.Requests, t.Bytes, 32*t.Sectors)
	}
	if c.Footprint > 0 {
		fmt.Fprintf(&s, "footprint           %12d bytes of global memory\n", c.Footprint)
	}
	fmt.Fprintf(&s, "shared accesses     %12d  %d wavefronts, %d of them bank conflicts\n", c.Shared.Requests, c.Shared.Wavefronts, c.Shared.Conflicts)
	return s.String()
}

// count is what one instruction of a kernel has done.
type count struct {
	warps, threads       int64
	divergent            int64
	requests, bytes      int64
	sectors              int64
	wavefronts, conflict int64
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

// formKinds are the kinds of the instructions in forms. Comparisons count as
// arithmetic of their operands' type, see setp.
var formKinds = map[string]Kind{
	"mov": Move, "selp": Move, "cvta": Move, "slct": Move, "cvt": Conversion,
	"setp": IntegerArithmetic, "set": IntegerArithmetic, "testp": FloatArithmetic,
	"and": IntegerArithmetic, "or": IntegerArithmetic, "xor": IntegerArithmetic, "not": IntegerArithmetic,
	"ld": Load, "st": Store, "prefetch": Load, "atom": Atomic, "red": Atomic,
	"bra": Control, "ret": Control, "exit": Control, "trap": Control,
	"bar": Synchronization, "barrier": Synchronization, "membar": Synchronization, "fence": Synchronization,
	"shfl": Exchange, "vote": Exchange, "match": Exchange, "activemask": Exchange,
}
