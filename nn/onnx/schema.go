package onnx

import (
	"encoding/binary"
	"math"
)

// The numbers of fields in onnx.proto, by message.
const (
	modelVersion  = 1
	modelProducer = 2
	modelGraph    = 7
	modelOpset    = 8

	opsetVersion = 2

	graphNode        = 1
	graphName        = 2
	graphInitializer = 5
	graphInput       = 11
	graphOutput      = 12

	nodeInput     = 1
	nodeOutput    = 2
	nodeName      = 3
	nodeOperator  = 4
	nodeAttribute = 5

	attributeName  = 1
	attributeFloat = 2
	attributeInt   = 3
	attributeText  = 4
	attributeInts  = 8
	attributeType  = 20

	tensorDims = 1
	tensorType = 2
	tensorName = 8
	tensorData = 9

	valueName = 1
	valueType = 2

	typeTensor = 1

	tensorTypeElement = 1
	tensorTypeShape   = 2

	shapeDimension = 1

	dimensionValue = 1
	dimensionName  = 2
)

// The types of elements and of attributes.
const (
	elementFloat32 = 1
	elementInt64   = 7

	attributeTypeFloat = 1
	attributeTypeInt   = 2
	attributeTypeText  = 3
	attributeTypeInts  = 7
)

const (
	irVersion = 8  // of the file format
	opset     = 17 // of the operators
)

// An attribute is a setting of a node: a float32, an int, a string or an []int.
type attribute struct {
	name  string
	value any
}

func (a attribute) encode() message {
	var m message
	m.text(attributeName, a.name)
	switch v := a.value.(type) {
	case float32:
		m.float(attributeFloat, v)
		m.integer(attributeType, attributeTypeFloat)
	case int:
		m.integer(attributeInt, int64(v))
		m.integer(attributeType, attributeTypeInt)
	case string:
		m.text(attributeText, v)
		m.integer(attributeType, attributeTypeText)
	case []int:
		for _, n := range v {
			m.integer(attributeInts, int64(n))
		}
		m.integer(attributeType, attributeTypeInts)
	}
	return m
}

// encodeFloats returns a tensor of float32 values.
func encodeFloats(name string, shape []int, values []float32) message {
	data := make([]byte, 0, 4*len(values))
	for _, v := range values {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	return encodeTensor(name, shape, elementFloat32, data)
}

// encodeInts returns a vector of 64-bit integers.
func encodeInts(name string, values []int) message {
	data := make([]byte, 0, 8*len(values))
	for _, v := range values {
		data = binary.LittleEndian.AppendUint64(data, uint64(v))
	}
	return encodeTensor(name, []int{len(values)}, elementInt64, data)
}

func encodeTensor(name string, shape []int, element int64, data []byte) message {
	var m message
	for _, n := range shape {
		m.integer(tensorDims, int64(n))
	}
	m.integer(tensorType, element)
	m.text(tensorName, name)
	m.raw(tensorData, data)
	return m
}

// encodeValue returns the description of an input or output of the graph: a
// batch, of any size, of arrays of the given shape.
func encodeValue(name string, shape []int) message {
	var dims message
	var batch message
	batch.text(dimensionName, "batch")
	dims.message(shapeDimension, batch)
	for _, n := range shape {
		var d message
		d.integer(dimensionValue, int64(n))
		dims.message(shapeDimension, d)
	}
	var tensor, kind, value message
	tensor.integer(tensorTypeElement, elementFloat32)
	tensor.message(tensorTypeShape, dims)
	kind.message(typeTensor, tensor)
	value.text(valueName, name)
	value.message(valueType, kind)
	return value
}
