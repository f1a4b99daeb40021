package synth

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/nn/safetensors"
	"github.com/topogen/topogen/ph"
)

// Save appends to f the state of the mover and the frames of the animation so far.
func (r stepper) Save(f *safetensors.File) error {
	if err := r.mover.save(f); err != nil {
		return err
	}
	n, dim := r.config.Start.Len(), r.config.Start.Dim
	frames := make([]float32, 0, len(r.frames)*n*dim)
	for _, c := range r.frames {
		frames = append(frames, c.Coords...)
	}
	f.Tensors = append(f.Tensors, safetensors.Tensor{Name: "frames", Shape: []int{len(r.frames), n, dim}, Values: frames})
	return nil
}

// Restore puts back what Save appended.
func (r stepper) Restore(f *safetensors.File, steps int) error {
	if err := r.mover.restore(f, steps); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	frames, size := f.Tensor("frames"), len(r.config.Start.Coords)
	if frames == nil || len(frames.Values)%size != 0 {
		return fmt.Errorf("checkpoint: it lacks a tensor \"frames\" with %d values for each frame: it is of another cloud, or damaged; begin a new run", size)
	}
	for at := 0; at < len(frames.Values); at += size {
		r.frames = append(r.frames, &ph.Points[float32]{Dim: r.config.Start.Dim, Coords: frames.Values[at : at+size]})
	}
	return nil
}

const momentPrefix = "optimizer."

// save appends the points and the state of the optimizer.
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

// restore puts back what save appended after a number of steps.
func (m *Mover) restore(f *safetensors.File, steps int) error {
	points := f.Tensor("points")
	if points == nil || len(points.Values) != m.points.Value.Len() {
		return fmt.Errorf("it lacks a tensor \"points\" with %d values: it is of another cloud, or damaged; begin a new run", m.points.Value.Len())
	}
	state := nn.State{Tensors: make(map[string][]float32)}
	var err error
	if state.Steps, err = strconv.Atoi(f.Metadata["moves"]); err != nil || state.Steps < 0 {
		return fmt.Errorf("its number of moves is %q", f.Metadata["moves"])
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
	m.made = steps
	return nil
}
