package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/topogen/topogen/internal/atomicfile"
	"github.com/topogen/topogen/internal/jsonkeys"
)

// ConfigFile is the name of the configuration's file in an output folder. A folder without
// this file holds no run.
const ConfigFile = "config.json"

// A Folder is the output folder of a run, which writes nowhere else.
type Folder struct {
	path    string
	resumed bool     // the folder was opened by Open, not made by Create
	held    *os.File // the lock, nil once the folder is closed
}

// Create makes an output folder, locks it and writes config into it as JSON. The folder may
// exist already if it is empty, or holds only files of a process that was killed before it
// wrote its configuration. Other files are an error, so that no run overwrites another.
func Create(path string, config any) (*Folder, error) {
	entries, err := os.ReadDir(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("output folder: %w", err)
	}
	for _, e := range entries {
		if e.Name() == ConfigFile {
			return nil, fmt.Errorf("output folder %s already holds a run: choose another folder, or resume it", path)
		}
	}
	for _, e := range entries {
		if e.Name() != lockFile && !isLeftover(e.Name()) {
			return nil, fmt.Errorf("output folder %s is not empty: choose a new or empty folder", path)
		}
	}
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, fmt.Errorf("output folder: %w", err)
	}
	f := &Folder{path: path}
	err = f.lock()
	if err == nil {
		err = f.clean()
	}
	if err == nil {
		err = f.WriteJSON(ConfigFile, config)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Open opens the output folder of an earlier run, locks it, removes temporary files of
// killed processes, and reads the configuration as [ReadConfig] does.
func Open(path string, config any) (*Folder, error) {
	if err := ReadConfig(path, config); err != nil {
		return nil, err
	}
	f := &Folder{path: path, resumed: true}
	err := f.lock()
	if err == nil {
		err = f.clean()
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// ReadConfig reads the configuration of the run in a folder into config, a pointer.
// Fields that config does not know are an error: they come from another program or
// version.
func ReadConfig(path string, config any) error {
	if err := checkFiles(path); err != nil {
		return err
	}
	data, err := os.ReadFile(filepath.Join(path, ConfigFile))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("folder %s holds no run to resume (no %s in it)", path, ConfigFile)
	}
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	err = d.Decode(config)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = fmt.Errorf("there is text after its end, at byte %d", d.InputOffset())
		} else if key, ok := jsonkeys.Repeated(data); ok {
			err = fmt.Errorf("it has the key %.40q twice", key)
		}
	}
	if err != nil {
		return fmt.Errorf("%s: not the configuration of such a run: %w", filepath.Join(path, ConfigFile), err)
	}
	return nil
}

// checkFiles returns an error if a folder holds a pipe, socket or device: opening it could
// wait for ever.
func checkFiles(path string) error {
	entries, err := os.ReadDir(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // which ReadConfig reports
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := filepath.Join(path, e.Name())
		info, err := os.Stat(name)
		if err == nil && !info.Mode().IsRegular() && !info.IsDir() {
			return fmt.Errorf("%s is not a file but a pipe, socket or device: remove it", name)
		}
	}
	return nil
}

// Unused returns base if no file or folder has that name. Else it returns the first of
// base-2, base-3, … that no file or folder has.
func Unused(base string) (string, error) {
	name := base
	for k := 2; ; k++ {
		switch _, err := os.Lstat(name); {
		case errors.Is(err, fs.ErrNotExist):
			return name, nil
		case err != nil:
			return "", fmt.Errorf("output folder: %w", err)
		}
		name = fmt.Sprintf("%s-%d", base, k)
	}
}

// Path returns the folder's own path, or that of a file in it.
func (f *Folder) Path(name ...string) string {
	return filepath.Join(append([]string{f.path}, name...)...)
}

// Write replaces the content of the named file by what fill writes. The file appears whole
// or not at all, even after a crash.
func (f *Folder) Write(name string, fill func(io.Writer) error) error {
	return atomicfile.Write(f.Path(name), fill)
}

// WriteJSON writes v as indented JSON, as [Folder.Write] does.
func (f *Folder) WriteJSON(name string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("writing %s: %w", f.Path(name), err)
	}
	return f.Write(name, func(w io.Writer) error {
		_, err := w.Write(append(data, '\n'))
		return err
	})
}
