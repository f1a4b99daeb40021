//go:build race

package ptxsim

// Under the race detector the oracle would run about twenty times slower. It would find
// nothing, since the oracle uses one goroutine.
const raceDetector = true
