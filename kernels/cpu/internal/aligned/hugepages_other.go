//go:build !linux

package aligned

func preferHugePages([]byte) {}
