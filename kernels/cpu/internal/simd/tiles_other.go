//go:build !linux || !amd64 || purego

package simd

import "errors"

// hasTiles returns false: AMX is used on Linux only, which saves its tiles on request.
func hasTiles() bool { return false }

// PermitTiles returns an error.
func PermitTiles() error { return errors.New("cpu: this build has no code for AMX") }
