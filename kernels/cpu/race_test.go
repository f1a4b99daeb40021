//go:build race

package cpu_test

// large is false because the race detector makes loops in plain Go about 20 times slower.
const large = false
