//go:build cuda

package cuda

import (
	"errors"
	"fmt"
	"os"

	"github.com/barnex/cuda5/cu"

	"github.com/topogen/topogen/kernels/gpu"
)

// The least compute capability that the kernels support.
const (
	leastMajor = 7
	leastMinor = 0
)

// Numbers of device attributes in the driver API that the binding has no names for.
const (
	computeCapabilityMajor cu.DeviceAttribute = 75
	computeCapabilityMinor cu.DeviceAttribute = 76
)

// Open returns a driver for the GPU with the given number, counted from 0 in the order of
// NVIDIA's driver. If there is no driver or no such GPU, the error says what Open looked for.
func Open(ordinal int) (gpu.Driver, error) {
	if err := try("cuInit", func() { cu.Init(0) }); err != nil {
		return nil, noDriver(err)
	}
	var version, count int
	err := try("cuDeviceGetCount", func() { version, count = cu.Version(), cu.DeviceGetCount() })
	switch {
	case err != nil:
		return nil, err
	case count == 0:
		return nil, noDevice(version)
	case ordinal < 0 || ordinal >= count:
		return nil, fmt.Errorf("cuda: there is no GPU %d: the driver (CUDA %d.%d) has %d, numbered from 0", ordinal, version/1000, version%1000/10, count)
	}
	d := &driver{modules: map[string]*module{}, transfers: map[int][]*transfer{}}
	if err := try("cuCtxCreate", func() { d.open(ordinal) }); err != nil {
		return nil, err
	}
	if p := d.properties; p.Major < leastMajor || p.Major == leastMajor && p.Minor < leastMinor {
		return nil, errors.Join(fmt.Errorf("cuda: GPU %d, %s, has compute capability %d.%d; the kernels need %d.%d",
			ordinal, p.Name, p.Major, p.Minor, leastMajor, leastMinor), d.Close())
	}
	return d, nil
}

// noDriver explains why cuInit failed.
func noDriver(err error) error {
	var failed *Error
	if !errors.As(err, &failed) {
		return err
	}
	switch failed.Code {
	case stubLibrary:
		return fmt.Errorf("cuda: no NVIDIA driver: libcuda.so.1 cannot be opened (%s); LD_LIBRARY_PATH is %q", libraryProblem(), os.Getenv("LD_LIBRARY_PATH"))
	case noDeviceCode:
		return noDevice(0)
	}
	return fmt.Errorf("%w: NVIDIA's driver is installed but does not start: is its kernel module loaded, and as new as libcuda.so.1? (nvidia-smi tells)", err)
}

// noDevice explains that the driver finds no GPU. version is the driver's CUDA version, 12000
// for 12.0, or 0 if unknown.
func noDevice(version int) error {
	what := "NVIDIA's driver"
	if version > 0 {
		what = fmt.Sprintf("NVIDIA's driver (CUDA %d.%d)", version/1000, version%1000/10)
	}
	visible, set := os.LookupEnv("CUDA_VISIBLE_DEVICES")
	if set {
		return fmt.Errorf("cuda: %s finds no GPU; CUDA_VISIBLE_DEVICES is %q", what, visible)
	}
	return fmt.Errorf("cuda: %s finds no GPU (nvidia-smi lists them; /dev/nvidia0 must be readable)", what)
}

// open creates a context on a GPU and queries the GPU's properties. The context becomes
// current on this thread.
func (d *driver) open(ordinal int) {
	device := cu.DeviceGet(ordinal)
	d.context = cu.CtxCreate(cu.CTX_SCHED_AUTO, device)
	attribute := func(a cu.DeviceAttribute) int { return cu.DeviceGetAttribute(a, device) }
	d.properties = gpu.Properties{
		Name:               cu.DeviceGetName(device),
		Major:              attribute(computeCapabilityMajor),
		Minor:              attribute(computeCapabilityMinor),
		Multiprocessors:    attribute(cu.MULTIPROCESSOR_COUNT),
		Memory:             cu.DeviceTotalMem(device),
		WarpSize:           attribute(cu.WARP_SIZE),
		MaxThreadsPerBlock: attribute(cu.MAX_THREADS_PER_BLOCK),
		MaxBlock: gpu.Dim{
			X: attribute(cu.MAX_BLOCK_DIM_X), Y: attribute(cu.MAX_BLOCK_DIM_Y), Z: attribute(cu.MAX_BLOCK_DIM_Z)},
		MaxGrid: gpu.Dim{
			X: attribute(cu.MAX_GRID_DIM_X), Y: attribute(cu.MAX_GRID_DIM_Y), Z: attribute(cu.MAX_GRID_DIM_Z)},
		SharedMemoryPerBlock:        attribute(cu.MAX_SHARED_MEMORY_PER_BLOCK),
		RegistersPerBlock:           attribute(cu.MAX_REGISTERS_PER_BLOCK),
		MaxThreadsPerMultiprocessor: attribute(cu.MAX_THREADS_PER_MULTIPROCESSOR),
		Clock:                       1e3 * float64(attribute(cu.CLOCK_RATE)),
		MemoryClock:                 1e3 * float64(attribute(cu.MEMORY_CLOCK_RATE)),
		MemoryBus:                   attribute(cu.GLOBAL_MEMORY_BUS_WIDTH),
	}
}
