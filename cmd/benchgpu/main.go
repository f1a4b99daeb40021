// Command benchgpu times the kernels of this module on an NVIDIA GPU and prints, for
// each, the measured time beside the least time that the roofline model of package
// internal/roofline predicts for that GPU.
//
//	kernels/cuda/go.sh run ./cmd/benchgpu                 the first GPU
//	go run ./cmd/benchgpu -device sim -batch 4 -repeats 1 a rehearsal on the simulator
//
// With -load it only compiles all kernels, and prints the registers and the spilled
// bytes that the driver reports. With -once it runs each workload once, after one run
// that allocates memory, and prints nothing: a profiler can then observe the kernels.
//
// A workload is a matrix product, a convolution, a training step or the like. The table has
// a row for each workload, followed by rows for its kernels if it has more than two. Rows
// whose measured time is more than twice the prediction, or less than half of it, are
// flagged. A launch takes a few microseconds of the host's time. A kernel that is shorter
// than that shows the time of its launches, and is flagged as launch-bound.
package main

import (
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"strconv"
	"strings"

	"github.com/topogen/topogen/kernels/cuda"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("benchgpu: ")
	device := flag.String("device", "cuda", "`device` to time: cuda, cuda:1 for the second GPU, or sim for the simulator")
	load := flag.Bool("load", false, "only compile the kernels, and print what each takes of a multiprocessor")
	once := flag.Bool("once", false, "run each workload once, without timing it")
	batch := flag.Int("batch", 128, "`images` in a batch")
	repeats := flag.Int("repeats", 50, "`runs` that a time is the mean of")
	peer := flag.String("peer", "", "`file` with the times of another implementation, lines of name,fp32 µs,TF32 µs")
	flag.Parse()
	if flag.NArg() > 0 || *batch < 2 || *repeats < 1 {
		flag.Usage()
		os.Exit(2)
	}
	var err error
	switch {
	case *load:
		err = loadKernels(*device)
	case *once:
		err = runOnce(*device, *batch)
	default:
		err = measure(*device, *batch, *repeats, *peer)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// open returns a driver for the device with the given name: cuda, cuda:N or sim.
func open(name string) (gpu.Driver, error) {
	kind, number, numbered := strings.Cut(name, ":")
	switch {
	case name == "sim":
		return ptxsim.New(ptxsim.Options{Unchecked: true, Uncounted: true}), nil
	case kind == "cuda" && !numbered:
		return cuda.Open(0)
	case kind == "cuda":
		n, err := strconv.Atoi(number)
		if err != nil {
			return nil, fmt.Errorf("device %q: %q is not a number", name, number)
		}
		return cuda.Open(n)
	}
	return nil, fmt.Errorf("device %q: want cuda, cuda:N or sim", name)
}

// loadKernels compiles all kernels and prints the registers and memory that each takes. If a
// kernel spills registers, loadKernels returns an error that names it.
func loadKernels(device string) error {
	driver, err := open(device)
	if err != nil {
		return err
	}
	dev, err := gpu.New(driver)
	if err != nil {
		return err
	}
	kernels, err := dev.Load()
	if err != nil {
		return errors.Join(err, dev.Close())
	}
	fmt.Printf("%s compiled %d kernels\n", dev.Name(), len(kernels))
	fmt.Println("| kernel | registers | local memory, bytes | shared memory, bytes |")
	fmt.Println("|---|---|---|---|")
	var spills []string
	for _, k := range kernels {
		known, ok := k.(gpu.ResourceKernel)
		if !ok {
			continue
		}
		r, err := known.Resources()
		if err != nil {
			return errors.Join(err, dev.Close())
		}
		fmt.Printf("| %s | %d | %d | %d |\n", k.Name(), r.Registers, r.Local, r.Shared)
		if r.Local > 0 {
			spills = append(spills, k.Name())
		}
	}
	if len(spills) > 0 {
		err = fmt.Errorf("kernels that spill registers to local memory: %s", strings.Join(spills, ", "))
	}
	return errors.Join(err, dev.Close())
}

// runOnce runs each workload on a device of its own: once for the profiler, after one run
// that allocates memory.
func runOnce(device string, batch int) error {
	for _, w := range workloads(batch) {
		driver, err := open(device)
		if err != nil {
			return err
		}
		if err := w.times(driver, 1, func(run func() error) error { return run() }); err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
	}
	return nil
}
