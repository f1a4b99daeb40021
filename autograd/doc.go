// Package autograd differentiates what is computed with tensors.
//
// A [Tensor] is an array of float32 values on a device. A [Tape] records
// operations while they are computed; a [Var] is a value on it. [Tape.Backward]
// walks the record in reverse and finds the derivative of one value, the loss,
// with respect to every other (reverse accumulation, Griewank and Walther 2008,
// chapter 3). There is no graph to build first: loops, conditions and functions
// of Go are the model's own.
//
//	tape := autograd.NewTape(dev)
//	for step := range steps {
//		tape.Reset()
//		x, target := tape.Input(images), tape.Input(labels)
//		y := autograd.Linear(x, tape.Param(weight), tape.Param(bias), autograd.ActNone)
//		loss := autograd.Mean(autograd.Square(autograd.Sub(y, target)))
//		tape.Backward(loss)
//		… // weight.Grad and bias.Grad now hold the gradients: take a step
//	}
//
// Layers, losses and optimizers are in package nn.
//
// # What is on a tape
//
// Data comes onto a tape in four ways. [Tape.Constant] copies it from the host.
// [Tape.Input] uses a tensor. [Tape.Variable] uses a tensor and asks for its
// gradient, which [Var.Grad] has after Backward. [Tape.Param] uses a [Parameter],
// whose Grad is overwritten by Backward.
//
// Operations are functions of this package, or of yours, from Vars to a Var.
// Gradients flow only to what asks for them: an operation on constants records
// nothing, and neither does one inside [Tape.NoGrad] or beyond [Detach].
//
// Arithmetic broadcasts as in NumPy. A scalar has the shape []. Axes may have
// length 0; sums and means of nothing are 0. Shapes that do not fit are a mistake
// in the program and panic, naming them. What can go wrong while a correct program
// runs, such as a device out of memory, is returned by the functions that wait for
// the device, [Var.Read] and its like.
//
// # Training and evaluation
//
// A few operations, such as [Dropout], differ between a step of training and an
// evaluation. [Tape.Train] and [Tape.Eval] say which it is until the next Reset.
// An operation that needs to know and was not told panics.
//
// # Memory
//
// Every buffer of a step comes from the tape's arena, which [Tape.Reset] takes
// back as a whole. A step that repeats the shapes of the one before allocates no
// device memory, and on the host little more than a closure per operation. A Var
// is valid until the next Reset: copy what should live longer, with [Var.Values]
// or [Var.Tensor]. Tensors and parameters live until they are freed.
//
// # Determinism
//
// An operation gives the same bits whenever it is repeated on the same kind of
// device, whatever the number of threads: gradients are added in the reverse
// order of the operations, and random numbers are a function of a seed, a stream
// and their index ([Tape.Normal], [Dropout]), of nothing else.
//
// # Devices
//
// A tape computes on one device, and operations are written against
// [kernels.Device] alone, so they run on any. [Tensor.To] copies a tensor to
// another device. An operation on values of two devices panics and names both.
//
// # Operations of your own
//
// An operation computes its value through the device and says how the gradient
// flows back. It may be written in any package, as this one:
//
//	// Cube returns x³, element by element.
//	func Cube(x *autograd.Var) *autograd.Var {
//		t, dev := x.Tape(), x.Tape().Device()
//		square := t.Scratch(x.Len())
//		y := t.Result(x.Shape(), x)
//		dev.Zip(kernels.Mul, square, x.Value(), x.Value(), kernels.Overwrite)
//		dev.Zip(kernels.Mul, y.Value(), square, x.Value(), kernels.Overwrite)
//		y.OnBackward(func() { // dx = 3x²·dy
//			g := t.Scratch(x.Len())
//			dev.Affine(g, y.Grad(), 3, 0, kernels.Overwrite)
//			dx, mode := x.GradTarget()
//			dev.Zip(kernels.Mul, dx, g, square, mode)
//		})
//		return y
//	}
//
// [Var.GradTarget] returns where x's gradient is and whether to overwrite it or to
// add to it. An operation of several inputs asks [Var.NeedsGrad] of each first.
// What no kernel computes can be computed on the host, between [Var.Read] and
// Device.Write. [Check] compares the gradients of an operation with finite
// differences.
package autograd
