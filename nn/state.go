package nn

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/nn/safetensors"
)

// Save writes the parameters of m to w as safetensors, under their full names,
// with optional metadata. PyTorch loads them with load_state_dict.
func Save(w io.Writer, m Module, metadata map[string]string) error {
	f := &safetensors.File{Metadata: metadata}
	for _, p := range Parameters(m) {
		values, err := p.Value.Values()
		if err != nil {
			return fmt.Errorf("nn: saving %s: %w", p.Name, err)
		}
		f.Tensors = append(f.Tensors, safetensors.Tensor{Name: p.Name, Shape: p.Value.Shape(), Values: values})
	}
	return safetensors.Write(w, f)
}

// Load reads parameters that Save or PyTorch wrote into m. Names and shapes must
// be exactly the module's; if they are not, nothing is changed and the error
// lists what is missing, unexpected or of another shape.
func Load(r io.Reader, m Module) error {
	f, err := safetensors.Read(r)
	if err != nil {
		return err
	}
	var wrong []string
	expected := make(map[string]bool)
	params := Parameters(m)
	for _, p := range params {
		expected[p.Name] = true
		switch t := f.Tensor(p.Name); {
		case t == nil:
			wrong = append(wrong, p.Name+" is missing")
		case !slices.Equal(t.Shape, p.Value.Shape()):
			wrong = append(wrong, fmt.Sprintf("%s has shape %v, want %v", p.Name, t.Shape, p.Value.Shape()))
		}
	}
	for _, t := range f.Tensors {
		if !expected[t.Name] {
			wrong = append(wrong, t.Name+" is unexpected")
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("nn: the weights are another model's: %s", strings.Join(wrong, "; "))
	}
	for _, p := range params {
		p.Value.Write(f.Tensor(p.Name).Values)
	}
	return nil
}

// Copy sets the parameters of dst to those of src, a module of the same
// structure on any device.
func Copy(dst, src Module) error {
	from := make(map[string]*autograd.Parameter)
	for _, p := range Parameters(src) {
		from[p.Name] = p
	}
	for _, p := range Parameters(dst) {
		q := from[p.Name]
		if q == nil || !slices.Equal(q.Value.Shape(), p.Value.Shape()) {
			panic(fmt.Sprintf("nn: Copy between modules of different structure: %s", p.Name))
		}
		values, err := q.Value.Values()
		if err != nil {
			return fmt.Errorf("nn: copying %s: %w", p.Name, err)
		}
		p.Value.Write(values)
	}
	return nil
}
