//go:build !race

package cpu_test

// large says whether TestConformance and the others run the large cases of the suite.
const large = true
