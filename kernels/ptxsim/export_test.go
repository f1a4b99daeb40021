package ptxsim

// SetNextOwner sets the number of the next block to run.
func SetNextOwner(g *GPU, owner uint32) { g.nextOwner = owner }
