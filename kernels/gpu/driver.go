package gpu

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// A Driver gives access to one GPU: it allocates memory, compiles PTX and launches
// kernels. kernels/ptxsim implements it by interpreting PTX, kernels/cuda by calling
// NVIDIA's driver. [Device] works with either.
//
// # Order
//
// A [Stream] runs copies and launches in the order they were enqueued. Work on
// different streams may run in any order, or at the same time; the zero Stream is no
// exception. Sync waits for one stream: work enqueued on any stream after Sync has
// returned runs after the work that Sync waited for. Launch, Copy, Fill, CopyIn and
// StartCopyOut do not wait for the GPU.
//
// # Errors
//
// A call with a wrong argument returns an error that names the argument, and has no
// effect. An Alloc that finds too little memory has no effect either.
//
// A fault is an error of a running kernel, such as an access to an illegal address.
// The next CopyOut, Sync, SyncAll or Transfer that waits for the kernel returns the fault, and
// every later call returns it again: as on hardware, the context is lost and the
// driver can only be closed.
//
// Only one goroutine at a time may call a Driver. It may run on any thread of the
// operating system.
type Driver interface {
	// Properties returns the GPU's limits and name.
	Properties() Properties

	// Alloc reserves size > 0 bytes, aligned to 256 bytes, with unspecified
	// contents. The error wraps [ErrOutOfMemory] if the GPU has too little free
	// memory.
	Alloc(size int) (Pointer, error)
	// Free waits for all streams and releases the allocation at p. Freeing the
	// zero Pointer does nothing.
	Free(p Pointer) error

	// NewStream creates a stream. The zero Stream always exists.
	NewStream() (Stream, error)

	// CopyIn enqueues a copy of src to device memory at dst. The caller may change
	// src as soon as CopyIn returns.
	CopyIn(s Stream, dst Pointer, src []byte) error
	// CopyOut waits for s and copies len(dst) bytes of device memory at src to dst.
	CopyOut(s Stream, dst []byte, src Pointer) error
	// StartCopyOut enqueues a copy of size > 0 bytes of device memory at src to host
	// memory that the driver provides. It does not wait for the GPU.
	StartCopyOut(s Stream, src Pointer, size int) (Transfer, error)
	// Copy enqueues a copy of size bytes within device memory. The two ranges must
	// not overlap.
	Copy(s Stream, dst, src Pointer, size int) error
	// Fill enqueues setting count 32-bit words at dst to word. dst must be a
	// multiple of 4.
	Fill(s Stream, dst Pointer, word uint32, count int) error

	// Load compiles PTX text. Error messages use name, usually the file name.
	Load(name, ptx string) (Module, error)
	// Launch enqueues a kernel over a grid of blocks of threads. It checks args
	// against the kernel's parameters (see [CheckArgs]). sharedBytes is the dynamic
	// shared memory of each block, in addition to the arrays that the kernel
	// declares. The caller may change args as soon as Launch returns.
	Launch(s Stream, k Kernel, grid, block Dim, sharedBytes int, args []Arg) error

	// Sync waits until s has run everything enqueued on it.
	Sync(s Stream) error
	// SyncAll waits for all streams.
	SyncAll() error
	// Close waits for all streams and releases all resources. It returns the
	// fault that lost the context, if there was one.
	Close() error
}

// A Transfer is a copy to the host that a [Driver] has enqueued.
type Transfer interface {
	// Wait waits for the copy, and for the work before it on its stream, but not for later
	// work. It returns the bytes, which are valid until Done.
	Wait() ([]byte, error)
	// Done gives the memory of the bytes back to the driver. The transfer must not be used
	// afterwards. Done does not wait for the GPU, and may be called without Wait.
	Done()
}

