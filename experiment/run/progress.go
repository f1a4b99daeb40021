package run

// A Progress is told how far a run has come. Its methods are called from one
// goroutine. The zero-cost implementation is [Silent].
type Progress interface {
	// Begin starts a stage of total units of which done are done already, as
	// in a resumed run; it ends the stage before.
	Begin(stage string, done, total int)
	// Step says that done units of the stage are done, with a short status.
	Step(done int, status string)
	// Note reports one line that the user should see.
	Note(line string)
	// End ends the last stage.
	End()
}

// Silent is a Progress that reports nothing.
type Silent struct{}

// Begin does nothing.
func (Silent) Begin(string, int, int) {}

// Step does nothing.
func (Silent) Step(int, string) {}

// Note does nothing.
func (Silent) Note(string) {}

// End does nothing.
func (Silent) End() {}
