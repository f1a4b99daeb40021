package npy

import (
	"archive/zip"
	"fmt"
	"io"
	"strings"
)

// maxArray bounds the size of an unpacked array, in bytes.
const maxArray = 8 << 30

// ReadArchive reads the arrays of the .npz file at path, by their names without
// ".npy".
func ReadArchive(path string) (map[string]*Array, error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, fmt.Errorf("%s: not a .npz file: %w", path, err)
	}
	defer z.Close()
	arrays := make(map[string]*Array)
	for _, f := range z.File {
		name, ok := strings.CutSuffix(f.Name, ".npy")
		if !ok {
			continue
		}
		if arrays[name], err = readEntry(f); err != nil {
			return nil, fmt.Errorf("%s: array %s: %w", path, name, err)
		}
	}
	return arrays, nil
}

func readEntry(f *zip.File) (*Array, error) {
	if f.UncompressedSize64 > maxArray {
		return nil, fmt.Errorf("%d bytes, at most %d are read", f.UncompressedSize64, int64(maxArray))
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return Read(io.LimitReader(r, maxArray))
}
