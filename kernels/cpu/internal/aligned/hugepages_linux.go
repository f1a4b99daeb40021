package aligned

import "golang.org/x/sys/unix"

// preferHugePages advises the system to use huge pages for memory that has not been
// written yet. The system may ignore the advice: results are the same, only slower.
func preferHugePages(x []byte) {
	_ = unix.Madvise(x, unix.MADV_HUGEPAGE)
}
