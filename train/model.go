package train

import (
	"fmt"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/models"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/nn/safetensors"
)

// A model is an autoencoder in training.
type model struct {
	name   string // as in file names and messages
	net    models.Model
	params []*autograd.Parameter
	adam   *nn.Adam
	tape   *autograd.Tape
}

func newModel(name string, dev kernels.Device, c Config) *model {
	m := &model{name: name, net: models.NewVAE(dev, c.Latent, c.Seed), tape: autograd.NewTape(dev)}
	m.params = nn.Parameters(m.net)
	m.adam = nn.NewAdam(m.params, nn.OptimizerOptions{LearningRate: c.LearningRate})
	return m
}

// tensors appends the model's parameters and its optimizer's memory, under names
// that begin with prefix.
func (m *model) tensors(f *safetensors.File, prefix string) error {
	for _, p := range m.params {
		values, err := p.Value.Values()
		if err != nil {
			return fmt.Errorf("reading %s of %s: %w", p.Name, m.name, err)
		}
		f.Tensors = append(f.Tensors, safetensors.Tensor{Name: prefix + p.Name, Shape: p.Value.Shape(), Values: values})
	}
	state, err := m.adam.State()
	if err != nil {
		return fmt.Errorf("%s: %w", m.name, err)
	}
	for _, name := range []string{"m", "v"} {
		values := state.Tensors[name]
		f.Tensors = append(f.Tensors, safetensors.Tensor{Name: prefix + "adam." + name, Shape: []int{len(values)}, Values: values})
	}
	return nil
}

// restore puts back what tensors appended after the given number of steps.
func (m *model) restore(f *safetensors.File, prefix string, steps int) error {
	find := func(name string, size int) ([]float32, error) {
		t := f.Tensor(prefix + name)
		if t == nil || len(t.Values) != size {
			return nil, fmt.Errorf("no tensor %s of %d values", prefix+name, size)
		}
		return t.Values, nil
	}
	state := nn.State{Steps: steps, Tensors: make(map[string][]float32)}
	total := 0
	for _, p := range m.params {
		values, err := find(p.Name, p.Value.Len())
		if err != nil {
			return err
		}
		p.Value.Write(values)
		total += len(values)
	}
	for _, name := range []string{"m", "v"} {
		values, err := find("adam."+name, total)
		if err != nil {
			return err
		}
		state.Tensors[name] = values
	}
	return m.adam.Restore(state)
}
