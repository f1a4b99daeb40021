package autograd

import "fmt"

// Items returns the values of variables with one element each. It waits for the device
// once, where [Var.Item] waits for each variable. The variables may be on several tapes
// of one device. Items panics if a variable does not have exactly one element, or if the
// variables are on several devices.
func Items(vars ...*Var) ([]float32, error) {
	if len(vars) == 0 {
		return nil, nil
	}
	tape := vars[0].Tape()
	all := tape.Scratch(len(vars))
	for i, v := range vars {
		switch {
		case v.Len() != 1:
			panic(fmt.Sprintf("autograd: Items of a variable of shape %s", text(v.shape)))
		case v.Tape().device != tape.device:
			panic(fmt.Sprintf("autograd: Items of variables on %s and %s", tape.device.Name(), v.tape.device.Name()))
		}
		tape.device.Copy(all.Slice(i, i+1), v.value)
	}
	values := make([]float32, len(vars))
	return values, tape.device.Read(values, all)
}
