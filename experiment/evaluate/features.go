package evaluate

import (
	"context"
	"fmt"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/ph"
)

// Features map examples to the features of a small classifier, the values of its last
// hidden layer. The classifier does not depend on the model that is measured: all models of
// equal training data are compared in equal features. Goroutines may share Features.
type Features struct {
	shape   []int // of an example
	classes int
	weights [][]float32 // by parameter
}

const (
	featureCount = 64  // features of an example
	featureBatch = 64  // examples in a batch of the classifier
	featureSteps = 300 // steps of its training
	featureSeed  = 0x66656174
)

// HasFeatures reports whether a classifier can be trained on a data set: its examples have
// labels of at least two classes, and more than 16 values, so that distances between
// features say something that distances between values do not.
func HasFeatures(set data.Dataset) bool {
	if set == nil {
		panic("evaluate: the data set is nil")
	}
	labels := set.Labels()
	if labels == nil || data.ExampleSize(set) <= fewValues || set.Len() < 2*featureBatch {
		return false
	}
	for _, c := range labels.Classes {
		if c != labels.Classes[0] {
			return true
		}
	}
	return false
}

// TrainFeatures trains a classifier on a set for which [HasFeatures]: 300 steps of Adam with
// batches of 64, from fixed initial weights. For pictures of at least 8×8 pixels it has two
// convolutions of 16 and 32 channels that halve height and width, and a dense layer of 64
// features; else it has two dense layers of 64. If ctx is cancelled it returns its error.
func TrainFeatures(ctx context.Context, dev kernels.Device, set data.Dataset) (*Features, error) {
	if !HasFeatures(set) {
		return nil, fmt.Errorf("%d examples with %d values have too few labels or values for a classifier", set.Len(), data.ExampleSize(set))
	}
	f := &Features{shape: set.Shape()}
	labels := set.Labels()
	for _, c := range labels.Classes {
		f.classes = max(f.classes, c+1)
	}
	net := f.network(dev)
	params := nn.Parameters(net)
	adam := nn.NewAdam(params, nn.OptimizerOptions{LearningRate: 1e-3})
	defer adam.Free()
	tape := autograd.NewTape(dev)
	defer tape.Free()
	x := make([]float32, featureBatch*data.ExampleSize(set))
	var batches [][]int
	for step := range featureSteps {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if len(batches) == 0 {
			batches = data.Batches(data.AllIndices(set.Len()), featureBatch, featureSeed+uint64(step))
		}
		batch := batches[0]
		batches = batches[1:]
		classes := make([]int, len(batch))
		for k, i := range batch {
			classes[k] = labels.Classes[i]
		}
		x := x[:len(batch)*data.ExampleSize(set)]
		set.Decode(x, batch)
		tape.Reset()
		logits := net.Forward(tape.Constant(x, append([]int{len(batch)}, f.shape...)...))
		tape.Backward(nn.CrossEntropy(logits, classes, nn.CrossEntropyOptions{}))
		if err := adam.Step(); err != nil {
			return nil, err
		}
	}
	for _, p := range params {
		values, err := p.Value.Values()
		if err != nil {
			return nil, err
		}
		f.weights = append(f.weights, values)
	}
	return f, nil
}

// network returns the classifier with its initial weights. Its last layer maps features to
// logits.
func (f *Features) network(dev kernels.Device) nn.Sequential {
	in := nn.NewInitializer(dev, featureSeed)
	size := autograd.Size(f.shape)
	var net nn.Sequential
	if len(f.shape) == 3 && min(f.shape[1], f.shape[2]) >= 8 {
		const first, second = 16, 32
		halve := nn.ConvOptions{Stride: 2, Padding: 1}
		net = append(net, nn.NewConv2d(in, f.shape[0], first, 4, halve, nn.ReLU), nn.NewConv2d(in, first, second, 4, halve, nn.ReLU), nn.Flatten{})
		size = second * (f.shape[1] / 4) * (f.shape[2] / 4)
	} else {
		net = append(net, nn.Flatten{}, nn.NewLinear(in, size, featureCount, nn.ReLU))
		size = featureCount
	}
	return append(net, nn.NewLinear(in, size, featureCount, nn.ReLU), nn.NewLinear(in, featureCount, f.classes, nn.Identity))
}

// Of returns the features of points, computed on dev.
func (f *Features) Of(dev kernels.Device, points ph.Points[float32]) (ph.Points[float32], error) {
	features, _, err := f.compute(dev, points)
	return features, err
}

// accuracy returns the share of points that the classifier assigns to their class.
func (f *Features) accuracy(dev kernels.Device, points ph.Points[float32], classes []int) (float64, error) {
	_, logits, err := f.compute(dev, points)
	if err != nil {
		return 0, err
	}
	right := 0
	for i, class := range classes {
		row := logits.Coords[i*logits.Dim : (i+1)*logits.Dim]
		best := 0
		for c, v := range row {
			if v > row[best] {
				best = c
			}
		}
		if best == class {
			right++
		}
	}
	return float64(right) / float64(len(classes)), nil
}

// compute returns the features and the logits of points, a batch at a time.
func (f *Features) compute(dev kernels.Device, points ph.Points[float32]) (features, logits ph.Points[float32], err error) {
	net := f.network(dev)
	params := nn.Parameters(net)
	for i, p := range params {
		defer p.Value.Free()
		p.Value.Write(f.weights[i])
	}
	body, head := net[:len(net)-1], net[len(net)-1]
	features.Dim, logits.Dim = featureCount, f.classes
	tape := autograd.NewTape(dev)
	defer tape.Free()
	for from := 0; from < points.Len() && err == nil; from += featureBatch {
		count := min(featureBatch, points.Len()-from)
		tape.NoGrad(func() {
			x := tape.Constant(points.Coords[from*points.Dim:(from+count)*points.Dim], append([]int{count}, f.shape...)...)
			h := body.Forward(x)
			for _, out := range []struct {
				y  *autograd.Var
				to *ph.Points[float32]
			}{{h, &features}, {head.Forward(h), &logits}} {
				var values []float32
				if values, err = out.y.Values(); err != nil {
					return
				}
				out.to.Coords = append(out.to.Coords, values...)
			}
		})
		tape.Reset()
	}
	return features, logits, err
}
