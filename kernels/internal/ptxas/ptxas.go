// Package ptxas runs NVIDIA's assembler for PTX where there is one: it needs no
// GPU, and says what a kernel takes of one.
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

// An Assembler is the path of a ptxas.
type Assembler string

// Find returns the assembler that the environment variable PTXAS names, or else
// the one on the path.
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

// Newest returns the newest GPU that the assembler knows and that portable code
// is assembled for: "sm_121".
func (a Assembler) Newest() (string, error) {
	help, err := exec.Command(string(a), "--help").Output()
	if err != nil {
		return "", fmt.Errorf("%s --help: %w", a, err)
	}
	newest := 0
	for _, m := range regexp.MustCompile(`'sm_(\d+)'`).FindAllSubmatch(help, -1) {
		n, _ := strconv.Atoi(string(m[1]))
		newest = max(newest, n)
	}
	if newest == 0 {
		return "", fmt.Errorf("%s --help names no GPU", a)
	}
	return fmt.Sprintf("sm_%d", newest), nil
}

// A Use is what a kernel takes of a GPU.
type Use struct {
	Name      string // of the kernel
	Registers int    // of a thread
	Shared    int    // bytes of a block
	Stack     int    // bytes of a thread's own memory
	Spills    int    // bytes that registers are saved to there
}

var (
	compiling = regexp.MustCompile(`Compiling entry function '([^']*)'`)
	frame     = regexp.MustCompile(`(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads`)
	used      = regexp.MustCompile(`Used (\d+) registers`)
	shared    = regexp.MustCompile(`(\d+) bytes smem`)
)

// Assemble assembles a file's text for a GPU, "sm_90", and returns what its
// kernels take, by name. Where the assembler refuses the text the error is what
// it says.
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

// parse reads what ptxas -v says.
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
