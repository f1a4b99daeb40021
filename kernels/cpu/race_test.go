//go:build race

package cpu_test

// large says whether TestConformance and the others run the large cases of the suite. It is
// false because the race detector makes loops in plain Go about 20 times slower.
const large = false
