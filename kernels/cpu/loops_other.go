//go:build !amd64 || purego

package cpu

// loopsIn holds the only loops that there are here.
var loopsIn = [...]*loops{plainGo: &loopsPlain}
