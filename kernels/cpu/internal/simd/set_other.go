//go:build !amd64 || purego

package simd

// Best returns Plain: this build has no assembly.
func Best() Set { return Plain }
