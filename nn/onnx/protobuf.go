package onnx

import (
	"encoding/binary"
	"math"
)

// A message is an encoded message of protocol buffers: fields one after another,
// each a number with a wire type, then its value. Writing a model takes four
// kinds of fields, which the methods append. The format is described at
// https://protobuf.dev/programming-guides/encoding.
type message []byte

// The wire types that are used.
const (
	varint = 0
	bytes  = 2
	fixed4 = 5
)

func (m *message) tag(field, wireType int) {
	*m = binary.AppendUvarint(*m, uint64(field<<3|wireType))
}

// integer appends an integer.
func (m *message) integer(field int, v int64) {
	m.tag(field, varint)
	*m = binary.AppendUvarint(*m, uint64(v))
}

// float appends a float32.
func (m *message) float(field int, v float32) {
	m.tag(field, fixed4)
	*m = binary.LittleEndian.AppendUint32(*m, math.Float32bits(v))
}

// text appends a string.
func (m *message) text(field int, s string) { m.raw(field, []byte(s)) }

// message appends a message within m.
func (m *message) message(field int, inner message) { m.raw(field, inner) }

// raw appends bytes.
func (m *message) raw(field int, b []byte) {
	m.tag(field, bytes)
	*m = binary.AppendUvarint(*m, uint64(len(b)))
	*m = append(*m, b...)
}
