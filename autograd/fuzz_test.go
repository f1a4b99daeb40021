package autograd_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
)

// FuzzShapes lets shapes of any rank be repeated, permuted and summed, and
// compares with the same done one element at a time. Values are small integers,
// so that sums are exact.
func FuzzShapes(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0x12, 0x03, 0x11})
	f.Add([]byte{0x02, 0x13, 0x02, 0x13, 0x02, 0x13, 0x02, 0x12})
	f.Add([]byte{0x23, 0x00, 0x31})
	f.Add([]byte{0x32, 0x22, 0x12, 0x02, 0x32, 0x22, 0x12, 0x02, 0x02})
	dev := newDevice(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		// Each byte is an axis: its length, and whether it is 1 in the source, is
		// summed, and goes to the front.
		var from, to, kept, permutation, axes []int
		for axis, b := range data {
			n := int(b & 3)
			to = append(to, n)
			if b&0x10 != 0 {
				n = 1
			}
			from = append(from, n)
			if b&0x20 != 0 {
				axes = append(axes, axis)
				kept = append(kept, 1)
			} else {
				kept = append(kept, to[axis])
			}
			permutation = slices.Insert(permutation, axis*int(b>>6)/3, axis)
		}
		if len(data) > 12 || autograd.Size(to) > 2000 {
			t.Skip("larger shapes show nothing new")
		}
		if len(axes) == 0 { // Sum without axes is over all
			kept = slices.Repeat([]int{1}, len(to))
		}
		permuted := make([]int, len(to))
		for k, axis := range permutation {
			permuted[k] = to[axis]
		}
		ramp := func(n int) []float32 {
			x := make([]float32, n)
			for i := range x {
				x[i] = float32(i%17 - 8)
			}
			return x
		}

		tape := autograd.NewTape(dev)
		defer tape.Free()
		x := tape.Variable(autograd.TensorOf(dev, ramp(autograd.Size(from)), from...))
		wide := autograd.BroadcastTo(x, to...)
		turned := autograd.Transpose(wide, permutation...)
		sum := autograd.SumKeep(wide, axes...)
		direction, weights := ramp(turned.Len()), ramp(sum.Len())
		loss := autograd.Add(
			autograd.Sum(autograd.Mul(turned, tape.Constant(direction, permuted...))),
			autograd.Sum(autograd.Mul(sum, tape.Constant(weights, kept...))))
		tape.Backward(loss)

		// Each element of wide, where it comes from and where it goes.
		wantTurned := make([]float32, turned.Len())
		wantSum := make([]float32, autograd.Size(kept))
		source := ramp(x.Len())
		each(to, func(index []int) {
			v := source[position(from, index)]
			wantTurned[position(permuted, pick(index, permutation))] = v
			wantSum[position(kept, index)] += v
		})
		wantGradient := make([]float32, x.Len())
		each(to, func(index []int) {
			wantGradient[position(from, index)] += direction[position(permuted, pick(index, permutation))] + weights[position(kept, index)]
		})
		require.Equal(t, wantTurned, read(t, dev, turned.Value()))
		require.True(t, slices.Equal(kept, sum.Shape()), "%v, not %v", sum.Shape(), kept)
		require.Equal(t, wantSum, read(t, dev, sum.Value()))
		require.Equal(t, wantGradient, read(t, dev, x.Grad()))
	})
}

// each calls f with every index of an array.
func each(shape []int, f func(index []int)) {
	index := make([]int, len(shape))
	for i := range autograd.Size(shape) {
		for axis, n := range slices.Backward(shape) {
			index[axis] = i % n
			i /= n
		}
		f(index)
	}
}

// position returns where the element at an index is in an array, in which an
// index into an axis of length 1 does not matter.
func position(shape, index []int) int {
	p := 0
	for axis, n := range shape {
		p = p*n + index[axis]%n
	}
	return p
}

// pick returns the indices in another order.
func pick(index, permutation []int) []int {
	picked := make([]int, len(index))
	for k, axis := range permutation {
		picked[k] = index[axis]
	}
	return picked
}
