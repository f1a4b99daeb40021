package ptxsim

import "github.com/topogen/topogen/kernels/ptxsim/syntax"

// bra compiles bra{.uni} label.
func (c *compiler) bra() exec {
	uniform := c.mod("uni") != ""
	c.args(1, 1)
	o := &c.in.Args[0]
	if o.Kind != syntax.LabelOperand {
		c.fail("needs a label")
	}
	c.out.flow, c.out.target, c.out.uniform = branch, o.Target, uniform
	return nil
}

// exit compiles ret and exit, which do the same in an entry function.
func (c *compiler) exit() exec {
	c.mod("uni")
	c.args(0, 0)
	c.out.flow = exit
	return nil
}

// trap compiles trap, which ends the launch with a fault.
func (c *compiler) trap() exec {
	c.args(0, 0)
	return func(w *warp, m uint32) { w.fault(Trap, firstLane(m), 0, "the kernel executed trap") }
}
