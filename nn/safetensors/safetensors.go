// Package safetensors reads and writes the file format of that name, in which
// PyTorch's users keep model weights: eight bytes of length, a JSON header that
// gives each tensor's type, shape and place, then the raw values, little-endian.
//
// Tensors are written as float32 ("F32"). Those of other types become float32
// when they are read:
//
//	F16, BF16, F8_E5M2, F8_E4M3    exactly
//	F64                            rounded to the nearest float32; numbers that are
//	                               too large for one, or would round to 0, are refused
//	I8 … I64, U8 … U64             exactly; integers that are not float32 values, of
//	                               which the first is 2²⁴+1, are refused
//	BOOL                           0 for false, 1 for true
//
// Refusals name the tensor and the element. The format is described at
// https://github.com/huggingface/safetensors; what it leaves open, such as names
// that repeat, is refused, so that a file means the same to every reader.
package safetensors

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"unicode/utf8"

	"github.com/topogen/topogen/internal/atomicfile"
)

// A Tensor is a named array of float32 values in row-major order.
type Tensor struct {
	Name   string
	Shape  []int
	Values []float32
}

// A File is the content of a safetensors file.
type File struct {
	Tensors  []Tensor // in the order of their values
	Metadata map[string]string
}

// Tensor returns the tensor of the given name, nil if there is none.
func (f *File) Tensor(name string) *Tensor {
	for i := range f.Tensors {
		if f.Tensors[i].Name == name {
			return &f.Tensors[i]
		}
	}
	return nil
}

const (
	metadataKey = "__metadata__"
	maxHeader   = 100_000_000 // bytes, the limit of the reference implementation
	chunk       = 1 << 14     // values that are converted at a time, if they are float32
)

// entry is the entry of a tensor in the header.
type entry struct {
	DType   string    `json:"dtype"`
	Shape   []int     `json:"shape"`
	Offsets [2]uint64 `json:"data_offsets"`
}

// WriteFile writes f to the file at path, which appears whole or not at all and
// replaces what was there.
func WriteFile(path string, f *File) error {
	return atomicfile.Write(path, func(w io.Writer) error { return Write(w, f) })
}

// Write writes f to w. Names must differ, be UTF-8, and not be "__metadata__",
// and sizes agree with shapes; if they do not, nothing is written.
func Write(w io.Writer, f *File) error {
	if w == nil {
		return errors.New("safetensors: the writer is nil")
	}
	header, err := f.header()
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	start := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	if _, err := w.Write(append(start, header...)); err != nil {
		return err
	}
	raw := make([]byte, 0, 4*chunk)
	for _, t := range f.Tensors {
		for rest := t.Values; len(rest) > 0; {
			n := min(len(rest), chunk)
			raw = raw[:0]
			for _, v := range rest[:n] {
				raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
			}
			if _, err := w.Write(raw); err != nil {
				return err
			}
			rest = rest[n:]
		}
	}
	return nil
}

// header returns the JSON header of f.
func (f *File) header() ([]byte, error) {
	header := []byte{'{'}
	put := func(key string, value any) error {
		if len(header) > 1 {
			header = append(header, ',')
		}
		k, err := json.Marshal(key)
		if err != nil {
			return err
		}
		v, err := json.Marshal(value)
		header = append(append(append(header, k...), ':'), v...)
		return err
	}
	if len(f.Metadata) > 0 {
		for key, value := range f.Metadata {
			if !utf8.ValidString(key) || !utf8.ValidString(value) {
				return nil, fmt.Errorf("metadata %q: %q is not UTF-8", key, value)
			}
		}
		if err := put(metadataKey, f.Metadata); err != nil {
			return nil, fmt.Errorf("metadata: %w", err)
		}
	}
	var end uint64
	seen := map[string]bool{metadataKey: true}
	for _, t := range f.Tensors {
		size, err := elements(t.Shape)
		switch {
		case err != nil:
			return nil, fmt.Errorf("tensor %q: %w", t.Name, err)
		case size != uint64(len(t.Values)):
			return nil, fmt.Errorf("tensor %q of shape %v has %d values, want %d", t.Name, t.Shape, len(t.Values), size)
		case seen[t.Name]:
			return nil, fmt.Errorf("the name %q is already taken", t.Name)
		case !utf8.ValidString(t.Name):
			return nil, fmt.Errorf("the name %q is not UTF-8", t.Name)
		}
		seen[t.Name] = true
		e := entry{float32Name, append([]int{}, t.Shape...), [2]uint64{end, end + 4*size}}
		end = e.Offsets[1]
		if err := put(t.Name, e); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", t.Name, err)
		}
	}
	header = append(header, '}')
	for len(header)%8 != 0 { // readers map the file and want aligned values
		header = append(header, ' ')
	}
	if len(header) > maxHeader {
		return nil, fmt.Errorf("names and metadata make a header of %d bytes, more than readers accept", len(header))
	}
	return header, nil
}

