package data

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
)

// Checksum returns the SHA-256 checksum of the examples of a set, their shape and their classes,
// in hexadecimal. Two sets with the same checksum are equal.
func Checksum(d Dataset) string {
	h := sha256.New() // a hash never fails to write
	fmt.Fprintln(h, d.Len(), d.Shape())
	if l := d.Labels(); l != nil {
		fmt.Fprintln(h, l.Names)
		for _, c := range l.Classes {
			h.Write(binary.LittleEndian.AppendUint32(nil, uint32(c)))
		}
	}
	x := make([]float32, ExampleSize(d))
	raw := make([]byte, 0, 4*len(x))
	for i := range d.Len() {
		d.Decode(x, []int{i})
		raw = raw[:0]
		for _, v := range x {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
		}
		h.Write(raw)
	}
	return hex.EncodeToString(h.Sum(nil))
}
