package onnx

import (
	"fmt"

	"github.com/topogen/topogen/autograd"
)

// A graph is the part of an ONNX file that describes the computation of the output, as nodes
// (operations) and tensors (their constants). The methods append to it.
type graph struct {
	out     message
	names   map[*autograd.Parameter]string
	written map[string]bool // tensors
	nodes   int
}

// node appends a node and returns the name of its result: the given one, or a new
// one if that is empty.
func (g *graph) node(operator string, inputs []string, output string, attributes ...attribute) string {
	g.nodes++
	name := fmt.Sprintf("%s_%d", operator, g.nodes)
	if output == "" {
		output = name
	}
	var m message
	for _, input := range inputs {
		m.text(nodeInput, input)
	}
	m.text(nodeOutput, output)
	m.text(nodeName, name)
	m.text(nodeOperator, operator)
	for _, a := range attributes {
		m.message(nodeAttribute, a.encode())
	}
	g.out.message(graphNode, m)
	return output
}

// apply appends a node with one result and returns the new name of the result.
func (g *graph) apply(operator string, inputs []string, attributes ...attribute) string {
	return g.node(operator, inputs, "", attributes...)
}

// parameter appends the values of a parameter and returns its name.
func (g *graph) parameter(p *autograd.Parameter) (string, error) {
	name, known := g.names[p]
	if !known {
		return "", fmt.Errorf("parameter %s is not visited by its model", p.Name)
	}
	if g.written[name] {
		return name, nil
	}
	values, err := p.Value.Values()
	if err != nil {
		return "", fmt.Errorf("reading parameter %s: %w", name, err)
	}
	g.written[name] = true
	g.out.message(graphInitializer, encodeFloats(name, p.Value.Shape(), values))
	return name, nil
}

// constant appends a tensor of equal values and returns its name.
func (g *graph) constant(value float32, shape ...int) string {
	name := fmt.Sprintf("constant_%v%v", value, shape)
	if !g.written[name] {
		g.written[name] = true
		values := make([]float32, autograd.Size(shape))
		for i := range values {
			values[i] = value
		}
		g.out.message(graphInitializer, encodeFloats(name, shape, values))
	}
	return name
}

// parameters appends the values of parameters and returns their names.
func (g *graph) parameters(params ...*autograd.Parameter) ([]string, error) {
	var names []string
	for _, p := range params {
		name, err := g.parameter(p)
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

// floats appends a vector and returns its name.
func (g *graph) floats(values ...float32) string {
	name := fmt.Sprintf("floats_%v", values)
	if !g.written[name] {
		g.written[name] = true
		g.out.message(graphInitializer, encodeFloats(name, []int{len(values)}, values))
	}
	return name
}

// ints appends a vector of integers and returns its name.
func (g *graph) ints(values ...int) string {
	name := fmt.Sprintf("ints_%v", values)
	if !g.written[name] {
		g.written[name] = true
		g.out.message(graphInitializer, encodeInts(name, values))
	}
	return name
}

// reshape appends a node that gives the elements of the batch x the given shape, and returns
// the name of its result.
func (g *graph) reshape(x string, shape ...int) string {
	// A length of 0 keeps that of the batch.
	return g.apply("Reshape", []string{x, g.ints(append([]int{0}, shape...)...)})
}