// A Recycler is a Driver that checks memory accesses. A caching allocator reuses
// memory without calling Free and Alloc, so it reports each reuse to Recycle;
// the driver then checks accesses against the bytes in use rather than the bytes
// reserved.
type Recycler interface {
	// Recycle enqueues on s a new use of the allocation at p. From then on its
	// first size bytes are allocated, with unspecified contents. An access to the
	// bytes after them is a fault until the next Recycle; size 0 marks the whole
	// allocation as free.
	Recycle(s Stream, p Pointer, size int) error
}

// A Tracer is a Driver that records which instruction wrote each word of memory.
type Tracer interface {
	// Writer describes the instruction that last wrote the word at p, with file
	// and line. It returns "" if no kernel wrote the word.
	Writer(p Pointer) string
}

// ErrOutOfMemory is wrapped by the error of Alloc when device memory is exhausted.
var ErrOutOfMemory = errors.New("out of device memory")

// A Pointer is an address in device memory, in bytes. The host cannot dereference
// it.
type Pointer uint64

// A Stream is a queue of copies and launches that run in order.
type Stream uint32

// A Dim is the size of a grid in blocks, or of a block in threads. Zero in Y or Z
// means 1.
type Dim struct{ X, Y, Z int }

// Norm returns d with zeros in Y and Z replaced by 1.
func (d Dim) Norm() Dim {
	if d.Y == 0 {
		d.Y = 1
	}
	if d.Z == 0 {
		d.Z = 1
	}
	return d
}

// Size returns the number of blocks in a grid, or of threads in a block.
func (d Dim) Size() int {
	d = d.Norm()
	return d.X * d.Y * d.Z
}

// String formats d as X×Y×Z and omits trailing ones: "256", "16×16".
func (d Dim) String() string {
	switch d = d.Norm(); {
	case d.Z != 1:
		return fmt.Sprintf("%d×%d×%d", d.X, d.Y, d.Z)
	case d.Y != 1:
		return fmt.Sprintf("%d×%d", d.X, d.Y)
	}
	return fmt.Sprint(d.X)
}

// Properties are the limits of a GPU that launches depend on.
type Properties struct {
	Name                 string // product name
	Major, Minor         int    // compute capability: 7, 0 is sm_70
	Multiprocessors      int
	Memory               int64 // bytes
	WarpSize             int   // threads of a warp: 32
	MaxThreadsPerBlock   int
	MaxBlock             Dim
	MaxGrid              Dim
	SharedMemoryPerBlock int // bytes; CUDA allows more only to kernels that opt in
	RegistersPerBlock    int
	// MaxThreadsPerMultiprocessor is the maximum number of threads that reside on a
	// multiprocessor at once.
	MaxThreadsPerMultiprocessor int

	// Clock is the highest clock of the multiprocessors, in Hz. MemoryClock is the
	// highest clock of memory, in Hz. MemoryBus is the width of the memory bus, in
	// bits. Zero means unknown.
	Clock, MemoryClock float64
	MemoryBus          int
}

// A Module is a compiled PTX file.
type Module interface {
	// Kernel returns the entry function with that name. If there is none, the
	// error lists the module's entry functions.
	Kernel(name string) (Kernel, error)
}

// A Kernel is an entry function of a Module.
type Kernel interface {
	Name() string
	// Params returns the declared parameters, in order. The caller must not
	// change them.
	Params() []Param
}

// A ResourceKernel is a Kernel whose driver reports the resources that the compiler
// assigned to it.
type ResourceKernel interface {
	Kernel
	Resources() (Resources, error)
}

// Resources are the registers and the memory that the compiler assigned to a kernel.
type Resources struct {
	Registers int // for each thread
	Local     int // bytes of local memory for each thread: spills and arrays
	Shared    int // bytes of static shared memory for each block
}

// A Param is a parameter of a kernel.
type Param struct {
	Name string
	Type string // fundamental PTX type without the dot: "u64", "f32"
}

// An Arg is an argument of a launch: the bits of a value, and its type.
type Arg struct {
	bits uint64
	kind argKind
}

