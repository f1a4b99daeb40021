//go:build unix

package run

import (
	"errors"
	"os"
	"syscall"
)

// lock locks a file for this process, or returns errLocked if another one has.
func lock(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errLocked
	}
	return err
}
