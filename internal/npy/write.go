package npy

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"
)

// Write writes an array as float64 numbers in version 1 of the format. It panics if the
// shape and the number of values differ.
func Write(w io.Writer, a *Array) error {
	count := 1
	var axes strings.Builder
	for _, n := range a.Shape {
		count *= n
		fmt.Fprintf(&axes, "%d, ", n)
	}
	if count != len(a.Values) {
		panic(fmt.Sprintf("npy: %d values for the shape %v", len(a.Values), a.Shape))
	}
	shape := axes.String()
	if len(a.Shape) > 1 {
		shape = strings.TrimSuffix(shape, ", ")
	}
	const start, align = 10, 64 // the values begin at a multiple of 64 bytes
	header := fmt.Sprintf("{'descr': '<f8', 'fortran_order': False, 'shape': (%s), }", strings.TrimSuffix(shape, " "))
	header += strings.Repeat(" ", align-1-(start+len(header))%align) + "\n"

	b := bufio.NewWriter(w)
	b.WriteString(magic + "\x01\x00")
	b.Write(binary.LittleEndian.AppendUint16(nil, uint16(len(header))))
	b.WriteString(header)
	var raw [8]byte
	for _, v := range a.Values {
		binary.LittleEndian.PutUint64(raw[:], math.Float64bits(v))
		b.Write(raw[:])
	}
	return b.Flush() // the first error of all writes
}
