package input

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/topogen/topogen/ph"
)

// A plyHeader describes the vertices of a PLY file.
type plyHeader struct {
	order      binary.ByteOrder // nil for text
	vertices   int              // the number of vertices
	properties []plyProperty    // the properties of a vertex, in the order of the file
	axes       [3]int           // the indices of the properties x, y and z
}

// A plyProperty is a number that each vertex has.
type plyProperty struct {
	name string
	kind string // the name of its type, a key of plySizes
	size int    // in bytes
}

// plySizes are the sizes of scalar types in bytes.
var plySizes = map[string]int{
	"char": 1, "uchar": 1, "int8": 1, "uint8": 1, "short": 2, "ushort": 2, "int16": 2, "uint16": 2,
	"int": 4, "uint": 4, "int32": 4, "uint32": 4, "float": 4, "float32": 4, "double": 8, "float64": 8,
}

// readPLY reads the vertices of a mesh in the Polygon File Format (Turk, The PLY
// polygon file format, 1994), as text or binary. The vertices are the first element.
// Properties other than x, y and z, and other elements, are ignored.
func readPLY[T ph.Float](r io.Reader) (ph.Points[T], error) {
	var none ph.Points[T]
	in := bufio.NewReaderSize(r, 1<<16)
	h, err := readPLYHeader(in)
	if err != nil {
		return none, err
	}
	p := ph.Points[T]{Dim: 3}
	row := make([]float64, len(h.properties))
	for i := range h.vertices {
		if err := h.readVertex(in, row); err != nil {
			if err == io.EOF || err == io.ErrUnexpectedEOF {
				return none, fmt.Errorf("the file ends after %d vertices, want %d", i, h.vertices)
			}
			return none, fmt.Errorf("vertex %d: %w", i, err)
		}
		for _, k := range h.axes {
			x := T(row[k])
			if x-x != 0 {
				return none, fmt.Errorf("vertex %d: %s is %v: coordinates must be finite", i, h.properties[k].name, row[k])
			}
			p.Coords = append(p.Coords, x)
		}
	}
	return p, nil
}

// readPLYHeader reads the header of a PLY file, up to the line end_header.
func readPLYHeader(in *bufio.Reader) (h plyHeader, err error) {
	const longest = 1000 // lines
	element := ""
	for n := 0; n < longest; n++ {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return h, noMore(err, "a PLY file has a header that ends with end_header")
		}
		words := strings.Fields(string(line))
		switch {
		case n == 0:
			if len(words) != 1 || words[0] != "ply" {
				return h, fmt.Errorf("%.40q: a PLY file begins with ply", line)
			}
		case len(words) == 0 || words[0] == "comment" || words[0] == "obj_info":
		case words[0] == "format" && len(words) == 3:
			switch words[1] {
			case "ascii":
			case "binary_little_endian":
				h.order = binary.LittleEndian
			case "binary_big_endian":
				h.order = binary.BigEndian
			default:
				return h, fmt.Errorf("a PLY file of the format %.40q: want ascii, binary_little_endian or binary_big_endian", words[1])
			}
		case words[0] == "element" && len(words) == 3:
			if element == "" && words[1] != "vertex" {
				return h, fmt.Errorf("the first element is %.40q: want vertex", words[1])
			}
			if words[1] == "vertex" {
				if h.vertices, err = strconv.Atoi(words[2]); err != nil || h.vertices < 1 || h.vertices > math.MaxInt32 {
					return h, fmt.Errorf("%.40q vertices: want a positive number", words[2])
				}
			}
			element = words[1]
		case words[0] == "property" && element == "vertex":
			if len(words) != 3 || plySizes[words[1]] == 0 {
				return h, fmt.Errorf("%.60q: want a property of a scalar type", strings.Join(words, " "))
			}
			h.properties = append(h.properties, plyProperty{words[2], words[1], plySizes[words[1]]})
		case words[0] == "property":
		case words[0] == "end_header":
			return h, h.findAxes()
		default:
			return h, fmt.Errorf("%.60q in the header of a PLY file", strings.Join(words, " "))
		}
	}
	return h, fmt.Errorf("a header of more than %d lines", longest)
}

// findAxes sets axes. It returns an error if the vertices have no property x, y or z.
func (h *plyHeader) findAxes() error {
	if h.vertices == 0 {
		return errors.New("the header names no element vertex")
	}
	for k, name := range [...]string{"x", "y", "z"} {
		h.axes[k] = -1
		for i, p := range h.properties {
			if p.name == name {
				h.axes[k] = i
			}
		}
		if h.axes[k] < 0 {
			return fmt.Errorf("the vertices have no property %s", name)
		}
	}
	return nil
}

// readVertex sets row to the values of the properties of the next vertex.
func (h *plyHeader) readVertex(in *bufio.Reader, row []float64) error {
	if h.order == nil {
		line, err := in.ReadSlice('\n')
		if err != nil && (err != io.EOF || len(line) == 0) {
			return err
		}
		words := strings.Fields(string(line))
		if len(words) != len(row) {
			return fmt.Errorf("%d numbers, want %d", len(words), len(row))
		}
		for k, word := range words {
			if row[k], err = strconv.ParseFloat(word, 64); err != nil || strings.Contains(word, "_") {
				return fmt.Errorf("%.40q is not a number", word)
			}
		}
		return nil
	}
	var data [8]byte
	for k, p := range h.properties {
		b := data[:p.size]
		if _, err := io.ReadFull(in, b); err != nil {
			return err
		}
		row[k] = scalar(b, p.kind, h.order)
	}
	return nil
}

// scalar decodes a number of a PLY type.
func scalar(b []byte, kind string, order binary.ByteOrder) float64 {
	switch kind {
	case "char", "int8":
		return float64(int8(b[0]))
	case "uchar", "uint8":
		return float64(b[0])
	case "short", "int16":
		return float64(int16(order.Uint16(b)))
	case "ushort", "uint16":
		return float64(order.Uint16(b))
	case "int", "int32":
		return float64(int32(order.Uint32(b)))
	case "uint", "uint32":
		return float64(order.Uint32(b))
	case "float", "float32":
		return float64(math.Float32frombits(order.Uint32(b)))
	}
	return math.Float64frombits(order.Uint64(b))
}
