package train

import (
	"fmt"
	"io"

	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/nn/onnx"
)

// saveWeights writes the parameters of each model after a number of steps and, if the
// configuration asks for it, its encoder and decoder as ONNX files.
func (r *Run) saveWeights(steps int) error {
	for _, m := range r.models {
		metadata := map[string]string{"format": "pt", "model": m.name, "steps": fmt.Sprint(steps)}
		err := r.Folder.Write(m.prefix()+".safetensors", func(w io.Writer) error { return nn.Save(w, m.net, metadata) })
		if err != nil {
			return err
		}
		if !r.config.ONNX {
			continue
		}
		encoder, decoder := m.net.Layers()
		if encoder != nil {
			if err := r.saveLayer(m.prefix()+"-encoder.onnx", encoder, r.sets.Train.Shape()); err != nil {
				return err
			}
		}
		if err := r.saveLayer(m.prefix()+"-decoder.onnx", decoder, []int{m.net.Latent()}); err != nil {
			return err
		}
	}
	return nil
}

// saveLayer writes a layer as an ONNX file. An input of the layer has the given shape.
func (r *Run) saveLayer(file string, layer nn.Layer, input []int) error {
	err := r.Folder.Write(file, func(w io.Writer) error { return onnx.Write(w, layer, input...) })
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}
