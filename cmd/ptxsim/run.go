package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
)

const runSynopsis = `Run runs a kernel on a simulated GPU with all checks, and prints its output
buffers and counters. If the kernel makes a mistake, run prints a fault with file,
line, thread and address, and exits with code 1.

  ptxsim run -grid 4 -block 256 vectoradd.ptx vector_add random:1000 random:1000 out:1000 1000

Each argument is a number, or for a 64-bit parameter the address of a new buffer
of 32-bit words in the GPU's memory:

  zeros:N    N zeros                       random:N   N floats in [-0.5, 0.5), the same in every run
  count:N    the integers 0 to N-1         out:N      N unwritten words, printed as floats after the run
  f32:1,2.5  these floats                  iout:N     N unwritten words, printed as integers
  u32:1,2    these integers                file:PATH  the bytes of a file`

// runOptions are the flags of run.
type runOptions struct {
	ptxsim.Options
	grid, block dim
	shared      int
	lines       bool
	show        int
}

// A dim is a flag value of one to three extents, such as "16,16".
type dim struct{ gpu.Dim }

func (d *dim) Set(s string) error {
	var n [3]int
	parts := strings.Split(s, ",")
	if len(parts) > 3 {
		return fmt.Errorf("%q has more than three extents; write x,y,z", s)
	}
	for i, p := range parts {
		v, err := strconv.Atoi(p)
		if err != nil || v < 1 {
			return fmt.Errorf("%q is not a positive integer", p)
		}
		n[i] = v
	}
	d.Dim = gpu.Dim{X: n[0], Y: n[1], Z: n[2]}
	return nil
}

// An approximation is a flag value that names an Approximation.
type approximation struct{ *ptxsim.Approximation }

func (a approximation) String() string {
	if a.Approximation == nil {
		return ""
	}
	return a.Approximation.String()
}

func (a approximation) Set(s string) error {
	directions := []ptxsim.Approximation{ptxsim.Nearest, ptxsim.Scattered, ptxsim.High, ptxsim.Low}
	i := slices.IndexFunc(directions, func(w ptxsim.Approximation) bool { return w.String() == s })
	if i < 0 {
		return fmt.Errorf("want one of %v", directions)
	}
	*a.Approximation = directions[i]
	return nil
}

// runKernel implements the command run. Cancelling ctx stops the kernel.
func runKernel(ctx context.Context, args []string, stdout io.Writer) error {
	o := runOptions{grid: dim{gpu.Dim{X: 1}}, block: dim{gpu.Dim{X: 32}}}
	o.Footprints = true
	o.Target = 80 // runs files for sm_70, too
	flags := flag.NewFlagSet("ptxsim run", flag.ContinueOnError)
	flags.Var(&o.grid, "grid", "blocks, `x,y,z`")
	flags.Var(&o.block, "block", "threads of a block, `x,y,z`")
	flags.IntVar(&o.shared, "shared", 0, "`bytes` of dynamic shared memory")
	flags.BoolVar(&o.Unchecked, "unchecked", false, "turn off all checks but that of addresses")
	flags.BoolVar(&o.Reverse, "reverse", false, "run warps and blocks in descending order")
	flags.Var(approximation{&o.Approximation}, "approx", "`direction` in which .approx instructions err: nearest, scattered, high or low")
	flags.IntVar(&o.Threads, "threads", 0, "`number` of goroutines that run blocks; 0 means one for each processor")
	flags.BoolVar(&o.lines, "lines", false, "print the counters of each instruction")
	flags.IntVar(&o.show, "show", 16, "`number` of values to print of each output buffer")
	rest, err := cli.ParseArguments(flags, args, runSynopsis, stdout)
	if err != nil {
		return err
	}
	if len(rest) < 2 {
		return cli.Usagef("run needs a PTX file and the name of a kernel (see ptxsim run -help)")
	}
	src, err := os.ReadFile(rest[0])
	if err != nil {
		return cli.UsageError{Err: err}
	}
	g := ptxsim.New(o.Options)
	m, err := g.Load(rest[0], string(src))
	if err != nil {
		return err
	}
	k, err := m.Kernel(rest[1])
	if err != nil {
		return cli.UsageError{Err: err}
	}
	launchArgs, buffers, err := arguments(g, k, rest[2:])
	if err != nil {
		return cli.UsageError{Err: err}
	}
	if err := g.Launch(0, k, o.grid.Dim, o.block.Dim, o.shared, launchArgs); err != nil {
		return cli.UsageError{Err: err}
	}
	if err := g.SyncContext(ctx, 0); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("%w: %w", cli.ErrInterrupted, err)
		}
		return err
	}
	for _, b := range buffers {
		if err := b.print(stdout, g, o.show); err != nil {
			return err
		}
	}
	c := g.Counters(rest[1])
	fmt.Fprint(stdout, c.String())
	if o.lines {
		printLines(stdout, g, rest[1])
	}
	return nil
}

// printLines prints the counters of each instruction as a table.
func printLines(stdout io.Writer, g *ptxsim.GPU, kernel string) {
	fmt.Fprintf(stdout, "\n%6s %10s %12s %10s %10s  %s\n", "line", "warps", "threads", "sectors", "wavefronts", "instruction")
	for _, l := range g.Lines(kernel) {
		if l.Label != "" {
			fmt.Fprintf(stdout, "%54s%s:\n", "", l.Label)
		}
		fmt.Fprintf(stdout, "%6d %10d %12d %10d %10d  %s\n", l.Line, l.WarpInstructions(), l.ThreadInstructions(),
			l.GlobalLoad.Sectors+l.GlobalStore.Sectors, l.Shared.Wavefronts, l.Instruction)
	}
}
