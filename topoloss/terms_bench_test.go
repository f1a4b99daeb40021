package topoloss_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/data/fashionmnist"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/topoloss"
)

// BenchmarkTerms times each term forward and backward, for a batch of 128 drawn garments of
// 784 pixels against another, and for 128 points of a square, with the target given. "none" is
// the cost of putting the points on the tape.
func BenchmarkTerms(b *testing.B) {
	const n = 128
	terms := append([]string{"none", "default"}, topoloss.Names()...)
	for _, shape := range [][]int{{n, 28, 28}, {n, 2}} {
		dim := autograd.Size(shape[1:])
		for _, name := range terms {
			text := name + "=1"
			switch name {
			case "none":
				text = ""
			case "default":
				text = "bottleneck0=10,bottleneck1=10,entropy0=10,entropy1=10"
			case "cubical0", "cubical1":
				if dim == 2 {
					continue
				}
			}
			b.Run(fmt.Sprintf("dim=%d/%s", dim, name), func(b *testing.B) {
				dev := cpu.New()
				defer dev.Close()
				obj := objective(b, text, topoloss.Options{})
				obj.Parameters(dev)
				x, y := randomCloud(1, n, dim), randomCloud(2, n, dim)
				if dim > 2 {
					both := garments(2 * n)
					x, y = both[:n*dim], both[n*dim:]
				}
				points, truth := autograd.TensorOf(dev, x, shape...), autograd.TensorOf(dev, y, shape...)
				tape := autograd.NewTape(dev)
				defer tape.Free()
				target, err := obj.Target(b.Context(), tape.Input(truth))
				require.NoError(b, err)
				b.ReportAllocs()
				step := uint64(0)
				for b.Loop() {
					tape.Reset()
					x := tape.Variable(points)
					out, err := obj.Apply(b.Context(), topoloss.Step{Number: step, Batch: tape.Input(truth), Output: x}, target)
					if err != nil {
						b.Fatal(err)
					}
					if out.OK {
						tape.Backward(out.Var)
					}
					step++
				}
			})
		}
	}
}

// garments returns the pixels of n drawn garments.
func garments(n int) []float32 {
	set, numbers := fashionmnist.Draw(n, 1), make([]int, n)
	for i := range numbers {
		numbers[i] = i
	}
	x := make([]float32, n*fashionmnist.Pixels)
	set.Decode(x, numbers)
	return x
}
