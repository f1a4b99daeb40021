// Package safetensors reads and writes the file format of that name, in which
// PyTorch's users keep model weights: eight bytes of length, a JSON header that
// gives each tensor's type, shape and place, then the raw values.
//
// Only float32 tensors ("F32") are held; a file with another type is refused by
// the tensor's name. The format is described at
// https://github.com/huggingface/safetensors.
package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
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
	dtype       = "F32"
	maxHeader   = 100_000_000 // bytes, the limit of the reference implementation
)

type entry struct {
	DType   string    `json:"dtype"`
	Shape   []int     `json:"shape"`
	Offsets [2]uint64 `json:"data_offsets"`
}

// Write writes f to w.
func Write(w io.Writer, f *File) error {
	header := bytes.NewBufferString("{")
	put := func(key string, value any) error {
		if header.Len() > 1 {
			header.WriteByte(',')
		}
		k, err := json.Marshal(key)
		if err != nil {
			return err
		}
		v, err := json.Marshal(value)
		header.Write(k)
		header.WriteByte(':')
		header.Write(v)
		return err
	}
	if len(f.Metadata) > 0 {
		if err := put(metadataKey, f.Metadata); err != nil {
			return fmt.Errorf("safetensors: metadata: %w", err)
		}
	}
	var end uint64
	seen := make(map[string]bool)
	for _, t := range f.Tensors {
		size, err := elements(t.Shape)
		if err != nil || size != uint64(len(t.Values)) || t.Name == metadataKey || seen[t.Name] {
			return fmt.Errorf("safetensors: tensor %q of shape %v with %d values cannot be written: names must differ and sizes agree", t.Name, t.Shape, len(t.Values))
		}
		seen[t.Name] = true
		e := entry{dtype, append([]int{}, t.Shape...), [2]uint64{end, end + 4*size}}
		end = e.Offsets[1]
		if err := put(t.Name, e); err != nil {
			return fmt.Errorf("safetensors: tensor %q: %w", t.Name, err)
		}
	}
	header.WriteByte('}')
	for header.Len()%8 != 0 { // readers map the file and want aligned values
		header.WriteByte(' ')
	}
	if err := binary.Write(w, binary.LittleEndian, uint64(header.Len())); err != nil {
		return err
	}
	if _, err := w.Write(header.Bytes()); err != nil {
		return err
	}
	var raw []byte
	for _, t := range f.Tensors {
		raw = raw[:0]
		for _, v := range t.Values {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
		}
		if _, err := w.Write(raw); err != nil {
			return err
		}
	}
	return nil
}

// Read reads a whole file. It refuses what the format forbids: tensors that
// overlap, leave holes or reach past the end, names that repeat, and sizes
// that do not agree with shapes.
func Read(r io.Reader) (*File, error) {
	var length uint64
	if err := binary.Read(r, binary.LittleEndian, &length); err != nil {
		return nil, fmt.Errorf("safetensors: reading the header's length: %w", err)
	}
	if length > maxHeader {
		return nil, fmt.Errorf("safetensors: a header of %d bytes: this is no safetensors file", length)
	}
	header, err := io.ReadAll(io.LimitReader(r, int64(length)))
	if err != nil || uint64(len(header)) < length {
		return nil, fmt.Errorf("safetensors: the file ends within its header of %d bytes", length)
	}
	f, places, err := parseHeader(header)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	var end uint64
	for i := range f.Tensors {
		t, e := &f.Tensors[i], places[i]
		size, err := elements(t.Shape)
		switch {
		case err != nil:
			return nil, fmt.Errorf("safetensors: tensor %q: %w", t.Name, err)
		case e.DType != dtype:
			return nil, fmt.Errorf("safetensors: tensor %q holds %s, only %s can be read", t.Name, e.DType, dtype)
		case e.Offsets[0] != end || e.Offsets[1] < end || e.Offsets[1]-end != 4*size:
			return nil, fmt.Errorf("safetensors: tensor %q of shape %v lies at bytes %v, expected %d bytes from %d", t.Name, t.Shape, e.Offsets, 4*size, end)
		case e.Offsets[1] > uint64(len(data)):
			return nil, fmt.Errorf("safetensors: tensor %q ends at byte %d of %d: the file is truncated", t.Name, e.Offsets[1], len(data))
		}
		t.Values = make([]float32, size)
		for k := range t.Values {
			t.Values[k] = math.Float32frombits(binary.LittleEndian.Uint32(data[end+4*uint64(k):]))
		}
		end = e.Offsets[1]
	}
	if end != uint64(len(data)) {
		return nil, fmt.Errorf("safetensors: %d bytes follow the last tensor", uint64(len(data))-end)
	}
	return f, nil
}

// parseHeader returns the tensors, without values, sorted by their place.
func parseHeader(header []byte) (*File, []entry, error) {
	f := new(File)
	var places []entry
	d := json.NewDecoder(bytes.NewReader(header))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, nil, fmt.Errorf("the header is no JSON object")
	}
	// Token by token: decoding into a map would hide names that repeat.
	seen := make(map[string]bool)
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, nil, fmt.Errorf("header: %w", err)
		}
		name, _ := token.(string)
		if seen[name] {
			return nil, nil, fmt.Errorf("the name %q stands in the header twice", name)
		}
		seen[name] = true
		if name == metadataKey {
			if err := d.Decode(&f.Metadata); err != nil {
				return nil, nil, fmt.Errorf("metadata: %w", err)
			}
			continue
		}
		var e entry
		if err := d.Decode(&e); err != nil {
			return nil, nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		f.Tensors = append(f.Tensors, Tensor{Name: name, Shape: e.Shape})
		places = append(places, e)
	}
	if _, err := d.Token(); err != nil {
		return nil, nil, fmt.Errorf("header: %w", err)
	}
	if rest, _ := io.ReadAll(d.Buffered()); len(bytes.Trim(rest, " ")) > 0 {
		return nil, nil, fmt.Errorf("more text after the header")
	}
	order := make([]int, len(places))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		p, q := places[a].Offsets, places[b].Offsets
		for k := range p {
			if p[k] != q[k] {
				return int(min(max(int64(p[k]-q[k]), -1), 1))
			}
		}
		return strings.Compare(f.Tensors[a].Name, f.Tensors[b].Name)
	})
	sortedTensors, sortedPlaces := make([]Tensor, len(order)), make([]entry, len(order))
	for i, k := range order {
		sortedTensors[i], sortedPlaces[i] = f.Tensors[k], places[k]
	}
	f.Tensors = sortedTensors
	return f, sortedPlaces, nil
}

// elements returns the size of a shape, refusing what cannot be in a file.
func elements(shape []int) (uint64, error) {
	n := uint64(1)
	for _, d := range shape {
		if d < 0 {
			return 0, fmt.Errorf("negative length in shape %v", shape)
		}
		if d != 0 && n > math.MaxInt64/8/uint64(d) {
			return 0, fmt.Errorf("shape %v is too large", shape)
		}
		n *= uint64(d)
	}
	return n, nil
}
