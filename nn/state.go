package nn

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/topogen/topogen/nn/safetensors"
)

// SaveFile writes the parameters of m to the file at path as [Save] does. The
// file appears whole or not at all.
func SaveFile(path string, m Module, metadata map[string]string) error {
	f, err := content(m, metadata)
	if err != nil {
		return err
	}
	return safetensors.WriteFile(path, f)
}

// Save writes the parameters of m to w as safetensors, under their full names,
// with optional metadata. It refuses values that are not finite, naming them.
// PyTorch loads the file with
// model.load_state_dict(safetensors.torch.load_file(path)).
func Save(w io.Writer, m Module, metadata map[string]string) error {
	f, err := content(m, metadata)
	if err != nil {
		return err
	}
	return safetensors.Write(w, f)
}

func content(m Module, metadata map[string]string) (*safetensors.File, error) {
	f := &safetensors.File{Metadata: metadata}
	for _, p := range Parameters(m) {
		values, err := p.Value.Values()
		if err != nil {
			return nil, fmt.Errorf("nn: reading %s: %w", p.Name, err)
		}
		f.Tensors = append(f.Tensors, safetensors.Tensor{Name: p.Name, Shape: p.Value.Shape(), Values: values})
	}
	return f, diverged(f)
}

// diverged returns an error that names the first value of f that is not finite.
func diverged(f *safetensors.File) error {
	for _, t := range f.Tensors {
		if i := slices.IndexFunc(t.Values, notFinite); i >= 0 {
			return fmt.Errorf("nn: the weights have diverged: value %d of %s is %v", i, t.Name, t.Values[i])
		}
	}
	return nil
}

// LoadFile reads parameters from the file at path into m as [Load] does.
func LoadFile(path string, m Module) error {
	f, err := safetensors.ReadFile(path)
	if err != nil {
		return err
	}
	if err := setParameters(m, f); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// Load reads parameters that [Save] or PyTorch wrote into m. Names and shapes
// must be exactly the module's and all values finite; if they are not, nothing
// is changed and the error lists what is missing, unexpected or of another shape.
func Load(r io.Reader, m Module) error {
	f, err := safetensors.Read(r)
	if err != nil {
		return err
	}
	return setParameters(m, f)
}

// setParameters sets the parameters of m to the tensors of f.
func setParameters(m Module, f *safetensors.File) error {
	var wrong []string
	expected := make(map[string]bool)
	params := Parameters(m)
	for _, p := range params {
		if expected[p.Name] {
			wrong = append(wrong, fmt.Sprintf("two parameters of the module are named %s: its Visit must tell them apart", p.Name))
			continue
		}
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
	if err := diverged(f); err != nil {
		return err
	}
	for _, p := range params {
		p.Value.Write(f.Tensor(p.Name).Values)
	}
	return nil
}

// Copy sets the parameters of dst to those of src, a module of the same
// structure on any device. It refuses what [Load] refuses, with the same errors,
// and then changes nothing.
func Copy(dst, src Module) error {
	f, err := content(src, nil)
	if err != nil {
		return err
	}
	return setParameters(dst, f)
}
