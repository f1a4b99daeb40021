package gpu

import (
	"errors"
	"fmt"
	"math"
)

// A Driver is a GPU: it owns memory, compiles PTX and launches kernels.
// kernels/ptxsim implements it by interpreting PTX, kernels/cuda with NVIDIA's
// driver; the device in this package does not know which it has.
//
// # Order
//
// Copies and launches are enqueued on a [Stream]. Within a stream each sees the
// results of those before it; between streams, the zero Stream included,
// nothing is promised without a Sync. Launch and Copy return at once.
//
// # Errors
//
// A refused call (wrong arguments, no memory) returns an error that says what
// was refused, and changes nothing. A kernel that faults while it runs is
// reported by the next CopyOut or Sync that waits for it, and from then on by
// every call: as on hardware, the driver is then lost and can only be closed.
//
// A Driver may be used by one goroutine at a time, from any thread.
type Driver interface {
	// Properties describes the GPU.
	Properties() Properties

	// Alloc reserves size > 0 bytes, aligned to 256, contents unspecified. The
	// error is [ErrOutOfMemory] (see errors.Is) where there is no room.
	Alloc(size int) (Pointer, error)
	// Free waits for all streams and gives back what Alloc returned. Freeing
	// the zero Pointer does nothing.
	Free(p Pointer) error

	// NewStream returns a further stream; the zero Stream always exists.
	NewStream() (Stream, error)

	// CopyIn enqueues a copy of src to device memory. src may be changed as
	// soon as CopyIn returns.
	CopyIn(s Stream, dst Pointer, src []byte) error
	// CopyOut waits for s and copies device memory to dst.
	CopyOut(s Stream, dst []byte, src Pointer) error
	// Copy enqueues a copy of size bytes within device memory. The spans must
	// not overlap.
	Copy(s Stream, dst, src Pointer, size int) error
	// Fill enqueues the setting of count 32-bit words to word; dst is a
	// multiple of 4.
	Fill(s Stream, dst Pointer, word uint32, count int) error

	// Load compiles PTX text. name says where it is from, for messages:
	// usually the file's name.
	Load(name, ptx string) (Module, error)
	// Launch enqueues a kernel over a grid of blocks of threads. Arguments are
	// checked against the kernel's parameters (see [CheckArgs]). sharedBytes is
	// the dynamic shared memory of each block, beside what the kernel declares.
	// args may be changed as soon as Launch returns.
	Launch(s Stream, k Kernel, grid, block Dim, sharedBytes int, args []Arg) error

	// Sync waits for all that was enqueued on s.
	Sync(s Stream) error
	// SyncAll waits for all streams.
	SyncAll() error
	// Close waits for all streams and releases everything. It returns the
	// error that the driver was lost to, if any.
	Close() error
}

// A Recycler is a Driver that wants to know what a caching allocator does with
// memory between Alloc and Free, so that it can check accesses against what is
// really in use. An allocator that keeps freed memory tells it where it can.
type Recycler interface {
	// Recycle enqueues on s that the allocation at p starts a new life as size
	// bytes of unspecified contents; whatever lies behind them, all of it if
	// size is 0, is not to be touched until the next Recycle.
	Recycle(s Stream, p Pointer, size int) error
}

// A Tracer is a Driver that can tell where values in its memory come from.
type Tracer interface {
	// Writer says which instruction wrote the word at p last, with its file and
	// line, or "" if it was none.
	Writer(p Pointer) string
}

// ErrOutOfMemory is what Alloc's error wraps when device memory is exhausted.
var ErrOutOfMemory = errors.New("out of device memory")

// A Pointer is an address in device memory; the host cannot follow it. Adding
// a number of bytes gives the address that far behind it.
type Pointer uint64

// A Stream is a queue of copies and launches that run in order.
type Stream uint32

// A Dim is the extent of a grid in blocks, or of a block in threads. Y and Z
// may be left 0, which means 1.
type Dim struct{ X, Y, Z int }

// Norm returns d with extents left 0 in Y and Z set to 1.
func (d Dim) Norm() Dim {
	if d.Y == 0 {
		d.Y = 1
	}
	if d.Z == 0 {
		d.Z = 1
	}
	return d
}

// Size returns the number of blocks, or of threads.
func (d Dim) Size() int {
	d = d.Norm()
	return d.X * d.Y * d.Z
}

// String formats d as X×Y×Z without trailing ones: "256", "16×16".
func (d Dim) String() string {
	switch d = d.Norm(); {
	case d.Z != 1:
		return fmt.Sprintf("%d×%d×%d", d.X, d.Y, d.Z)
	case d.Y != 1:
		return fmt.Sprintf("%d×%d", d.X, d.Y)
	}
	return fmt.Sprint(d.X)
}

// Properties describe a GPU.
type Properties struct {
	Name                 string // what it is, for people
	Major, Minor         int    // compute capability: 7, 0 is sm_70
	Multiprocessors      int
	Memory               int64 // bytes
	WarpSize             int   // threads that execute together: 32
	MaxThreadsPerBlock   int
	MaxBlock             Dim
	MaxGrid              Dim
	SharedMemoryPerBlock int // bytes, without asking for more
	RegistersPerBlock    int
	// MaxThreadsPerMultiprocessor bounds how many may be resident at a time.
	MaxThreadsPerMultiprocessor int
}

// A Module is a compiled PTX file.
type Module interface {
	// Kernel returns the entry function of that name, or an error that lists
	// those that there are.
	Kernel(name string) (Kernel, error)
}

// A Kernel is an entry function of a Module.
type Kernel interface {
	Name() string
	// Params returns the parameters that PTX declares, in order. The caller
	// must not change them.
	Params() []Param
}

// A Param is a parameter of a kernel.
type Param struct {
	Name string
	Type string // PTX's fundamental type without the dot: "u64", "f32"
}

// An Arg is an argument of a launch: a value and its type.
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

// Ptr is an argument for a .u64 parameter that holds an address.
func Ptr(p Pointer) Arg { return Arg{uint64(p), argPointer} }

// Int32 is an argument for a .s32, .u32 or .b32 parameter. It panics when n
// does not fit.
func Int32(n int) Arg {
	if int(int32(n)) != n {
		panic(fmt.Sprintf("gpu: argument %d does not fit 32 bits", n))
	}
	return Arg{uint64(uint32(n)), argInt32}
}

// Uint32 is an argument for a .u32, .s32 or .b32 parameter.
func Uint32(n uint32) Arg { return Arg{uint64(n), argUint32} }

// Uint64 is an argument for a .u64, .s64 or .b64 parameter.
func Uint64(n uint64) Arg { return Arg{n, argUint64} }

// Float32 is an argument for a .f32 parameter.
func Float32(x float32) Arg { return Arg{uint64(math.Float32bits(x)), argFloat32} }

// Float64 is an argument for a .f64 parameter.
func Float64(x float64) Arg { return Arg{math.Float64bits(x), argFloat64} }

// Bits returns the argument's bits, in the low bytes.
func (a Arg) Bits() uint64 { return a.bits }

// String formats the argument's value: addresses in hexadecimal.
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

// argTypes lists the parameter types that each kind of argument may fill.
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

// CheckArgs returns an error unless args fit the parameters of kernel k in
// number and type. Implementations of [Driver] call it in Launch.
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
