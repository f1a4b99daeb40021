package safetensors

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"maps"
	"math"
	"slices"
)

// sealKey is the name of the metadata that Seal adds.
const sealKey = "topogen.sha256"

// Seal adds a SHA-256 checksum of the tensors and the metadata to the metadata,
// in place of an earlier one. [Read] refuses a file whose content differs from its
// checksum. Files without a checksum, such as those of other programs, are read
// without this check.
func (f *File) Seal() {
	if f.Metadata == nil {
		f.Metadata = make(map[string]string)
	}
	f.Metadata[sealKey] = f.sum()
}

// Sealed reports whether f has a checksum.
func (f *File) Sealed() bool { return f.Metadata[sealKey] != "" }

// checkSeal returns an error if f has a checksum of another content.
func (f *File) checkSeal() error {
	if f.Sealed() && f.Metadata[sealKey] != f.sum() {
		return errors.New("the file is damaged: its content is not what its checksum is of")
	}
	return nil
}

// sum returns the checksum of all metadata, except the checksum itself, and of all tensors.
// It hashes the length of each part before the part, so that different contents never give
// the same bytes to hash.
func (f *File) sum() string {
	h := sha256.New()
	buffer := make([]byte, 0, 4*chunk)
	number := func(n int) { h.Write(binary.LittleEndian.AppendUint64(nil, uint64(n))) }
	text := func(s string) {
		number(len(s))
		h.Write([]byte(s))
	}
	for _, key := range slices.Sorted(maps.Keys(f.Metadata)) {
		if key != sealKey {
			text(key)
			text(f.Metadata[key])
		}
	}
	for _, t := range f.Tensors {
		text(t.Name)
		number(len(t.Shape))
		for _, n := range t.Shape {
			number(n)
		}
		for part := range slices.Chunk(t.Values, chunk) {
			buffer = buffer[:0]
			for _, v := range part {
				buffer = binary.LittleEndian.AppendUint32(buffer, math.Float32bits(v))
			}
			h.Write(buffer)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
