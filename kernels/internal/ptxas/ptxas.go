// Package ptxas runs NVIDIA's assembler for PTX and reports the registers, shared memory
// and spills of each kernel. The assembler needs no GPU.
//
//	a, err := ptxas.Find()
//	uses, err := a.Assemble("sm_90", "kernels.ptx", text)
//	fmt.Println(uses[0].Name, uses[0].Registers)
//
// Reference: NVIDIA, CUDA Binary Utilities and the CUDA Programming Guide's
// table of technical specifications per compute capability.
package ptxas

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

// An Assembler is the path of a ptxas program.
type Assembler string

// Find returns the assembler that the environment variable PTXAS names. If PTXAS is not
// set, Find looks for ptxas in PATH.
func Find() (Assembler, error) {
	if name := os.Getenv("PTXAS"); name != "" {
		return Assembler(name), nil
	}
	name, err := exec.LookPath("ptxas")
	if err != nil {
		return "", errors.New("no ptxas, NVIDIA's assembler: PTXAS is not set and none is on the path")
	}
	return Assembler(name), nil
}

// Architectures returns the architectures that the assembler generates code for from
// portable PTX, oldest first: "sm_70", …, "sm_121".
func (a Assembler) Architectures() ([]string, error) {
	help, err := exec.Command(string(a), "--help").Output()
	if err != nil {
		return nil, fmt.Errorf("%s --help: %w", a, err)
	}
	var numbers []int
	for _, m := range regexp.MustCompile(`'sm_(\d+)'`).FindAllSubmatch(help, -1) {
		n, _ := strconv.Atoi(string(m[1]))
		numbers = append(numbers, n)
	}
	if len(numbers) == 0 {
		return nil, fmt.Errorf("%s --help names no GPU", a)
	}
	slices.Sort(numbers)
	var names []string
	for _, n := range slices.Compact(numbers) {
		names = append(names, fmt.Sprintf("sm_%d", n))
	}
	return names, nil
}

// A Use is the resources of a kernel.
type Use struct {
	Name      string // of the kernel
	Registers int    // for each thread
	Shared    int    // static shared memory of a block, bytes
	Stack     int    // local memory of a thread, bytes
	Spills    int    // bytes of spill stores and loads
}

var (
	compiling = regexp.MustCompile(`Compiling entry function '([^']*)'`)
	frame     = regexp.MustCompile(`(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads`)
	used      = regexp.MustCompile(`Used (\d+) registers`)
	shared    = regexp.MustCompile(`(\d+) bytes smem`)
)

// Assemble assembles PTX text for an architecture, "sm_90", and returns the resources of
// its kernels, sorted by name. If the assembler rejects the text, the error holds its
// messages; name stands for the file in them.
func (a Assembler) Assemble(gpu, name, text string) ([]Use, error) {
	folder, err := os.MkdirTemp("", "ptxas")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "kernels.ptx")
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		return nil, err
	}
	out, err := exec.Command(string(a), "-v", "-arch="+gpu, "-o", filepath.Join(folder, "kernels.cubin"), file).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%s: %s for %s: %w\n%s", name, a, gpu, err, out)
	}
	return parse(out), nil
}

// parse parses the output of ptxas -v.
func parse(out []byte) (uses []Use) {
	number := func(digits []byte) int {
		n, _ := strconv.Atoi(string(digits))
		return n
	}
	for line := range bytes.Lines(out) {
		if m := compiling.FindSubmatch(line); m != nil {
			uses = append(uses, Use{Name: string(m[1])})
		}
		if len(uses) == 0 {
			continue
		}
		u := &uses[len(uses)-1]
		if m := frame.FindSubmatch(line); m != nil {
			u.Stack, u.Spills = number(m[1]), number(m[2])+number(m[3])
		}
		if m := used.FindSubmatch(line); m != nil {
			u.Registers = number(m[1])
		}
		if m := shared.FindSubmatch(line); m != nil {
			u.Shared = number(m[1])
		}
	}
	slices.SortFunc(uses, func(a, b Use) int { return bytes.Compare([]byte(a.Name), []byte(b.Name)) })
	return uses
}
