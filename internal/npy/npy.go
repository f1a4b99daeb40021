// Package npy reads arrays of numbers in NumPy's formats .npy and .npz, and writes .npy.
//
//	a, err := npy.ReadFile("points.npy")
//	…
//	fmt.Println(a.Shape, a.Values[0])
//
// Booleans, integers and floats of every width and either byte order become
// float64; integers beyond ±2⁵³ lose digits. Arrays in Fortran's order are put
// into C's, the last axis fastest.
//
// The format is NumPy's own: Kern, "A simple file format for NumPy arrays" (NEP 1).
package npy

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
)

// An Array is an array of numbers, the last axis fastest.
type Array struct {
	Shape  []int
	Values []float64
	Bytes  bool // the file holds unsigned bytes, as pictures often are
}

// Rows returns the number of elements along the first axis and the number of
// values in each. A scalar has one row of one value.
func (a *Array) Rows() (n, size int) {
	if len(a.Shape) == 0 {
		return 1, 1
	}
	n = a.Shape[0]
	if n == 0 {
		return 0, 0
	}
	return n, len(a.Values) / n
}

const (
	magic = "\x93NUMPY"
	// maxHeader is far above the length of any header of an array of numbers.
	maxHeader = 1 << 16
	maxAxes   = 32
	// chunk bounds the memory that a shape can claim before the values that it
	// promises have been seen.
	chunk = 1 << 20
)

// ReadFile reads the file at path.
func ReadFile(path string) (*Array, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	a, err := Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return a, nil
}

// Read reads one array. Bytes after it are an error.
func Read(r io.Reader) (*Array, error) {
	b := bufio.NewReader(r)
	h, err := readHeader(b)
	if err != nil {
		return nil, err
	}
	count := 1
	for _, n := range h.shape {
		if n > 0 && count > math.MaxInt/8/n {
			return nil, fmt.Errorf("npy: the shape %v asks for more values than memory has", h.shape)
		}
		count *= n
	}
	values, err := readValues(b, h, count)
	if err != nil {
		return nil, err
	}
	if _, err := b.ReadByte(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("npy: there are bytes after the last of the %d values of shape %v", count, h.shape)
	}
	if h.fortran {
		values = transpose(values, h.shape)
	}
	return &Array{Shape: h.shape, Values: values, Bytes: h.kind == 'u' && h.width == 1}, nil
}

// A header says what a file holds.
type header struct {
	order   binary.ByteOrder
	kind    byte // b, i, u, f
	width   int  // bytes of a value
	fortran bool
	shape   []int
}

var errTruncated = errors.New("npy: the file ends within its header: it is truncated, so write or copy it again")

