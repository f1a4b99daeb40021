//go:build !amd64 || purego

package cpu

// available returns the only instruction set that there is here.
func available() instructionSet { return plainGo }
