package autograd

// Training and evaluation.
//
// Some operations differ between a step of training and an evaluation. In an
// evaluation dropout drops nothing, and batch normalization uses its running
// statistics. The tape holds the mode, because every forward pass has a tape. The
// mode is cleared by Reset, and an operation that depends on it panics while it is
// not set: no operation runs in a mode that the caller did not choose.

// A mode says whether the tape trains or evaluates.
type mode uint8

const (
	undeclared mode = iota
	training
	evaluation
)

// Train declares that the operations that follow, until Reset or Eval, are a step of
// training. Operations such as [Dropout] draw random numbers. These are a function of seed,
// step and the number of earlier draws in the step. So a run that resumes at a step draws
// the same numbers.
func (t *Tape) Train(seed, step uint64) {
	t.mode, t.seed, t.step, t.draws = training, seed, step, 0
}

// Eval declares that the operations that follow, until Reset or Train, evaluate a model.
func (t *Tape) Eval() { t.mode = evaluation }

// Training returns true if Train was called after the last Reset and Eval, and false if
// Eval was called last. It panics if neither was called since the last Reset.
func (t *Tape) Training() bool {
	if t.mode == undeclared {
		panic("autograd: an operation differs between training and evaluation, and the tape was not told which this is; call Tape.Train or Tape.Eval after each Reset")
	}
	return t.mode == training
}

// draw returns the seed and the stream of the next random numbers.
func (t *Tape) draw() (seed, stream uint64) {
	const salt = 0x9e3779b97f4a7c15 // so that no caller's stream of the same seed is repeated
	t.draws++
	return t.seed ^ salt, t.step<<16 | uint64(t.draws)&0xffff
}
