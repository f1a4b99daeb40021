package gpu

import (
	"embed"
	"fmt"
	"regexp"
	"strings"

	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

//go:generate go run ./internal/generate

// ptx holds the kernels, one file for each family.
//
//go:embed ptx/*.ptx
var ptx embed.FS

// An entry names a kernel: its file, without folder and extension, and its entry
// function.
type entry struct{ file, name string }

// kernel returns the kernel that e names. It compiles the kernel's file on first use.
func (d *Device) kernel(e entry) (Kernel, error) {
	if k, ok := d.loaded[e]; ok {
		return k, nil
	}
	m, ok := d.files[e.file]
	if !ok {
		name := e.file + ".ptx"
		text, err := ptx.ReadFile("ptx/" + name)
		if err != nil {
			return nil, err
		}
		if m, err = d.driver.Load(name, string(text)); err != nil {
			return nil, err
		}
		d.files[e.file] = m
	}
	k, err := m.Kernel(e.name)
	if err != nil {
		return nil, err
	}
	d.loaded[e] = k
	return k, nil
}

// entryPoint matches the declaration of a kernel in PTX.
var entryPoint = regexp.MustCompile(`(?m)^\.visible \.entry (\w+)\(`)

// Load compiles all kernels that the GPU can run and returns them, ordered by file name. A
// device that was not loaded compiles a file when it first launches one of the file's kernels, which
// delays that launch.
func (d *Device) Load() ([]Kernel, error) {
	files, err := ptx.ReadDir("ptx")
	if err != nil {
		return nil, err
	}
	var all []Kernel
	for _, f := range files {
		if strings.HasSuffix(f.Name(), "_bf16.ptx") && !d.half {
			continue
		}
		text, err := ptx.ReadFile("ptx/" + f.Name())
		if err != nil {
			return nil, err
		}
		for _, match := range entryPoint.FindAllSubmatch(text, -1) {
			k, err := d.kernel(entry{strings.TrimSuffix(f.Name(), ".ptx"), string(match[1])})
			if err != nil {
				return nil, fmt.Errorf("gpu: %w", err)
			}
			all = append(all, k)
		}
	}
	return all, nil
}

// launch enqueues a kernel. It does nothing if the grid is empty or the device has
// failed.
func (d *Device) launch(e entry, grid, block Dim, args ...Arg) {
	d.launchShared(e, grid, block, 0, args...)
}

// launchShared is launch with the given number of bytes of dynamic shared memory
// for each block.
func (d *Device) launchShared(e entry, grid, block Dim, bytes int, args ...Arg) {
	if d.err != nil || grid.Size() == 0 {
		return
	}
	k, err := d.kernel(e)
	if err != nil {
		d.fail(err)
		return
	}
	// Arguments passed to an interface method escape to the heap, so args is copied
	// into a slice that the device keeps.
	d.args = append(d.args[:0], args...)
	if err := d.driver.Launch(d.stream, k, grid, block, bytes, d.args); err != nil {
		d.fail(fmt.Errorf("launch of %s (%s.ptx) over %v blocks of %v threads: %w", e.name, e.file, grid, block, err))
	}
}

// each launches an element-wise kernel over n elements. The kernel takes args and then n.
func (d *Device) each(e entry, n int, args ...Arg) {
	d.args = append(append(d.args[:0], args...), Int32(n))
	d.launch(e, Dim{X: blocks(n, work.PerBlock)}, Dim{X: work.Threads}, d.args...)
}

// blocks returns ⌈n/each⌉, the number of blocks that cover n items if a block covers
// each items.
func blocks(n, each int) int { return (n + each - 1) / each }
