//go:build !race

package cpu_test

// large says whether the tests run the large cases of package kerneltest.
const large = true
