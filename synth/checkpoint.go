package synth

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/topogen/topogen/cloud"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/nn/safetensors"
)

const checkpointFile = "checkpoint.safetensors"

// checkpoint writes what Resume needs. The table is flushed first: it must never
// be behind the checkpoint.
func (r *Run) checkpoint() error {
	if err := r.metrics.Flush(); err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	f := &safetensors.File{Metadata: map[string]string{"steps": strconv.Itoa(r.steps)}}
	if err := r.mover.save(f); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	n, dim := r.config.Start.Len(), r.config.Start.Dim
	frames := make([]float32, 0, len(r.frames)*n*dim)
	for _, c := range r.frames {
		frames = append(frames, c.Coords...)
	}
	f.Tensors = append(f.Tensors, safetensors.Tensor{Name: "frames", Shape: []int{len(r.frames), n, dim}, Values: frames})
	r.saved = time.Now()
	return r.Folder.Write(checkpointFile, func(w io.Writer) error { return safetensors.Write(w, f) })
}

func (r *Run) readCheckpoint() error {
	file, err := os.Open(r.Folder.Path(checkpointFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	f, err := safetensors.Read(bufio.NewReader(file))
	if err != nil {
		return fmt.Errorf("%s: %w", checkpointFile, err)
	}
	if r.steps, err = count(f, "steps"); err == nil {
		err = r.mover.restore(f)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", checkpointFile, err)
	}
	if r.steps > r.config.Steps {
		return fmt.Errorf("the run has made %d steps already, more than the %d asked for", r.steps, r.config.Steps)
	}
	frames, size := f.Tensor("frames"), len(r.config.Start.Coords)
	if frames == nil || len(frames.Values)%size != 0 {
		return fmt.Errorf("%s: no frames of %d coordinates", checkpointFile, size)
	}
	for at := 0; at < len(frames.Values); at += size {
		r.frames = append(r.frames, &cloud.Cloud{Dim: r.config.Start.Dim, Coords: frames.Values[at : at+size]})
	}
	return nil
}

// count returns a number of the file's metadata.
func count(f *safetensors.File, name string) (int, error) {
	n, err := strconv.Atoi(f.Metadata[name])
	if err != nil || n < 0 {
		return 0, fmt.Errorf("its number of %s is %q", name, f.Metadata[name])
	}
	return n, nil
}

const momentPrefix = "optimizer."

// save appends the points and the optimizer's memory.
func (m *Mover) save(f *safetensors.File) error {
	points, err := m.Cloud()
	if err != nil {
		return err
	}
	f.Tensors = append(f.Tensors, safetensors.Tensor{Name: "points", Shape: m.points.Value.Shape(), Values: points.Coords})
	state, err := m.optimizer.State()
	if err != nil {
		return err
	}
	f.Metadata["moves"] = strconv.Itoa(state.Steps)
	for _, name := range slices.Sorted(maps.Keys(state.Tensors)) {
		values := state.Tensors[name]
		f.Tensors = append(f.Tensors, safetensors.Tensor{Name: momentPrefix + name, Shape: []int{len(values)}, Values: values})
	}
	return nil
}

// restore puts back what save appended.
func (m *Mover) restore(f *safetensors.File) error {
	points := f.Tensor("points")
	if points == nil || len(points.Values) != m.points.Value.Len() {
		return fmt.Errorf("no tensor points of %d values", m.points.Value.Len())
	}
	state := nn.State{Tensors: make(map[string][]float32)}
	var err error
	if state.Steps, err = count(f, "moves"); err != nil {
		return err
	}
	for _, t := range f.Tensors {
		if name, ok := strings.CutPrefix(t.Name, momentPrefix); ok {
			state.Tensors[name] = t.Values
		}
	}
	if err := m.optimizer.Restore(state); err != nil {
		return err
	}
	m.points.Value.Write(points.Values)
	return nil
}
