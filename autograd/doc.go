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
//		x, target := tape.Input(images), tape.Input(labels)
//		y := autograd.Linear(x, tape.Param(weight), tape.Param(bias), autograd.ActSigmoid)
//		loss := autograd.BCE(y, target)
//		tape.Backward(loss)
//		… // weight.Grad and bias.Grad now hold the gradients: take a step
//		tape.Reset()
//	}
//
// # What is on a tape
//
// Data comes onto a tape in four ways: [Tape.Constant] copies it from the host;
// [Tape.Input] uses a tensor; [Tape.Variable] uses a tensor and asks for its
// gradient, which [Var.Grad] has after Backward; [Tape.Param] uses a
// [Parameter], whose Grad is overwritten by Backward. Operations are functions
// of this package, or of yours, from Vars to a Var. Gradients flow only to what
// asks for them: an operation on constants records nothing, as does everything
// inside [Tape.NoGrad] and beyond [Detach].
//
// Arithmetic broadcasts as in NumPy. A scalar has the shape []. Axes may have
// length 0; sums and means of nothing are 0. Shapes that do not fit are a mistake
// in the program and panic, naming them; what can go wrong while a correct
// program runs, such as a device out of memory, is returned by the functions that
// wait for the device, [Var.Read] and its like.
//
// # Memory
//
// Every buffer of a step comes from the tape's arena, which [Tape.Reset] takes
// back as a whole. After the first step of its kind a step allocates no device
// memory, and on the host little more than a closure per operation. The
// price: a Var dies with the Reset after it. Copy what should live longer, with
// [Var.Values] or [Var.Tensor]. Tensors and parameters live until freed.
//
// # Determinism
//
// An operation gives the same bits whenever it is repeated on the same kind of
// device, whatever the number of threads: gradients are added in the reverse
// order of the operations, and random numbers are a function of a seed, a stream
// and their index ([Tape.Normal], [Reparameterize]), of nothing else.
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
// flows back, both side by side. This one is as good as those of this package,
// from wherever it is written:
//
//	// Cube returns x³, element by element.
//	func Cube(x *autograd.Var) *autograd.Var {
//		t, dev := x.Tape(), x.Tape().Device()
//		square := t.Scratch(x.Len())
//		y := t.Result(x.Shape(), x)
//		dev.Zip(kernels.MulOp, square, x.Value(), x.Value(), kernels.Set)
//		dev.Zip(kernels.MulOp, y.Value(), square, x.Value(), kernels.Set)
//		y.OnBackward(func() { // dx = 3x²·dy
//			g := t.Scratch(x.Len())
//			dev.Affine(g, y.Grad(), 3, 0, kernels.Set)
//			dx, store := x.GradTarget()
//			dev.Zip(kernels.MulOp, dx, g, square, store)
//		})
//		return y
//	}
//
// [Var.GradTarget] says where x's gradient is and whether to overwrite it or to
// add; with several inputs, ask [Var.NeedsGrad] first. What no kernel computes
// can be computed on the host, between [Var.Read] and Device.Write. Then hold the
// operation to finite differences: [Check] does it in a line.
package autograd
