// Package roofline predicts the least time of GPU kernels.
//
// The simulator counts the sectors of memory (32 bytes) that a launch reads or writes, each
// once however often the launch accesses it. It also counts the instructions that warps
// issue. On a GPU the launch takes at least
//
//	max(bytes of these sectors / memory bandwidth, warp instructions / issue rate,
//	    mma instructions / rate of the tensor cores)
//
// The model ignores latency, launch overhead, and multiprocessors without work, so
// a real launch takes longer.
//
//	kernels, err := roofline.Count(132, func(dev *gpu.Device) (func() error, error) {
//		g := kernels.Gemm{M: n, N: n, K: n, Alpha: 1, A: dev.Alloc(n * n), B: dev.Alloc(n * n), C: dev.Alloc(n * n)}
//		return func() error { dev.Gemm(g); return nil }, nil
//	})
//	for _, k := range kernels {
//		fmt.Println(k.Name, roofline.H100.Least(k))
//	}
//
// Reference: Williams, Waterman and Patterson, Roofline: an insightful visual
// performance model for multicore architectures, 2009.
package roofline

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// A Machine holds the peak rates of a GPU.
type Machine struct {
	Multiprocessors int
	Bandwidth       float64 // of memory, bytes a second
	IssueRate       float64 // instructions that the warps of all multiprocessors issue a second
	ProductRate     float64 // mma.m16n8k16 of bfloat16 that all multiprocessors execute a second; 0 if they have none
}

// schedulers is the number of warp schedulers of a multiprocessor, from compute capability
// 7.0 on. Each issues one instruction of one warp in a cycle.
const schedulers = 4

// H100 is an NVIDIA H100 (SXM): 3.35 TB/s, 132 multiprocessors at 1.98 GHz.
var H100 = Machine{Multiprocessors: 132, Bandwidth: 3.35e12, IssueRate: 132 * schedulers * 1.98e9, ProductRate: 132 * 1.98e9}

// products returns the number of mma.m16n8k16 of bfloat16, 2048 multiply-adds each, that a
// multiprocessor executes in a cycle at the peak that NVIDIA states: 312 TFLOP/s of an A100
// (8.0), 989 of an H100 (9.0), 2250 of a B200 (10.0), and an eighth of the A100's rate for each
// multiprocessor of the others. From 9.0 on only other instructions, wgmma and tcgen05, reach
// that peak; mma is said to reach some 60 % of it.
func products(major, minor int) float64 {
	switch {
	case major < 8:
		return 0
	case major == 8 && minor == 0:
		return 0.5
	case major == 9:
		return 1
	case major == 10:
		return 2
	}
	return 0.25
}

// Of returns the machine with the properties that a driver reports. For a rate that the
// driver does not know, as the simulator's, Of uses that of an H100.
func Of(p gpu.Properties) Machine {
	m := Machine{Multiprocessors: p.Multiprocessors, Bandwidth: H100.Bandwidth, IssueRate: H100.IssueRate, ProductRate: H100.ProductRate}
	if p.Clock > 0 {
		m.IssueRate = float64(p.Multiprocessors) * schedulers * p.Clock
		m.ProductRate = float64(p.Multiprocessors) * products(p.Major, p.Minor) * p.Clock
	}
	if p.MemoryClock > 0 && p.MemoryBus > 0 {
		m.Bandwidth = 2 * p.MemoryClock * float64(p.MemoryBus) / 8 // the bus transfers twice in a clock
	}
	return m
}

// A Kernel holds counts over all launches of a kernel. A warp instruction is an instruction
// that all active lanes of a warp execute; it counts once for the warp.
type Kernel struct {
	Name         string
	Launches     int64
	Bytes        int64 // of the distinct sectors that a launch reads, plus those that it writes
	Asked        int64 // of the sectors of every load and store, without caches
	FMA          int64 // warp instructions that are multiply-adds
	Products     int64 // warp instructions that are mma, products of matrices
	Instructions int64 // all warp instructions
}

// Memory returns the time in which memory moves k.Bytes.
func (m Machine) Memory(k Kernel) time.Duration { return seconds(float64(k.Bytes) / m.Bandwidth) }

// Issue returns the time in which the multiprocessors issue k.Instructions.
func (m Machine) Issue(k Kernel) time.Duration {
	return seconds(float64(k.Instructions) / m.IssueRate)
}

// TensorCores returns the time in which the tensor cores execute k.Products.
func (m Machine) TensorCores(k Kernel) time.Duration {
	if k.Products == 0 {
		return 0
	}
	return seconds(float64(k.Products) / m.ProductRate)
}

// Least returns the least time that all launches of k take together.
func (m Machine) Least(k Kernel) time.Duration {
	return max(m.Memory(k), m.Issue(k), m.TensorCores(k))
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// A machine is a simulated GPU that reports the number of multiprocessors of another one.
// The tile sizes and the splits of products depend on that number.
type machine struct {
	*ptxsim.GPU
	multiprocessors int
}

func (m machine) Properties() gpu.Properties {
	p := m.GPU.Properties()
	p.Multiprocessors = m.multiprocessors
	return p
}

// Count simulates a computation on a GPU with the given number of multiprocessors, and
// returns the counts of its kernels, ordered by name. prepare runs first and returns the
// computation; its own launches do not count. opts are options of the device.
func Count(multiprocessors int, prepare func(dev *gpu.Device) (func() error, error), opts ...gpu.Option) ([]Kernel, error) {
	sim := ptxsim.New(ptxsim.Options{Unchecked: true, Footprints: true, Target: 90})
	dev, err := gpu.New(machine{sim, multiprocessors}, opts...)
	if err != nil {
		return nil, err
	}
	count := func() error {
		run, err := prepare(dev)
		if err != nil {
			return err
		}
		if err := dev.Sync(); err != nil {
			return err
		}
		sim.ResetCounters()
		if err := run(); err != nil {
			return err
		}
		return dev.Sync()
	}
	err = count()
	var kernels []Kernel
	for _, name := range sim.KernelNames() {
		c := sim.Counters(name)
		if c.Launches == 0 {
			continue
		}
		kernels = append(kernels, Kernel{
			Name: name, Launches: c.Launches, Bytes: c.Footprint, Asked: c.GlobalBytes(),
			FMA: c.Warps[ptxsim.FMA], Products: c.Warps[ptxsim.MatrixProduct], Instructions: c.WarpInstructions(),
		})
	}
	slices.SortFunc(kernels, func(a, b Kernel) int { return cmp.Compare(a.Name, b.Name) })
	return kernels, errors.Join(err, dev.Close())
}

// Sort sorts kernels by descending least time on m, then by name.
func (m Machine) Sort(kernels []Kernel) {
	slices.SortFunc(kernels, func(a, b Kernel) int {
		return cmp.Or(cmp.Compare(m.Least(b), m.Least(a)), strings.Compare(a.Name, b.Name))
	})
}
