//go:build !race

package cpu_test

const large = true
