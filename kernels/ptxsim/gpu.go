package ptxsim

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"sync/atomic"

	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

// A GPU is a simulated GPU. Use [New] to create one. A GPU may be used by one goroutine
// at a time.
type GPU struct {
	options   Options
	memory    *memory
	streams   []stream     // by number
	lost      error        // nil, or what every call returns since the GPU is lost
	stop      *atomic.Bool // set when the context of the running SyncContext is cancelled; nil outside of SyncContext
	nextOwner uint32       // number of the first block of the next launch; see launch.firstOwner
	locks     stripeLocks  // of the cells of global memory
	profiles  map[*kernel]*profile
	storers   storers
	waits     int         // result of Waits
	transfers []*transfer // those that are done, for reuse
}

var (
	_ gpu.Driver   = (*GPU)(nil)
	_ gpu.Recycler = (*GPU)(nil)
	_ gpu.Tracer   = (*GPU)(nil)
)

// New returns a GPU with the given options.
func New(options Options) *GPU {
	if options.Memory == 0 {
		options.Memory = 4 << 30
	}
	if options.Target == 0 {
		options.Target = 70
	}
	return &GPU{
		options:   options,
		memory:    newMemory(options.Memory, !options.Unchecked, options.Footprints),
		streams:   make([]stream, 1),
		nextOwner: 1,
		profiles:  map[*kernel]*profile{},
	}
}

// Properties describes the GPU: Options.Target, with the 80 multiprocessors of a Tesla V100, so
// that hosts divide work as they would for that GPU.
func (g *GPU) Properties() gpu.Properties {
	return gpu.Properties{
		Name:  fmt.Sprintf("PTX simulator (%s)", runtime.GOARCH),
		Major: g.options.Target / 10, Minor: g.options.Target % 10,
		Multiprocessors:      80,
		Memory:               g.options.Memory,
		WarpSize:             warpSize,
		MaxThreadsPerBlock:   maxThreadsPerBlock,
		MaxBlock:             gpu.Dim{X: maxThreadsPerBlock, Y: maxThreadsPerBlock, Z: maxBlockZ},
		MaxGrid:              gpu.Dim{X: maxGridX, Y: maxGridYZ, Z: maxGridYZ},
		SharedMemoryPerBlock: maxSharedBytes,
		RegistersPerBlock:    65536,

		MaxThreadsPerMultiprocessor: 2048,
	}
}

// Alloc allocates size bytes of global memory. They hold a fixed pattern, and count as
// unwritten.
func (g *GPU) Alloc(size int) (gpu.Pointer, error) {
	if g.lost != nil {
		return 0, g.lost
	}
	a, err := g.memory.alloc(size)
	if err != nil {
		return 0, fmt.Errorf("ptxsim: alloc: %w", err)
	}
	return gpu.Pointer(a.base), nil
}

// Free waits for all streams and frees the memory at p, which Alloc returned. Freeing 0 does
// nothing. The addresses are never reused.
func (g *GPU) Free(p gpu.Pointer) error {
	if p == 0 {
		return g.lost
	}
	if err := g.SyncAll(); err != nil {
		return err
	}
	if err := g.memory.free(uint64(p)); err != nil {
		return fmt.Errorf("ptxsim: free: %w", err)
	}
	return nil
}

// Waits returns the number of calls so far in which the host waited for the GPU: those of
// CopyOut, Sync, SyncContext, SyncAll, SyncEvent and Close, of Free with an allocation, and of
// the method Wait of a gpu.Transfer.
func (g *GPU) Waits() int { return g.waits }

// Allocated returns the number of bytes that are allocated.
func (g *GPU) Allocated() int64 { return g.memory.used }

// A module is a loaded PTX file.
type module struct {
	gpu     *GPU
	name    string
	kernels map[string]*moduleKernel
}

type moduleKernel struct {
	*kernel
	gpu *GPU
}

func (k *moduleKernel) Name() string        { return k.entry.Name }
func (k *moduleKernel) Params() []gpu.Param { return k.params }

// Load parses and compiles a PTX file. name appears in messages only. The error depends on
// the failure:
//
//   - a [syntax.Errors] with up to ten entries if the text is not PTX, or with one entry
//     for each instruction that does not compile;
//   - a [*syntax.Error] if the simulator does not support the version, the target or the
//     size of the .const variables;
//   - an error that wraps [gpu.ErrOutOfMemory] if the .global variables do not fit;
//   - the error that lost the GPU, if the GPU is lost.
func (g *GPU) Load(name, ptx string) (gpu.Module, error) {
	if g.lost != nil {
		return nil, g.lost
	}
	file, err := syntax.Parse(name, ptx)
	if err != nil {
		return nil, err
	}
	return g.load(file)
}

func (g *GPU) load(file *syntax.File) (*module, error) {
	constants, globals, err := g.place(file)
	if err != nil {
		return nil, err
	}
	m := &module{gpu: g, name: file.Name, kernels: map[string]*moduleKernel{}}
	var errs syntax.Errors
	for _, e := range file.Entries {
		k, err := compileEntry(file, e, constants, globals, g.options.Approximation)
		if err != nil {
			errs = append(errs, err...)
			continue
		}
		g.storers.add(k)
		m.kernels[e.Name] = &moduleKernel{k, g}
	}
	if len(errs) > 0 {
		return nil, errs
	}
	return m, nil
}

