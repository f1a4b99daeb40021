//go:build race

package cpu_test

// large says whether the tests run the large cases of package kerneltest. It is false because
// the race detector makes loops in plain Go about 20 times slower.
const large = false
