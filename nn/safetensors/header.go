package safetensors

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"unicode/utf8"
)

// A placed tensor has a place in the file, but its values are not read yet.
type placed struct {
	Tensor
	dtype      string
	begin, end uint64 // bytes, from the end of the header
}

// parseHeader returns the metadata and the tensors, without values, in the order
// of their places, which fill the data from its beginning without a gap.
func parseHeader(header []byte) (metadata map[string]string, tensors []placed, err error) {
	if !utf8.Valid(header) {
		return nil, nil, errors.New("the header is not UTF-8")
	}
	if !bytes.HasPrefix(header, []byte("{")) {
		return nil, nil, errors.New("the header is not a JSON object")
	}
	d := json.NewDecoder(bytes.NewReader(header))
	err = object(d, func(name string) (err error) {
		if name == metadataKey {
			metadata, err = parseMetadata(d)
			return err
		}
		t, err := parseTensor(d, name)
		tensors = append(tensors, t)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("header: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, nil, errors.New("more text follows the header's JSON")
	}
	slices.SortStableFunc(tensors, func(a, b placed) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end))
	})
	var end uint64
	for _, t := range tensors {
		size, err := elements(t.Shape)
		if err != nil {
			return nil, nil, fmt.Errorf("tensor %q: %w", t.Name, err)
		}
		size *= uint64(dtypes[t.dtype].bytes)
		if t.begin != end || t.end < end || t.end-end != size {
			return nil, nil, fmt.Errorf("tensor %q of type %s and shape %v lies at bytes %d to %d, expected %d bytes from %d", t.Name, t.dtype, t.Shape, t.begin, t.end, size, end)
		}
		end = t.end
	}
	return metadata, tensors, nil
}

// parseMetadata reads an object of strings, or null, which means none.
func parseMetadata(d *json.Decoder) (map[string]string, error) {
	open, err := d.Token()
	if err != nil || open == nil {
		return nil, err
	}
	metadata := make(map[string]string)
	err = members(d, open, func(key string) error {
		var value *string
		if err := d.Decode(&value); err != nil || value == nil {
			return fmt.Errorf("%q is not a string", key)
		}
		metadata[key] = *value
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("metadata: %w", err)
	}
	return metadata, nil
}

// parseTensor reads the entry of one tensor in the header. It ignores members that the
// format does not define.
func parseTensor(d *json.Decoder, name string) (placed, error) {
	t := placed{Tensor: Tensor{Name: name}}
	var shape, offsets []uint64
	err := object(d, func(key string) (err error) {
		switch key {
		case "dtype":
			err = d.Decode(&t.dtype)
		case "shape":
			shape, err = numbers(d)
		case "data_offsets":
			offsets, err = numbers(d)
		default:
			err = d.Decode(new(json.RawMessage))
		}
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		return nil
	})
	switch {
	case err != nil:
		return t, fmt.Errorf("tensor %q: %w", name, err)
	case dtypes[t.dtype].bytes == 0:
		return t, fmt.Errorf("tensor %q is of type %q; the types that can be read are %s", name, t.dtype, dtypeNames())
	case shape == nil:
		return t, fmt.Errorf("tensor %q has no shape", name)
	case len(offsets) != 2:
		return t, fmt.Errorf("tensor %q has %d data_offsets, want 2", name, len(offsets))
	}
	t.begin, t.end = offsets[0], offsets[1]
	t.Shape = make([]int, len(shape))
	for i, n := range shape {
		if n > math.MaxInt {
			return t, fmt.Errorf("tensor %q: shape %v is too large", name, shape)
		}
		t.Shape[i] = int(n)
	}
	return t, nil
}

// numbers reads an array of natural numbers. A null is an error, where Go's
// decoder would read it as 0. The result is nil only with an error.
func numbers(d *json.Decoder) ([]uint64, error) {
	var items []*uint64
	if err := d.Decode(&items); err != nil {
		return nil, err
	}
	if items == nil || slices.Contains(items, nil) {
		return nil, errors.New("null is not a number")
	}
	n := make([]uint64, len(items))
	for i, item := range items {
		n[i] = *item
	}
	return n, nil
}

// object reads a JSON object from d, calling member for each of its names, to
// read the value. Decoding into a map or a struct would hide names that repeat,
// of which readers may take the first or the last.
func object(d *json.Decoder, member func(name string) error) error {
	open, err := d.Token()
	if err != nil {
		return err
	}
	return members(d, open, member)
}

// members does the work of object after its first token, open, has been read.
func members(d *json.Decoder, open json.Token, member func(name string) error) error {
	if open != json.Delim('{') {
		return errors.New("no JSON object")
	}
	seen := make(map[string]bool)
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		name := token.(string) // anything else is an error of Token
		if seen[name] {
			return fmt.Errorf("the name %q stands twice", name)
		}
		seen[name] = true
		if err := member(name); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}