// place gives the module's .const and .global variables memory and initial values. It
// returns the contents of the module's constant memory, and the address of each .global
// variable.
func (g *GPU) place(file *syntax.File) (constants []byte, globals map[*syntax.Variable]uint64, err error) {
	if err := checkHeader(file, g.options.Target); err != nil {
		return nil, nil, err
	}
	globals = map[*syntax.Variable]uint64{}
	for _, v := range file.Variables {
		switch v.Space {
		case syntax.Const:
			for len(constants) < v.Offset {
				constants = append(constants, 0)
			}
			constants = append(constants, initial(v)...)
			if len(constants) > maxConstantBytes {
				return nil, nil, &syntax.Error{File: file.Name, Line: v.Line, Msg: fmt.Sprintf(".const variables take more than %d bytes", maxConstantBytes)}
			}
		case syntax.Global:
			a, err := g.memory.alloc(max(v.Size(), 1))
			if err != nil {
				return nil, nil, fmt.Errorf("%s:%d: variable %s: %w", file.Name, v.Line, v.Name, err)
			}
			copy(a.data, initial(v))
			a.setDefined(0, len(a.data))
			globals[v] = a.base
		}
	}
	return constants, globals, nil
}

// maxConstantBytes is the size of constant memory.
const maxConstantBytes = 64 << 10

// initial returns the initial bytes of a variable, which are zero by default.
func initial(v *syntax.Variable) []byte {
	if v.Init != nil {
		return v.Init
	}
	return make([]byte, v.Size())
}

// newestVersion is the newest ISA version that this package supports.
const newestVersion = 7.0

// header returns the numbers of the file's .version and .target, or zeros if they are none.
func header(file *syntax.File) (version float64, target int) {
	if _, err := fmt.Sscanf(file.Version, "%g", &version); err != nil {
		return 0, 0
	}
	if _, err := fmt.Sscanf(file.Target, "sm_%d", &target); err != nil {
		return 0, 0
	}
	return version, target
}

// checkHeader returns an error if the file's .version is too new, or if its .target is newer
// than the GPU.
func checkHeader(file *syntax.File, newest int) error {
	switch version, target := header(file); {
	case version == 0 || version > newestVersion:
		return &syntax.Error{File: file.Name, Line: 1, Msg: fmt.Sprintf(".version %s is not supported; use a version up to %.1f", file.Version, newestVersion)}
	case target == 0 || target > newest:
		return &syntax.Error{File: file.Name, Line: 1, Msg: fmt.Sprintf(".target %s is not supported; use a target up to sm_%d", file.Target, newest)}
	}
	return nil
}

// Kernel returns the entry function of that name.
func (m *module) Kernel(name string) (gpu.Kernel, error) {
	return gpu.FindKernel(m.name, m.kernels, name)
}

// Launch checks the kernel, its arguments and the launch's geometry, and enqueues the
// launch.
func (g *GPU) Launch(s gpu.Stream, k gpu.Kernel, grid, block gpu.Dim, sharedBytes int, args []gpu.Arg) error {
	mk, ok := k.(*moduleKernel)
	if !ok || mk.gpu != g {
		return fmt.Errorf("ptxsim: kernel %s was not loaded by this GPU", k.Name())
	}
	if err := gpu.CheckArgs(k, args); err != nil {
		return fmt.Errorf("ptxsim: %w", err)
	}
	grid, block = grid.Norm(), block.Norm()
	if err := mk.checkGeometry(grid, block, sharedBytes); err != nil {
		return fmt.Errorf("ptxsim: %w", err)
	}
	params := make([]byte, mk.entry.ParamBytes)
	for i, p := range mk.entry.Params {
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], args[i].Bits())
		copy(params[p.Offset:p.Offset+p.Size()], b[:])
	}
	l := &launch{gpu: g, kernel: mk.kernel, options: &g.options, grid: grid, block: block, dynamicShared: sharedBytes, params: params}
	return g.enqueue(s, func() error { return g.execute(l) })
}

// execute runs a launch to its end and adds its counts to the kernel's profile. It
// assigns the launch an owner number for each of its blocks, and one more, manyOwners.
func (g *GPU) execute(l *launch) error {
	blocks := uint32(l.grid.Size())
	if g.nextOwner > ^uint32(0)-blocks-1 {
		g.forgetOwners()
	}
	l.firstOwner, l.manyOwners = g.nextOwner, g.nextOwner+blocks
	g.nextOwner += blocks + 1
	l.stop = g.stop
	counts, fault := l.run()
	g.profile(l.kernel).add(counts, g.memory.footprint())
	switch {
	case fault != nil:
		return fault
	case l.stopped():
		return fmt.Errorf("ptxsim: kernel %s was stopped before its end", l.kernel.entry.Name)
	}
	return nil
}

// forgetOwners makes all cells forget the accesses that they remember, so that the numbers
// of blocks can start at 1 again. The cells keep which bytes have been written, and by
// which instruction.
func (g *GPU) forgetOwners() {
	for _, a := range g.memory.allocations {
		for i := range a.cells {
			a.cells[i] = cell{defined: a.cells[i].defined, storer: a.cells[i].storer}
		}
	}
	g.nextOwner = 1
}
