//go:build !amd64 || purego

package cpu

// tilings holds the only tiling that there is here.
var tilings = [...]*tiling{plainGo: &plain}
