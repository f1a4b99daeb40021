// Package ptxsim simulates a GPU in pure Go. It runs kernels written in PTX, the
// assembly language of NVIDIA's GPUs, on any machine. It also reports mistakes that a
// GPU does not detect, and counts events that a profiler samples. A [GPU] implements
// [gpu.Driver], so a device written for GPUs runs on it through the same loads, copies
// and launches.
//
//	sim := ptxsim.New(ptxsim.Options{})
//	module, err := sim.Load("vectoradd.ptx", text)
//	kernel, err := module.Kernel("vector_add")
//	err = sim.Launch(0, kernel, gpu.Dim{X: 4}, gpu.Dim{X: 256}, 0, args)
//	err = sim.Sync(0) // vectoradd.ptx:29: kernel vector_add, block (3,0,0) of 4, thread (232,0,0) of 256: access out of bounds: …
//
// The command cmd/ptxsim lints PTX files, lists their kernels and runs one.
//
// # The machine
//
// A launch runs a grid of blocks of up to 1024 threads, in warps of 32 lanes.
// The lanes of a warp execute together. Where a branch splits them, the lanes with the
// lowest program counter run first, and lanes that reach the same program counter
// merge. A warp runs until it exits, waits at a barrier, or has taken 4096 branches;
// then the next warp runs. Warps take turns in ascending order, or in descending order
// with [Options.Reverse]. A worker goroutine runs one block to its end before the next.
// The blocks of a kernel can depend on each other's order only if the kernel has a race,
// or communicates by strong accesses to global memory (atom, red, .volatile, .relaxed,
// .acquire, .release) or by fences beyond a block. A kernel that contains such an access
// or fence runs on a single worker. The results of a kernel without races therefore do
// not depend on the number of workers.
//
// The memory spaces are those of PTX ISA chapter 5: global memory, 48 KiB of shared
// memory for each block, local memory, constants, parameters, and generic addresses of
// all spaces but parameters. Allocations in global memory have gaps between them, and
// their addresses are never reused. A stream does its work only when the host waits for
// it, or when 1024 pieces of work are enqueued. If a kernel faults, the call that runs
// the work returns the fault. The GPU is then lost: every later call returns the same
// error, as with a real GPU.
//
// # Instructions
//
// PTX up to version 6.3 for targets up to sm_70: integer arithmetic of 16, 32
// and 64 bits, single precision in all roundings with .ftz and .sat, double
// precision to nearest, the approximate functions, conversions, comparisons,
// logic, loads and stores of 1 to 16 bytes, atomics, barriers, shuffles, votes,
// matches and fences. Of version 7.0 for sm_80 there are two instructions:
// cvt.rn.bf16x2.f32, and mma.m16n8k16 of bfloat16 with float32 sums. Loading a module
// fails, with file and line, if it uses anything else: other arithmetic in half precision,
// textures, functions and calls, other matrix and asynchronous copy instructions. Operand
// types are checked as strictly as NVIDIA's assembler checks them.
//
// Arithmetic is exact to the bit. The package's tests compare each instruction with
// code that LLVM compiles for the host's processor from the instruction's definition.
// Single-precision NaNs have the bits that GPUs give them. The result of an .approx
// instruction depends on the GPU. On the simulator it is the nearest float32, or errs by
// as much as the ISA allows ([Approximation]), so a test can show that a kernel's
// results do not depend on the approximation.
//
// # Checks
//
// A [Fault] ends a launch that
//
//   - accesses memory outside of allocations, near address 0, or at an address that
//     is not a multiple of the access's size;
//   - reads memory or a register that has not been written;
//   - has a race: two threads access a word, at least one of them writes, at least one
//     access is not strong, and nothing orders the accesses (PTX ISA chapter 8).
//     Barriers order accesses of one block. Fences together with strong accesses order
//     accesses of different warps and of different blocks. The lanes of a warp are not
//     ordered by executing together, only by barriers and bar.warp.sync;
//   - reads with ld.global.nc a word that the same launch has written;
//   - has threads that do not reach a barrier at which others wait, because they have
//     exited or wait elsewhere, or lanes missing from a shuffle, vote or match;
//   - diverges at bra.uni, divides an integer by 0, executes trap, or does not end.
//
// [Options.Unchecked] turns off the checks that slow a launch down. A wrong value is no
// fault, but [GPU.Writer] returns the instruction that stored it, with file and line.
// Host code that keeps freed memory for reuse can announce each reuse ([gpu.Recycler]);
// the checks then apply to each buffer instead of the whole allocation. [Lint] reports
// doubtful instructions without running them.
//
// # Limits
//
// The simulator does not model time, caches, occupancy, or the registers that NVIDIA's
// compiler allocates. A lane that spins on a lock held by a diverged lane of its warp,
// or by a block that has not run yet, spins until [Options.MaxBranches]. Stores become
// visible immediately and in order, so a kernel that lacks a fence still gives right
// results. If blocks communicate by strong accesses, the checks report a missing fence as
// a race of the data that the fence should order. The checks do not see accesses of less
// than a word in global memory, so they report no races of these. If several accesses
// race while blocks run in parallel, the one that is reported can differ from run to run;
// with [Options.Threads] = 1 it cannot.
//
// # Counters
//
// [GPU.Counters] returns exact integers that a test can assert: instructions of warps
// and of threads by [Kind]; the 32-byte sectors of global memory that accesses touch,
// and the bytes that the accesses ask for; the wavefronts of shared memory, in each of
// which every bank delivers at most one word, and the bank conflicts among them;
// divergent branches. [GPU.CountersBetween] returns the counters of the instructions
// between two labels, such as an inner loop. With [Options.Footprints] the counters
// include the bytes that a launch would move with perfect caches, a lower bound on its
// memory traffic.
//
// # Reference
//
// NVIDIA, Parallel Thread Execution ISA, version 6.3: chapters 5 (state spaces),
// 8 (memory consistency) and 9 (instructions); version 7.0 for mma.
package ptxsim
