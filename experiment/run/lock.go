package run

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// lockFile is a file in an output folder. The process that writes to the folder keeps this
// file locked. The file holds the ID of the process.
const lockFile = ".lock"

// errLocked says that another process holds a lock.
var errLocked = errors.New("locked")

// lock takes the lock of the folder. [Folder.Close] and the end of the process release it.
func (f *Folder) lock() error {
	file, err := os.OpenFile(f.Path(lockFile), os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return fmt.Errorf("output folder: %w", err)
	}
	if err := lock(file); err != nil {
		holder, _ := io.ReadAll(io.LimitReader(file, 32))
		file.Close()
		if errors.Is(err, errLocked) {
			return fmt.Errorf("output folder %s is in use by process %s", f.path, strings.TrimSpace(string(holder)))
		}
		return fmt.Errorf("output folder: locking %s: %w", f.Path(lockFile), err)
	}
	f.held = file
	if err := file.Truncate(0); err != nil {
		return fmt.Errorf("output folder: %w", err)
	}
	if _, err := fmt.Fprintf(file, "%d\n", os.Getpid()); err != nil {
		return fmt.Errorf("output folder: %w", err)
	}
	return nil
}

// Close lets other processes write to the folder. It may be called again.
func (f *Folder) Close() error {
	if f == nil || f.held == nil {
		return nil
	}
	err := f.held.Close()
	f.held = nil
	return err
}

// temporary matches the names of files that package atomicfile leaves behind if the
// process is killed.
var temporary = regexp.MustCompile(`^\..+\.[0-9a-f]{8}$`)

// isLeftover reports whether a file was left behind by a process that was killed.
func isLeftover(name string) bool {
	return temporary.MatchString(name) || name == checkpointNext
}

// clean removes the temporary files of killed processes.
func (f *Folder) clean() error {
	entries, err := os.ReadDir(f.path)
	if err != nil {
		return fmt.Errorf("output folder: %w", err)
	}
	for _, e := range entries {
		if isLeftover(e.Name()) {
			if err := os.Remove(filepath.Join(f.path, e.Name())); err != nil {
				return fmt.Errorf("output folder: %w", err)
			}
		}
	}
	return nil
}
