package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"

	"github.com/topogen/topogen/internal/cli"
	"github.com/topogen/topogen/kernels/ptxsim"
	"github.com/topogen/topogen/kernels/ptxsim/syntax"
)

const synopsis = `Ptxsim works on PTX files without a GPU.

Usage:

  ptxsim lint FILE...                          check; exit code 1 if there are warnings
  ptxsim list FILE...                          list kernels with their signatures, registers and memory
  ptxsim run [flags] FILE KERNEL ARGUMENT...   run a kernel with all checks, and print its counters

It supports PTX up to version 6.3 and targets up to sm_70, and of version 7.0 and
sm_80 the products of matrices in bfloat16. Every driver since CUDA 11 accepts such
files, and compiles them for every later GPU.

Run ptxsim run -help for how to write arguments.`

func program(ctx context.Context, args []string, stdout, _ io.Writer) error {
	if len(args) == 0 {
		return cli.Usagef("no command given: want lint, list or run (see ptxsim -help)")
	}
	command, rest := args[0], args[1:]
	switch command {
	case "-help", "--help", "-h", "help":
		fmt.Fprintln(stdout, synopsis)
		return nil
	case "lint":
		return lint(rest, stdout)
	case "list":
		return list(rest, stdout)
	case "run":
		return runKernel(ctx, rest, stdout)
	}
	return cli.Usagef("unknown command %q: want lint, list or run (see ptxsim -help)", command)
}

// files parses the arguments of a command that takes file names only.
func files(command string, args []string, stdout io.Writer) ([]string, error) {
	flags := flag.NewFlagSet("ptxsim "+command, flag.ContinueOnError)
	names, err := cli.ParseArguments(flags, args, synopsis, stdout)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, cli.Usagef("%s needs a PTX file (see ptxsim -help)", command)
	}
	return names, nil
}

func lint(args []string, stdout io.Writer) error {
	names, err := files("lint", args, stdout)
	if err != nil {
		return err
	}
	count := 0
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			return cli.UsageError{Err: err}
		}
		warnings, err := ptxsim.Lint(name, string(src))
		if err != nil {
			return err
		}
		for _, w := range warnings {
			fmt.Fprintln(stdout, w)
		}
		count += len(warnings)
	}
	if count > 0 {
		return fmt.Errorf("%d warnings", count)
	}
	return nil
}

func list(args []string, stdout io.Writer) error {
	names, err := files("list", args, stdout)
	if err != nil {
		return err
	}
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			return cli.UsageError{Err: err}
		}
		file, err := syntax.Parse(name, string(src))
		if err != nil {
			return err
		}
		for _, e := range file.Entries {
			fmt.Fprint(stdout, describe(name, e))
		}
	}
	return nil
}

// describe formats a kernel's signature, registers, memory and block size in four lines.
func describe(file string, e *syntax.Entry) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s:%d: %s\n", file, e.Line, e.Signature())
	registers := map[string]int{}
	for _, r := range e.Registers {
		registers[r.Type.String()]++
	}
	var parts []string
	for t, n := range registers {
		parts = append(parts, fmt.Sprintf("%d .%s", n, t))
	}
	sort.Strings(parts)
	fmt.Fprintf(&s, "  %d instructions; registers: %s\n", len(e.Code), strings.Join(parts, ", "))
	fmt.Fprintf(&s, "  %d bytes of shared memory, %d of local memory", e.SharedBytes, e.LocalBytes)
	switch t := e.MaxThreads; {
	case t[0] == 0:
		s.WriteString("; blocks of any size\n")
	case e.ExactThreads:
		fmt.Fprintf(&s, "; blocks of exactly %d×%d×%d threads\n", t[0], t[1], t[2])
	default:
		fmt.Fprintf(&s, "; blocks of at most %d threads\n", t[0]*t[1]*t[2])
	}
	return s.String()
}