func readHeader(r io.Reader) (h header, err error) {
	start := make([]byte, 10)
	if _, err := io.ReadFull(r, start); err != nil {
		return h, fmt.Errorf("npy: not a .npy file: it ends within the first 10 bytes")
	}
	if string(start[:6]) != magic {
		return h, fmt.Errorf("npy: not a .npy file: it begins with %q", start[:6])
	}
	length := int64(binary.LittleEndian.Uint16(start[8:]))
	switch start[6] {
	case 1:
	case 2, 3:
		more := make([]byte, 2)
		if _, err := io.ReadFull(r, more); err != nil {
			return h, errTruncated
		}
		length |= int64(binary.LittleEndian.Uint16(more)) << 16
	default:
		return h, fmt.Errorf("npy: version %d of the format is unknown", start[6])
	}
	if length > maxHeader {
		return h, fmt.Errorf("npy: the header claims %d bytes, at most %d are read", length, maxHeader)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(r, text); err != nil {
		return h, errTruncated
	}
	fields, err := parseDict(string(text))
	if err != nil {
		return h, fmt.Errorf("npy: header %.80q: %w", text, err)
	}
	if err := h.set(fields); err != nil {
		return h, fmt.Errorf("npy: %w", err)
	}
	return h, nil
}

// set reads the header's fields.
func (h *header) set(fields map[string]string) error {
	for _, name := range []string{"descr", "fortran_order", "shape"} {
		if _, ok := fields[name]; !ok {
			return fmt.Errorf("the header has no %s", name)
		}
	}
	switch fields["fortran_order"] {
	case "True":
		h.fortran = true
	case "False":
	default:
		return fmt.Errorf("fortran_order is %.20q, want True or False", fields["fortran_order"])
	}
	if err := h.setType(fields["descr"]); err != nil {
		return err
	}
	shape := strings.TrimSpace(fields["shape"])
	if !strings.HasPrefix(shape, "(") || !strings.HasSuffix(shape, ")") {
		return fmt.Errorf("the shape is %.40q, want a tuple", shape)
	}
	words := strings.Split(strings.TrimSuffix(strings.TrimSpace(shape[1:len(shape)-1]), ","), ",")
	if len(words) > maxAxes {
		return fmt.Errorf("the shape has %d axes, at most %d are read", len(words), maxAxes)
	}
	for _, word := range words {
		if word = strings.TrimSpace(word); word == "" && len(words) == 1 {
			break // ()
		}
		n, err := strconv.Atoi(word)
		if err != nil || n < 0 {
			return fmt.Errorf("the shape %.80s has the length %.20q", shape, word)
		}
		h.shape = append(h.shape, n)
	}
	return nil
}

func (h *header) setType(descr string) error {
	refused := fmt.Errorf("the array holds %.40s; booleans, integers and floats can be read", descr)
	if len(descr) < 2 || (descr[0] != '\'' && descr[0] != '"') || descr[len(descr)-1] != descr[0] {
		return refused
	}
	word := descr[1 : len(descr)-1]
	h.order = binary.LittleEndian
	if word != "" && strings.ContainsRune("<>=|", rune(word[0])) {
		if word[0] == '>' {
			h.order = binary.BigEndian
		}
		word = word[1:]
	}
	switch word {
	case "b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8":
		h.kind, h.width = word[0], int(word[1]-'0')
		return nil
	}
	return refused
}

// parseDict splits the literal of a Python dictionary whose values are strings,
// words and tuples.
func parseDict(text string) (map[string]string, error) {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "{") || !strings.HasSuffix(text, "}") {
		return nil, errors.New("it is not a dictionary")
	}
	fields := make(map[string]string)
	depth, begin := 0, 0
	body := text[1:len(text)-1] + ","
	for i, c := range []byte(body) {
		switch c {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case ',':
			if depth != 0 {
				continue
			}
			field := strings.TrimSpace(body[begin:i])
			begin = i + 1
			if field == "" {
				continue
			}
			name, value, ok := strings.Cut(field, ":")
			name = strings.Trim(strings.TrimSpace(name), `'"`)
			if _, twice := fields[name]; !ok || twice {
				return nil, fmt.Errorf("the field %.40q is malformed or there twice", field)
			}
			fields[name] = strings.TrimSpace(value)
		}
	}
	return fields, nil
}

func readValues(r io.Reader, h header, count int) ([]float64, error) {
	values := make([]float64, 0, min(count, chunk))
	raw := make([]byte, min(count, chunk)*h.width)
	for len(values) < count {
		part := raw[:min(count-len(values), chunk)*h.width]
		if n, err := io.ReadFull(r, part); err != nil {
			return nil, fmt.Errorf("npy: the file ends after %d of the %d values of shape %v", len(values)+n/h.width, count, h.shape)
		}
		for ; len(part) > 0; part = part[h.width:] {
			values = append(values, h.value(part))
		}
	}
	return values, nil
}

// value decodes the value that b begins with.
func (h header) value(b []byte) float64 {
	var bits uint64
	switch h.width {
	case 1:
		bits = uint64(b[0])
	case 2:
		bits = uint64(h.order.Uint16(b))
	case 4:
		bits = uint64(h.order.Uint32(b))
	case 8:
		bits = h.order.Uint64(b)
	}
	switch h.kind {
	case 'i':
		shift := 64 - 8*h.width
		return float64(int64(bits<<shift) >> shift)
	case 'f':
		switch h.width {
		case 2:
			return half(uint16(bits))
		case 4:
			return float64(math.Float32frombits(uint32(bits)))
		}
		return math.Float64frombits(bits)
	}
	return float64(bits)
}

// half decodes a float of 16 bits.
func half(bits uint16) float64 {
	sign := 1.0
	if bits>>15 != 0 {
		sign = -1
	}
	exponent, fraction := int(bits>>10&31), float64(bits&1023)
	switch exponent {
	case 0:
		return sign * math.Ldexp(fraction, -24)
	case 31:
		if fraction != 0 {
			return math.NaN()
		}
		return math.Inf(int(sign))
	}
	return sign * math.Ldexp(1024+fraction, exponent-25)
}

// transpose puts values in Fortran's order, the first axis fastest, into C's.
func transpose(values []float64, shape []int) []float64 {
	out := make([]float64, len(values))
	index := make([]int, len(shape))
	for _, v := range values {
		at := 0
		for axis, n := range shape {
			at = at*n + index[axis]
		}
		out[at] = v
		for axis := range shape {
			if index[axis]++; index[axis] < shape[axis] {
				break
			}
			index[axis] = 0
		}
	}
	return out
}
