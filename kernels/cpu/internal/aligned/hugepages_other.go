//go:build !linux

package aligned

// preferHugePages does nothing: only Linux is advised to use huge pages.
func preferHugePages([]byte) {}
