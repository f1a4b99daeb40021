package aligned

import "golang.org/x/sys/unix"

// preferHugePages advises the system to use huge pages for the memory of x, which must not
// have been written yet. If the system ignores the advice, access to the memory is slower.
func preferHugePages(x []byte) {
	_ = unix.Madvise(x, unix.MADV_HUGEPAGE)
}
