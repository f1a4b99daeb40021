package train

import "github.com/topogen/topogen/data"

// EstimateMemory returns a lower estimate of the bytes that a run takes beside its data: the
// parameters of its models with their gradients and the state of the optimizer, the outputs of
// the layers for a batch with their gradients, the distances of a batch for terms, and the new
// examples of one model that are written at the end.
func (c Config) EstimateMemory(sets *data.Sets) int64 {
	c = c.Resolve(sets)
	parameters, values := c.Model.Size(sets.Train.Shape())
	batch := min(float64(c.BatchSize), trainingShare*float64(sets.Train.Len()))
	copies := 2.0
	if c.Alone {
		copies = 1
	}
	numbers := copies * (4*float64(parameters) + 2*batch*float64(values))
	if len(c.Topo) > 0 {
		// Of the batch and of the output: on the device and, for diagrams, on the host.
		numbers += 2 * batch * batch
	}
	numbers += 3 * float64(c.Draw) * float64(data.ExampleSize(sets.Train)) // in float32 and in float64
	return int64(min(4*numbers, 1<<62))
}
