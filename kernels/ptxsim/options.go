package ptxsim

import "fmt"

// Options say how a simulated GPU behaves. The zero Options check and count
// everything.
type Options struct {
	// Unchecked leaves out the checkers: uninitialised reads, races, divergent
	// barriers and shuffles. Accesses outside of memory and misaligned ones are
	// always found. A wrong kernel may then give results that depend on Threads.
	Unchecked bool
	// Uncounted leaves out the counters.
	Uncounted bool
	// Footprints counts what each launch moves if caches are perfect.
	Footprints bool
	// Reverse runs the warps of a block, and the blocks of a grid that run one
	// after another, in descending order.
	Reverse bool
	// Approximation says how far from the truth the .approx instructions are.
	Approximation Approximation
	// Threads is the number of goroutines that run blocks; 0 means GOMAXPROCS.
	// Kernels with atomics or fences in global memory run on one, so that the
	// results of a launch never depend on Threads.
	Threads int
	// Memory is the size of global memory in bytes; 0 means 4 GiB. Host memory
	// is taken only for what is allocated, several times over when checking.
	Memory int64
	// MaxBranches bounds the branches that one warp may take before the kernel
	// is thought to run for ever; 0 means 1<<28.
	MaxBranches int
}

// An Approximation is a way in which .approx instructions err. The bounds are
// those that the PTX ISA documents for each instruction; hardware errs less,
// and in ways of its own.
type Approximation uint8

// The ways to err.
const (
	Nearest   Approximation = iota // as little as possible
	Scattered                      // by the bound, the sign depending on the operand's bits
	High                           // by the bound, upwards
	Low                            // by the bound, downwards
)

var approximationNames = [...]string{"nearest", "scattered", "high", "low"}

// String returns the name in lower case.
func (a Approximation) String() string {
	if int(a) < len(approximationNames) {
		return approximationNames[a]
	}
	return fmt.Sprintf("Approximation(%d)", uint8(a))
}
