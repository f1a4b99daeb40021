package nn

import (
	"fmt"
	"strconv"

	"github.com/topogen/topogen/autograd"
)

// A Module is a model or a part of a model, and has named parameters. The Visit of a model
// visits each part under the name of the part:
//
//	func (m *Model) Visit(f nn.Visitor) {
//		m.encoder.Visit(f.Under("encoder"))
//		m.decoder.Visit(f.Under("decoder"))
//		f("temperature", m.temperature) // a parameter of the model itself
//	}
type Module interface {
	// Visit calls f for each parameter, always in the same order, with its name
	// relative to the module.
	Visit(f Visitor)
}

// A Visitor is called with a parameter and its name.
type Visitor func(name string, p *autograd.Parameter)

// Under returns a visitor that puts prefix and a dot before each name. A module
// passes it to its parts.
func (f Visitor) Under(prefix string) Visitor {
	return func(name string, p *autograd.Parameter) { f(prefix+"."+name, p) }
}

// Parameters returns the parameters of m in the order that Visit gives, and
// sets the name of each to its full name within m. A parameter that several
// parts share appears once, under its first name.
func Parameters(m Module) []*autograd.Parameter {
	if m == nil {
		panic("nn: parameters of a nil Module")
	}
	var params []*autograd.Parameter
	seen := make(map[*autograd.Parameter]bool)
	m.Visit(func(name string, p *autograd.Parameter) {
		if seen[p] {
			return
		}
		seen[p] = true
		p.Name = name
		params = append(params, p)
	})
	return params
}

// A Layer is a module that maps one variable to another.
type Layer interface {
	Module
	Forward(x *autograd.Var) *autograd.Var
}

// Sequential applies layers one after another. Its parameters are named by the
// layers' positions, as in "0.weight".
type Sequential []Layer

// Visit visits the layers' parameters.
func (s Sequential) Visit(f Visitor) {
	for i, layer := range s {
		s.check(i)
		layer.Visit(f.Under(strconv.Itoa(i)))
	}
}

// Forward returns the last layer's result.
func (s Sequential) Forward(x *autograd.Var) *autograd.Var {
	for i, layer := range s {
		s.check(i)
		x = layer.Forward(x)
	}
	return x
}

// check panics if layer i is nil.
func (s Sequential) check(i int) {
	if s[i] == nil {
		panic(fmt.Sprintf("nn: layer %d of a Sequential of %d is nil", i, len(s)))
	}
}

// Named applies layers one after another, as Sequential does. Its parameters have the names
// of the layers, as in "conv1.weight":
//
//	nn.Named{{"conv1", conv}, {"", nn.Flatten{}}, {"fc1", linear}}
type Named []NamedLayer

// A NamedLayer is a layer of Named. The name of a layer without parameters does not matter.
type NamedLayer struct {
	Name string
	Layer
}

// check panics if there is no layer.
func (l NamedLayer) check() {
	if l.Layer == nil {
		panic(fmt.Sprintf("nn: the layer %q of a Named is nil", l.Name))
	}
}

// Visit visits the layers' parameters.
func (s Named) Visit(f Visitor) {
	for _, layer := range s {
		layer.check()
		layer.Visit(f.Under(layer.Name))
	}
}

// Forward returns the last layer's result.
func (s Named) Forward(x *autograd.Var) *autograd.Var {
	for _, layer := range s {
		layer.check()
		x = layer.Forward(x)
	}
	return x
}

// Under returns the same layers, with prefix and a dot before each name.
func (s Named) Under(prefix string) Named {
	under := make(Named, len(s))
	for i, layer := range s {
		under[i] = NamedLayer{prefix + "." + layer.Name, layer.Layer}
	}
	return under
}

// Func lets a function, such as autograd.ReLU, serve as a layer without parameters.
type Func func(x *autograd.Var) *autograd.Var

// Visit does nothing: a function has no parameters.
func (Func) Visit(Visitor) {}

// Forward returns f(x).
func (f Func) Forward(x *autograd.Var) *autograd.Var {
	if f == nil {
		panic("nn: a nil Func")
	}
	return f(x)
}

// Freeze keeps the parameters of m as they are: no gradient flows into them, and
// optimizers skip them. Gradients still flow through m to its input.
func Freeze(m Module) { setFrozen(m, true) }

// Unfreeze lets training change the parameters of m again.
func Unfreeze(m Module) { setFrozen(m, false) }

func setFrozen(m Module, frozen bool) {
	if m == nil {
		panic("nn: a nil Module is frozen or unfrozen")
	}
	m.Visit(func(_ string, p *autograd.Parameter) { p.Frozen = frozen })
}
