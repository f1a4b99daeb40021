package autograd

// LogSoftmax returns the logarithm of [Softmax] along an axis, without
// overflow. A negative axis counts from the end.
func LogSoftmax(x *Var, axis int) *Var {
	axis = x.axis("LogSoftmax", axis)
	// Subtracting the largest element keeps Exp from overflowing and does not change the
	// result, so that no gradient need flow through that element.
	shifted := Sub(x, largest(Detach(x), axis))
	return Sub(shifted, Log(SumKeep(Exp(shifted), axis)))
}

// Softmax returns e^x, divided by its sum along an axis. A negative axis counts
// from the end.
func Softmax(x *Var, axis int) *Var { return Exp(LogSoftmax(x, axis)) }

// largest returns the largest elements along an axis, which has length 1 in the result. It
// takes the maximum of both halves of the axis until one element is left.
func largest(x *Var, axis int) *Var {
	for n := x.shape[axis]; n > 1; n = x.shape[axis] {
		half := (n + 1) / 2 // the halves share the middle of an odd axis
		x = Maximum(Slice(x, axis, 0, half), Slice(x, axis, n-half, n))
	}
	return x
}
