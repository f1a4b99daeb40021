package train

import (
	"fmt"
	"strings"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/models"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/nn/safetensors"
)

// A model is one in training.
type model struct {
	name   string // in texts; lower case in file names and columns
	net    models.Model
	params []*autograd.Parameter
	adam   *nn.Adam
	tape   *autograd.Tape
}

// newModel returns a model. Its optimizer also trains terms, the learnable numbers of
// an objective.
func newModel(name string, dev kernels.Device, c Config, terms []*autograd.Parameter) *model {
	m := &model{name: name, net: models.NewVAE(dev, c.Latent, c.Seed), tape: autograd.NewTape(dev)}
	m.params = append(nn.Parameters(m.net), terms...)
	m.adam = nn.NewAdam(m.params, nn.OptimizerOptions{LearningRate: c.LearningRate})
	return m
}

// prefix begins the names of the model's columns, files and tensors.
func (m *model) prefix() string { return strings.ToLower(m.name) }

// update moves the parameters along their gradients and returns the losses of the
// n examples of the step, each as a mean.
func (m *model) update(losses []models.Loss, n float32) ([]float64, error) {
	if err := m.adam.Step(); err != nil {
		return nil, fmt.Errorf("%s: %w", m.name, err)
	}
	values := make([]float64, len(losses))
	for i, l := range losses {
		value, err := l.Var.Item()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.name, err)
		}
		if value-value != 0 {
			return nil, fmt.Errorf("the %s of the %s became %v: try a lower learning rate", l.Name, m.name, value)
		}
		values[i] = float64(value) / float64(n)
	}
	return values, nil
}

// save appends the model's parameters and its optimizer's memory to f.
func (m *model) save(f *safetensors.File) error {
	for _, p := range m.params {
		values, err := p.Value.Values()
		if err != nil {
			return fmt.Errorf("reading %s of %s: %w", p.Name, m.name, err)
		}
		f.Tensors = append(f.Tensors, safetensors.Tensor{Name: m.prefix() + "." + p.Name, Shape: p.Value.Shape(), Values: values})
	}
	state, err := m.adam.State()
	if err != nil {
		return fmt.Errorf("%s: %w", m.name, err)
	}
	for _, name := range []string{"m", "v"} {
		values := state.Tensors[name]
		f.Tensors = append(f.Tensors, safetensors.Tensor{Name: m.prefix() + ".adam." + name, Shape: []int{len(values)}, Values: values})
	}
	return nil
}

// restore puts back what save appended after a number of steps.
func (m *model) restore(f *safetensors.File, steps int) error {
	find := func(name string, shape ...int) ([]float32, error) {
		name = m.prefix() + "." + name
		t := f.Tensor(name)
		if t == nil || fmt.Sprint(t.Shape) != fmt.Sprint(shape) {
			return nil, fmt.Errorf("no tensor %s of shape %v", name, shape)
		}
		return t.Values, nil
	}
	state := nn.State{Steps: steps, Tensors: make(map[string][]float32)}
	total := 0
	for _, p := range m.params {
		values, err := find(p.Name, p.Value.Shape()...)
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
