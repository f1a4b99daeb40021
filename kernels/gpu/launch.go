package gpu

import (
	"embed"
	"fmt"

	"github.com/topogen/topogen/kernels/gpu/internal/work"
)

//go:generate go run ./internal/generate

// The kernels, a file for each family.
//
//go:embed ptx/*.ptx
var ptx embed.FS

// An entry names a kernel: a file, without folder and .ptx, and the entry
// function in it.
type entry struct{ file, name string }

// kernel returns a kernel; its file is loaded when the first of its kernels is
// wanted.
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

// launch enqueues a kernel. It does nothing where the grid is empty or the
// device has failed.
func (d *Device) launch(e entry, grid, block Dim, args ...Arg) {
	d.launchShared(e, grid, block, 0, args...)
}

// launchShared launches a kernel whose blocks have so many bytes of shared memory
// beside what it declares.
func (d *Device) launchShared(e entry, grid, block Dim, bytes int, args ...Arg) {
	if d.err != nil || grid.Size() == 0 {
		return
	}
	k, err := d.kernel(e)
	if err != nil {
		d.fail(err)
		return
	}
	// The driver is an interface, so the arguments would escape.
	d.args = append(d.args[:0], args...)
	if err := d.driver.Launch(d.stream, k, grid, block, bytes, d.args); err != nil {
		d.fail(fmt.Errorf("launch of %s (%s.ptx) over %v blocks of %v threads: %w", e.name, e.file, grid, block, err))
	}
}

// each launches an element-wise kernel over n elements; the last argument, n,
// is added.
func (d *Device) each(e entry, n int, args ...Arg) {
	d.args = append(append(d.args[:0], args...), Int32(n))
	d.launch(e, Dim{X: blocks(n, work.PerBlock)}, Dim{X: work.Threads}, d.args...)
}

// blocks returns how many blocks it takes where each does so many.
func blocks(n, each int) int { return (n + each - 1) / each }
