//go:build !amd64 || purego

package simd

// Best returns Plain, because this build has no assembly.
func Best() Set { return Plain }
