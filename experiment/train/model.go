package train

import (
	"fmt"
	"slices"
	"strings"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/models"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/nn/safetensors"
)

// A model is a [models.Model] in training, with its optimizer, tape and critic.
type model struct {
	name   string // as texts show it; prefix returns its form in file names and columns
	net    models.Model
	params []*autograd.Parameter
	adam   *nn.Adam
	tape   *autograd.Tape
	checks bool    // Config.CheckFinite
	critic *critic // nil unless the model is adversarial
}

// A critic is the critic of an adversarial model in training, with its optimizer and tape.
type critic struct {
	net    models.Adversarial
	params []*autograd.Parameter
	adam   *nn.Adam
	tape   *autograd.Tape
}

// newModel returns a model. Its optimizer also trains terms, the parameters of an
// objective.
func newModel(name string, dev kernels.Device, c Config, sets *data.Sets, terms []*autograd.Parameter) (*model, error) {
	net, err := models.New(dev, c.Model, sets.Train.Shape(), sets.Unit, c.Seed)
	if err != nil {
		return nil, err
	}
	m := &model{name: name, net: net, tape: autograd.NewTape(dev), checks: c.CheckFinite, params: append(nn.Parameters(net), terms...)}
	m.adam = nn.NewAdam(m.params, c.optimizer())
	if a, ok := net.(models.Adversarial); ok {
		m.critic = &critic{net: a, tape: autograd.NewTape(dev), params: nn.Parameters(a.Critic())}
		m.critic.adam = nn.NewAdam(m.critic.params, c.optimizer())
		// With the usual momentum, model and critic circle around each other (Radford
		// et al., arXiv:1511.06434).
		m.adam.Beta1, m.critic.adam.Beta1 = 0.5, 0.5
	}
	return m, nil
}

// begin empties the tape and declares that an evaluation follows.
func (m *model) begin() *autograd.Tape {
	m.tape.Reset()
	m.tape.Eval()
	return m.tape
}

// named returns err with the name of the model, and nil if err is nil.
func (m *model) named(err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", m.name, err)
	}
	return nil
}

// criticName is the name of the critic's loss.
const criticName = "critic"

// lossNames returns the names of the losses that a step records.
func (m *model) lossNames() []string {
	names := m.net.LossNames()
	if m.critic != nil {
		names = append(names, criticName)
	}
	return names
}

// prefix begins the names of the model's columns, files and tensors.
func (m *model) prefix() string { return strings.ToLower(m.name) }

// appendMeans appends the losses of a step to row, as means over its n examples. values
// are the losses in the order of lossNames.
func (m *model) appendMeans(row []float64, values []float32, n float32) ([]float64, error) {
	for i, name := range m.lossNames() {
		if err := m.diverged(name, values[i]); err != nil {
			return nil, err
		}
		row = append(row, float64(values[i])/float64(n))
	}
	return row, nil
}

// diverged returns an error if a loss is not finite.
func (m *model) diverged(name string, value float32) error {
	if value-value == 0 {
		return nil
	}
	return fmt.Errorf("the %s of the %s became %v: resume with a lower learning rate, or with -check-finite, which names the operation that made it", name, m.name, value)
}

// judge trains the critic on a batch and returns its loss, nil if there is no critic.
func (m *model) judge(batch []float32, shape []int, seed, stream uint64) (*autograd.Var, error) {
	c := m.critic
	if c == nil {
		return nil, nil
	}
	c.tape.CheckFinite(m.checks)
	c.tape.Reset()
	loss := c.net.CriticLoss(c.tape.Constant(batch, shape...), seed, stream).Var
	c.tape.Backward(autograd.Scale(loss, 1/float32(shape[0])))
	if err := c.tape.NotFinite(); err != nil {
		return nil, fmt.Errorf("critic of %s: %w", m.name, err)
	}
	if err := c.adam.Step(); err != nil {
		return nil, fmt.Errorf("critic of %s: %w", m.name, err)
	}
	return loss, nil
}

// save appends the parameters of the model and its critic, and their optimizers'
// memory, to f.
func (m *model) save(f *safetensors.File) error {
	err := save(f, m.prefix(), m.params, m.adam)
	if err == nil && m.critic != nil {
		err = save(f, m.prefix()+"."+criticName, m.critic.params, m.critic.adam)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", m.name, err)
	}
	return nil
}

func save(f *safetensors.File, prefix string, params []*autograd.Parameter, adam *nn.Adam) error {
	for _, p := range params {
		values, err := p.Value.Values()
		if err != nil {
			return fmt.Errorf("reading %s: %w", p.Name, err)
		}
		f.Tensors = append(f.Tensors, safetensors.Tensor{Name: prefix + "." + p.Name, Shape: p.Value.Shape(), Values: values})
	}
	state, err := adam.State()
	if err != nil {
		return err
	}
	for _, name := range []string{"m", "v"} {
		values := state.Tensors[name]
		f.Tensors = append(f.Tensors, safetensors.Tensor{Name: prefix + ".adam." + name, Shape: []int{len(values)}, Values: values})
	}
	return nil
}

// restore puts back what save appended after a number of steps.
func (m *model) restore(f *safetensors.File, steps int) error {
	err := restore(f, m.prefix(), m.params, m.adam, steps)
	if err == nil && m.critic != nil {
		err = restore(f, m.prefix()+"."+criticName, m.critic.params, m.critic.adam, steps)
	}
	return err
}

func restore(f *safetensors.File, prefix string, params []*autograd.Parameter, adam *nn.Adam, steps int) error {
	find := func(name string, shape ...int) ([]float32, error) {
		name = prefix + "." + name
		t := f.Tensor(name)
		if t == nil || !slices.Equal(t.Shape, shape) {
			return nil, fmt.Errorf("the checkpoint lacks a tensor %s of shape %v: it is of another model, or damaged; begin a new run", name, shape)
		}
		return t.Values, nil
	}
	state := nn.State{Steps: steps, Tensors: make(map[string][]float32)}
	total := 0
	for _, p := range params {
		values, err := find(p.Name, p.Value.Shape()...)
		if err != nil {
			return err
		}
		p.Value.Write(values)
		if p.Grad != nil { // the optimizer has state only for parameters that are trained
			total += len(values)
		}
	}
	for _, name := range []string{"m", "v"} {
		values, err := find("adam."+name, total)
		if err != nil {
			return err
		}
		state.Tensors[name] = values
	}
	return adam.Restore(state)
}
