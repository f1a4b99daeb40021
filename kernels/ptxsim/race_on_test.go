//go:build race

package ptxsim

// The race detector makes the oracle's hundreds of millions of instructions
// some twenty times slower, and has nothing to find in them: they run on one
// goroutine.
const raceDetector = true
