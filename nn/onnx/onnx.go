// Package onnx writes models as ONNX files, which other programs can run without
// this module: ONNX Runtime, browsers, phones.
//
//	err := onnx.WriteFile("decoder.onnx", decoder, 10)
//
// writes a [nn.Layer] whose input is a batch of vectors of 10 numbers. The batch
// may have any size when the file is run. Input and output are float32 arrays with
// the names "input" and "output"; weights have the names of the parameters.
//
// The file holds the model as it is in an evaluation: dropout is left out, and
// batch normalization uses its running statistics. It can hold every layer of
// package nn but [nn.Func], whose Go function has no form in ONNX. The program that runs the
// file must support version 17 of ONNX's operators, https://onnx.ai/onnx/operators.
package onnx

import (
	"fmt"
	"io"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/internal/atomicfile"
	"github.com/topogen/topogen/nn"
)

// The names of the graph's input and output.
const (
	inputName  = "input"
	outputName = "output"
)

// WriteFile writes a model to the file at path as [Write] does. The file appears
// whole or not at all.
func WriteFile(path string, model nn.Layer, input ...int) error {
	m, err := encode(model, input)
	if err != nil {
		return err
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(m)
		return err
	})
}

// Write writes a model to w. input is the shape of one element of a batch of
// inputs, such as 1, 28, 28 for grey images. Write panics if this shape does not fit the
// model, as Forward does. A layer without a form in ONNX is an error, which names the
// layer. The model must have a parameter.
func Write(w io.Writer, model nn.Layer, input ...int) error {
	m, err := encode(model, input)
	if err != nil {
		return err
	}
	_, err = w.Write(m)
	return err
}

// encode returns the file.
func encode(model nn.Layer, input []int) (message, error) {
	params := nn.Parameters(model)
	if len(params) == 0 {
		return nil, fmt.Errorf("onnx: a model without parameters")
	}
	g := graph{names: make(map[*autograd.Parameter]string), written: make(map[string]bool)}
	for _, p := range params {
		g.names[p] = p.Name
	}

	// The model computes one element, so that each layer knows its shapes.
	tape := autograd.NewTape(params[0].Value.Device())
	defer tape.Free()
	tape.Eval()
	x := tape.Constant(make([]float32, autograd.Size(input)), append([]int{1}, input...)...)
	var last string
	var err error
	tape.NoGrad(func() { last, x, err = g.layer(model, inputName, x) })
	if err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	g.node("Identity", []string{last}, outputName)

	g.out.text(graphName, "model")
	g.out.message(graphInput, encodeValue(inputName, input))
	g.out.message(graphOutput, encodeValue(outputName, x.Shape()[1:]))
	var operators, m message
	operators.integer(opsetVersion, opset)
	m.integer(modelVersion, irVersion)
	m.text(modelProducer, "topogen")
	m.message(modelGraph, g.out)
	m.message(modelOpset, operators)
	return m, nil
}
