//go:build race

package cpu_test

// The race detector makes plain loops some twenty times slower.
const large = false
