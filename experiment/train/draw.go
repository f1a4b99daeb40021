package train

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/experiment/internal/noise"
	"github.com/topogen/topogen/internal/npy"
	"github.com/topogen/topogen/models"
)

// drawnTogether is the number of new examples that a model decodes at once.
const drawnTogether = 1000

// writeSamples writes Config.Draw new examples of each model in the units of the data: rows of
// a table as CSV, other examples as an array of NumPy. It returns the paths of the files.
func (r *Run) writeSamples() (paths []string, err error) {
	n := r.config.Draw
	if n == 0 {
		return nil, nil
	}
	for _, m := range r.models {
		values, err := r.sample(m, n)
		if err != nil {
			return paths, fmt.Errorf("samples of the %s: %w", m.name, err)
		}
		name, examples := "samples-"+m.prefix(), r.sets.Scaling.Invert(values)
		if r.sets.Columns != nil {
			name += ".csv"
			err = r.Folder.Write(name, func(w io.Writer) error { return writeRows(w, r.sets.Columns, examples) })
		} else {
			array := &npy.Array{Shape: append([]int{n}, r.sets.Train.Shape()...), Values: examples}
			name += ".npy"
			err = r.Folder.Write(name, func(w io.Writer) error { return npy.Write(w, array) })
		}
		if err != nil {
			return paths, err
		}
		paths = append(paths, r.Folder.Path(name))
	}
	return paths, nil
}

// writeRows writes values as a table with the given headings.
func writeRows(w io.Writer, columns []string, values []float64) error {
	c := csv.NewWriter(w)
	if err := c.Write(columns); err != nil {
		return err
	}
	row := make([]string, len(columns))
	for len(values) > 0 {
		for i := range row {
			row[i] = strconv.FormatFloat(values[i], 'g', 12, 64)
		}
		if err := c.Write(row); err != nil {
			return err
		}
		values = values[len(row):]
	}
	c.Flush()
	return c.Error()
}

// sample returns new examples of a model from the sampler of the configuration. The first of
// them do not depend on n.
func (r *Run) sample(m *model, n int) ([]float32, error) {
	if r.config.Sampler != SamplerMixture || m.critic != nil {
		return r.inParts(n, func(from, to int) ([]float32, error) {
			return r.compute(m, func() *autograd.Var {
				return models.Sample(m.net, m.begin(), to-from, r.config.Seed, noise.Pictures+uint64(from/drawnTogether))
			})
		})
	}
	indices := data.AllIndices(min(mixturePoints, r.sets.Train.Len()))
	latent, err := r.encode(m, r.sets.Train, indices)
	if err != nil {
		return nil, err
	}
	size := m.net.Latent()
	mixture, err := models.FitMixture(latent, size, min(mixtureParts, len(indices)), r.config.Seed)
	if err != nil {
		return nil, err
	}
	z := mixture.Sample(n, r.config.Seed)
	return r.inParts(n, func(from, to int) ([]float32, error) {
		return r.compute(m, func() *autograd.Var {
			return m.net.Decode(m.begin().Constant(z[from*size:to*size], to-from, size))
		})
	})
}

// inParts calls draw for the parts of n examples and returns all that it returns.
func (r *Run) inParts(n int, draw func(from, to int) ([]float32, error)) ([]float32, error) {
	var all []float32
	for from := 0; from < n; from += drawnTogether {
		values, err := draw(from, min(n, from+drawnTogether))
		if err != nil {
			return nil, err
		}
		all = append(all, values...)
	}
	return all, nil
}
