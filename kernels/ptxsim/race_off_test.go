//go:build !race

package ptxsim

const raceDetector = false
