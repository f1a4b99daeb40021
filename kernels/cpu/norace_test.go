//go:build !race

package cpu_test

// large selects the large cases of the conformance suite.
const large = true
