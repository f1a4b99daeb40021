package autograd

import (
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// An operation is what a tape that checks values remembers of each variable: the function
// that made it, and its inputs.
type operation struct {
	name   string
	inputs []*Var
}

// CheckFinite says whether the tape looks for values and gradients that are not finite, from
// its next operation on. [Tape.NotFinite] returns the first. A tape that looks remembers the
// functions that make its variables, and Backward waits for the gradient of each: it is
// slow, and meant to find where a run went wrong.
func (t *Tape) CheckFinite(on bool) { t.checks = on }

// NotFinite waits for all values on a tape that checks. It returns an error that names the
// first value since Reset that is not finite or, if there is none, the first gradient; with
// the operation that made it, and the function that called the operation. It returns nil if
// all are finite.
func (t *Tape) NotFinite() error {
	if !t.checks {
		return nil
	}
	for i, v := range t.vars[:t.used] {
		if v.value.Len() == 0 {
			continue
		}
		values, err := v.Values()
		if err != nil {
			return err
		}
		if k := slices.IndexFunc(values, notFinite); k >= 0 {
			return fmt.Errorf("autograd: %s is %v at %v", t.describe(i), values[k], position(k, v.shape))
		}
	}
	return t.notFinite
}

// remember keeps the operation that has made the last variable of the tape.
func (t *Tape) remember(inputs []*Var) {
	if !t.checks {
		return
	}
	for len(t.operations) < t.used {
		t.operations = append(t.operations, operation{})
	}
	t.operations[t.used-1] = operation{callers(), slices.Clone(inputs)}
}

// checkInputs looks at the gradients that the backward function of a variable has written,
// unless an earlier one was not finite.
func (t *Tape) checkInputs(i int) {
	if t.notFinite != nil || i >= len(t.operations) {
		return
	}
	for _, x := range t.operations[i].inputs {
		if !x.hasGrad {
			continue
		}
		grad := make([]float32, x.grad.Len())
		if err := t.device.Read(grad, x.grad); err != nil {
			t.notFinite = err
			return
		}
		if k := slices.IndexFunc(grad, notFinite); k >= 0 {
			at := slices.Index(t.vars[:t.used], x)
			t.notFinite = fmt.Errorf("autograd: the gradient of %s is %v at %v, after the backward pass of %s",
				t.describe(at), grad[k], position(k, x.shape), t.operations[i].name)
			return
		}
	}
}

// describe returns what variable i of the tape is, in words.
func (t *Tape) describe(i int) string {
	v := t.vars[i]
	switch {
	case v.param != nil:
		return fmt.Sprintf("the parameter %s of shape %s", v.param.Name, text(v.shape))
	case i < len(t.operations) && t.operations[i].name != "":
		return fmt.Sprintf("the result of shape %s of %s", text(v.shape), t.operations[i].name)
	}
	return fmt.Sprintf("an input of shape %s", text(v.shape))
}

// callers returns the function that makes a variable, and the one outside this package that
// has called it.
func callers() string {
	var pcs [32]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	made := ""
	for {
		frame, more := frames.Next()
		name := frame.Function[strings.LastIndexByte(frame.Function, '/')+1:]
		switch file := filepath.Base(frame.File); {
		case file == "tape.go" || file == "finite.go" || strings.HasSuffix(name, ".resultWithBias"):
		case made == "":
			made = name
			if !strings.HasPrefix(name, "autograd.") {
				return fmt.Sprintf("%s (%s:%d)", name, file, frame.Line)
			}
		case strings.HasPrefix(name, "autograd.") && !strings.HasSuffix(file, "_test.go"):
			made = name // the outermost: an operation may be composed of others
		default:
			return fmt.Sprintf("%s, called by %s (%s:%d)", made, name, file, frame.Line)
		}
		if !more {
			return made
		}
	}
}

func notFinite(v float32) bool { return math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) }
