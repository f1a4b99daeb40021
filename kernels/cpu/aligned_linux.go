package cpu

import "golang.org/x/sys/unix"

// preferHugePages advises the system, which may not heed it, to lay memory out in
// huge pages when it is first written to.
func preferHugePages(x []byte) {
	_ = unix.Madvise(x, unix.MADV_HUGEPAGE) // as fast as before, if not
}
