package run

// A Progress receives reports of how far a run has come. A run calls its methods from one
// goroutine. [Silent] ignores all reports.
type Progress interface {
	// Begin starts a stage of total units and ends the stage before. In a resumed run,
	// done units are done already.
	Begin(stage string, done, total int)
	// Step reports that done units of the stage are done, with a short status.
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
