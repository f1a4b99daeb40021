// Package atomicfile writes files that appear whole or not at all.
package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
)

// Write makes the file at path hold what fill writes. What was there before
// stays until the new content is complete and on the disk: neither readers nor
// crashes nor a fill that fails leave a partial file. Its folder must exist.
//
// A symbolic link stays, and the file that it names is written. A pipe or device, such as
// /dev/stdout, cannot be replaced: fill writes into it.
func Write(path string, fill func(io.Writer) error) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return stream(path, fill)
	}
	target, err := followLinks(path)
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return replace(target, fill)
}

// stream opens what is at path and has fill write into it.
func stream(path string, fill func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err == nil {
		err = errors.Join(fill(f), f.Close())
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// maxLinks is the number of symbolic links from one to the next that Linux follows, too.
const maxLinks = 40

// followLinks returns the path at the end of a chain of symbolic links that begins with path.
// A file need not exist there. If path is not a link, followLinks returns path itself.
func followLinks(path string) (string, error) {
	for range maxLinks {
		info, err := os.Lstat(path)
		if err != nil || info.Mode()&os.ModeSymlink == 0 {
			return path, nil // what is wrong with it shows when it is written
		}
		next, err := os.Readlink(path)
		if err != nil {
			return "", err
		}
		if !filepath.IsAbs(next) {
			// A link is relative to its true folder, where .. is not what it is in path.
			folder, err := filepath.EvalSymlinks(filepath.Dir(path))
			if err != nil {
				return "", err
			}
			next = filepath.Join(folder, next)
		}
		path = next
	}
	return "", errors.New("too many symbolic links")
}

// replace writes a new file beside path and renames it.
func replace(path string, fill func(io.Writer) error) (err error) {
	temp, err := create(path)
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			temp.Close() // for the second time, perhaps
			os.Remove(temp.Name())
			err = fmt.Errorf("writing %s: %w", path, err)
		}
	}()
	if err = fill(temp); err != nil {
		return err
	}
	// Without it a crash can keep the rename and lose the content.
	if err = temp.Sync(); err != nil {
		return err
	}
	if err = temp.Close(); err != nil {
		return err
	}
	if err = os.Rename(temp.Name(), path); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

// SyncFolder writes to disk which files a folder has: without it a crash can undo a
// rename. It does nothing on Windows, where folders cannot be synced.
func SyncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// create makes a new file beside path, where a rename cannot cross disks. Unlike
// os.CreateTemp it leaves the permissions to the user's umask.
func create(path string) (*os.File, error) {
	name := fmt.Sprintf(".%s.%08x", filepath.Base(path), rand.Uint32())
	return os.OpenFile(filepath.Join(filepath.Dir(path), name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
}
