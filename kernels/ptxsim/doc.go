// Package ptxsim is a simulated GPU. It reads PTX, the assembly language of
// NVIDIA's GPUs, and runs the very text that a GPU would get, in pure Go, on
// any machine; and it checks what a GPU does not, and counts what a profiler
// samples. A [GPU] is a [gpu.Driver], so that a device written for GPUs is
// tested through the same loads, copies and launches.
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
// The lanes of a warp execute together; where a branch splits them, those with
// the lowest address go first, and lanes that meet go on together. A warp runs
// until it exits, waits at a barrier, or has taken some thousands of branches,
// then the next one runs: in ascending order, or descending with
// [Options.Reverse]. Blocks run to their end, several at a time on as many
// goroutines; kernels that use atomics or fences in global memory run block by
// block, so that results never depend on the number of goroutines.
//
// Memory is what PTX ISA chapter 5 describes: global memory in allocations with
// gaps between them, whose addresses are never used twice; 48 KiB of shared
// memory for a block, local memory, constants, parameters, and generic
// addresses of all but parameters. Streams do their work when someone waits for
// them and no sooner. A fault surfaces there, and from then on the GPU is lost,
// as a real one is.
//
// # What it knows
//
// PTX up to version 6.3 for targets up to sm_70: integer arithmetic of 16, 32
// and 64 bits, single precision in all roundings with .ftz and .sat, double
// precision to nearest, the approximate functions, conversions, comparisons,
// logic, loads and stores of 1 to 16 bytes, atomics, barriers, shuffles, votes,
// matches and fences. What it does not know it refuses, with file and line:
// half precision, textures, functions and calls, matrix and asynchronous copy
// instructions. It is as strict about operand types as NVIDIA's assembler.
//
// Arithmetic is exact to the bit: package tests compare each instruction with
// what LLVM makes of its meaning on the host's processor. NaNs have the bits
// that GPUs give them in single precision. The .approx instructions, whose bits
// depend on the GPU, are computed to the nearest float32, or as wrongly as the
// ISA allows ([Approximation]), so that a test can show that nothing depends on
// their good will.
//
// # What is checked
//
// Unless [Options.Unchecked] says otherwise a [Fault] ends a launch that
//
//   - accesses memory outside of allocations, near address 0, or not aligned to
//     the whole access; this is found even when unchecked;
//   - reads memory or a register that nobody has written;
//   - has a race: two threads access a word, one of them writing, and neither a
//     barrier nor, across blocks, fences and atomics order them; within a warp,
//     only bar.warp.sync does (PTX ISA chapter 8);
//   - reads with ld.global.nc what it has itself written;
//   - has threads that do not reach a barrier others wait at, exited ones
//     included, or lanes missing from a shuffle, vote or match;
//   - branches apart at bra.uni, divides an integer by 0, or does not end.
//
// A wrong value is no fault, but [GPU.Writer] says which instruction stored it, with
// file and line.
//
// Host code that keeps freed memory for reuse can tell by [gpu.Recycler], so
// that the life of each buffer is checked, not that of the allocation.
//
// [Lint] finds what is doubtful in the text itself.
//
// # What is not
//
// Timing, caches, occupancy, the registers that the real compiler needs. Spin
// locks between diverged lanes of a warp, or between blocks, which wait here
// for ever, that is, until [Options.MaxBranches]. Weak memory: stores become
// visible at once and in order, so that a kernel without the fence it needs
// gives right results here; the checkers find it where blocks communicate by
// atomics, but cannot for loops that spin on plain loads. Races between
// accesses of less than a word in global memory. When blocks run in parallel,
// which of several racing accesses is reported can differ from run to run; with
// one thread it cannot.
//
// # What is counted
//
// [GPU.Counters] returns exact integers that a test can demand: instructions by
// [Kind], for warps and threads; sectors of 32 bytes that accesses of global
// memory touch against the bytes they want; wavefronts of shared memory and how
// many of them are bank conflicts; divergent branches. [GPU.CountersBetween]
// gives the same between two labels, for an inner loop. With [Options.Footprints]
// they have what a launch would move if caches were perfect, too: the least that
// memory's bandwidth allows.
//
// # Reference
//
// NVIDIA, Parallel Thread Execution ISA, version 6.3: chapters 5 (state spaces),
// 8 (memory consistency) and 9 (instructions).
package ptxsim