// elements returns the number of elements of a shape. A shape that no file can hold is an
// error.
func elements(shape []int) (uint64, error) {
	n := uint64(1)
	for _, d := range shape {
		if d < 0 {
			return 0, fmt.Errorf("negative length in shape %v", shape)
		}
		if d != 0 && n > math.MaxInt/8/uint64(d) {
			return 0, fmt.Errorf("shape %v is too large", shape)
		}
		n *= uint64(d)
	}
	return n, nil
}

// ReadFile reads the file at path as [Read] does.
func ReadFile(path string) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	f, err := Read(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// Read reads a whole file, to the end of r. It refuses what the format forbids:
// tensors that overlap, leave holes or reach past the end, names that repeat,
// and sizes that do not agree with shapes. Errors name the tensor. A file that was
// sealed, see [File.Seal], is refused if it is damaged. Memory grows with the
// bytes that r holds, not with the sizes that its header claims.
func Read(r io.Reader) (*File, error) {
	f, err := read(r)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	return f, nil
}

func read(r io.Reader) (*File, error) {
	if r == nil {
		return nil, errors.New("the reader is nil")
	}
	var prefix [8]byte
	if _, err := io.ReadFull(r, prefix[:]); err != nil {
		return nil, fmt.Errorf("reading the header's length: %w", err)
	}
	length := binary.LittleEndian.Uint64(prefix[:])
	if length > maxHeader {
		return nil, fmt.Errorf("a header of %d bytes: this is not a safetensors file", length)
	}
	header, err := io.ReadAll(io.LimitReader(r, int64(length)))
	if err != nil {
		return nil, fmt.Errorf("reading the header: %w", err)
	}
	if uint64(len(header)) < length {
		return nil, fmt.Errorf("the file ends within its header of %d bytes", length)
	}
	metadata, tensors, err := parseHeader(header)
	if err != nil {
		return nil, err
	}
	f := &File{Metadata: metadata}
	raw := make([]byte, 4*chunk)
	for _, t := range tensors {
		t.Values, err = readValues(r, dtypes[t.dtype], int(t.end-t.begin), raw)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, fmt.Errorf("the file is truncated: it ends within tensor %q of shape %v", t.Name, t.Shape)
		}
		if err != nil {
			return nil, fmt.Errorf("reading tensor %q of type %s: %w", t.Name, t.dtype, err)
		}
		f.Tensors = append(f.Tensors, t.Tensor)
	}
	switch _, err := io.ReadFull(r, raw[:1]); {
	case err == nil:
		return nil, errors.New("more bytes follow the last tensor")
	case err != io.EOF:
		return nil, fmt.Errorf("reading the end: %w", err)
	}
	return f, f.checkSeal()
}

// readValues reads values of type d, of the given number of bytes in the file. raw is a
// buffer for these bytes.
func readValues(r io.Reader, d dtype, bytes int, raw []byte) ([]float32, error) {
	n := bytes / d.bytes
	values := make([]float32, 0, min(n, 1<<20))
	for len(values) < n {
		part := raw[:d.bytes*min(n-len(values), len(raw)/d.bytes)]
		if _, err := io.ReadFull(r, part); err != nil {
			return nil, err
		}
		for ; len(part) > 0; part = part[d.bytes:] {
			v, lost := d.decode(part)
			if lost != nil {
				return nil, fmt.Errorf("element %d is %v, which is not a float32 value", len(values), lost)
			}
			values = append(values, v)
		}
	}
	return values, nil
}