type argKind uint8

const (
	argPointer argKind = iota + 1
	argInt32
	argUint32
	argUint64
	argFloat32
	argFloat64
)

// Ptr returns an argument for a .u64 or .b64 parameter that holds an address.
func Ptr(p Pointer) Arg { return Arg{uint64(p), argPointer} }

// Int32 returns an argument for a .s32, .u32 or .b32 parameter. It panics if n
// does not fit 32 bits.
func Int32(n int) Arg {
	if int(int32(n)) != n {
		panic(fmt.Sprintf("gpu: argument %d does not fit 32 bits", n))
	}
	return Arg{uint64(uint32(n)), argInt32}
}

// Uint32 returns an argument for a .u32, .s32 or .b32 parameter.
func Uint32(n uint32) Arg { return Arg{uint64(n), argUint32} }

// Uint64 returns an argument for a .u64, .s64 or .b64 parameter.
func Uint64(n uint64) Arg { return Arg{n, argUint64} }

// Float32 returns an argument for a .f32 parameter.
func Float32(x float32) Arg { return Arg{uint64(math.Float32bits(x)), argFloat32} }

// Float64 returns an argument for a .f64 parameter.
func Float64(x float64) Arg { return Arg{math.Float64bits(x), argFloat64} }

// Bits returns the argument's bits. A 32-bit value is in the low half.
func (a Arg) Bits() uint64 { return a.bits }

// String formats the argument's value. Addresses are hexadecimal.
func (a Arg) String() string {
	switch a.kind {
	case argPointer:
		return fmt.Sprintf("%#x", a.bits)
	case argInt32:
		return fmt.Sprint(int32(a.bits))
	case argFloat32:
		return fmt.Sprint(math.Float32frombits(uint32(a.bits)))
	case argFloat64:
		return fmt.Sprint(math.Float64frombits(a.bits))
	}
	return fmt.Sprint(a.bits)
}

// argTypes lists the parameter types that accept each kind of argument.
var argTypes = [...]struct {
	name  string
	types []string
}{
	argPointer: {"a pointer", []string{"u64", "b64"}},
	argInt32:   {"an int32", []string{"s32", "u32", "b32"}},
	argUint32:  {"a uint32", []string{"u32", "s32", "b32"}},
	argUint64:  {"a uint64", []string{"u64", "s64", "b64"}},
	argFloat32: {"a float32", []string{"f32"}},
	argFloat64: {"a float64", []string{"f64"}},
}

// FindKernel returns the kernel of a module by its name, or an error that lists the names of
// all. Drivers share it.
func FindKernel[K Kernel](module string, kernels map[string]K, name string) (Kernel, error) {
	if k, ok := kernels[name]; ok {
		return k, nil
	}
	names := slices.Sorted(maps.Keys(kernels))
	return nil, fmt.Errorf("%s has no kernel %s; it has %s", module, name, strings.Join(names, ", "))
}

// CheckArgs returns an error unless kernel k has as many parameters as args, and each
// parameter accepts the type of its argument. Implementations of [Driver] call it in
// Launch.
func CheckArgs(k Kernel, args []Arg) error {
	params := k.Params()
	if len(args) != len(params) {
		return fmt.Errorf("kernel %s takes %d arguments, got %d", k.Name(), len(params), len(args))
	}
	for i, a := range args {
		if a.kind == 0 {
			return fmt.Errorf("kernel %s: argument %d (%s) is the zero Arg", k.Name(), i, params[i].Name)
		}
		if !a.fits(params[i].Type) {
			return fmt.Errorf("kernel %s: argument %d is %s, but parameter %s is .%s",
				k.Name(), i, argTypes[a.kind].name, params[i].Name, params[i].Type)
		}
	}
	return nil
}

func (a Arg) fits(paramType string) bool {
	for _, t := range argTypes[a.kind].types {
		if t == paramType {
			return true
		}
	}
	return false
}
