package cloud

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"codeberg.org/sbinet/npyio"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/input"
)

// Parse returns the cloud that a word on a command line names: a JSON literal if
// it begins with a bracket, else a named [Shape], else a file to [Read].
func Parse(word string, seed uint64) (*Cloud, error) {
	if strings.HasPrefix(strings.TrimSpace(word), "[") {
		return decodeJSON(strings.NewReader(word))
	}
	head, _, _ := strings.Cut(word, ",")
	name, _, _ := strings.Cut(head, ":")
	if _, ok := shapes[name]; ok {
		return Shape(word, seed)
	}
	if _, err := os.Stat(word); err != nil {
		return nil, fmt.Errorf("cloud: %q is no literal, no file (%w) and no shape; shapes are %s",
			word, err, shapeNames())
	}
	return Read(word)
}

// Read reads a cloud from a file. The name's ending tells the format: .json
// holds [[x,y],…], .npy a numeric array of rank 2, anything else (.csv, .txt,
// .xyz) a point in each line, as [input.PointCloud] has it.
func Read(path string) (*Cloud, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cloud: %w", err)
	}
	defer f.Close()
	var c *Cloud
	switch filepath.Ext(path) {
	case ".json":
		c, err = decodeJSON(f)
	case ".npy":
		c, err = decodeNPY(f)
	default:
		var p ph.Points[float32]
		if p, err = input.ReadPoints[float32](f); err == nil {
			c = &Cloud{p.Dim, p.Coords}
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

func decodeJSON(r io.Reader) (*Cloud, error) {
	var list [][]*float64 // to tell null from 0
	d := json.NewDecoder(r)
	if err := d.Decode(&list); err != nil {
		return nil, fmt.Errorf("cloud: not a list of points like [[0,0],[1,0],[0,1]]: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("cloud: more text after the list of points")
	}
	points := make([][]float64, len(list))
	for i, p := range list {
		for k, x := range p {
			if x == nil {
				return nil, fmt.Errorf("cloud: point %d, coordinate %d is null", i, k)
			}
			points[i] = append(points[i], *x)
		}
	}
	return New(points)
}

func decodeNPY(f io.Reader) (*Cloud, error) {
	data, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	r, err := openNPY(data)
	if err != nil {
		return nil, fmt.Errorf("cloud: not a .npy file: %w", err)
	}
	shape, fortran := r.Header.Descr.Shape, r.Header.Descr.Fortran
	if len(shape) != 2 {
		return nil, fmt.Errorf("cloud: the array has shape %v, want points × coordinates", shape)
	}
	// No value is shorter than a byte.
	if n, dim := shape[0], shape[1]; n < 0 || dim < 0 || n > 0 && dim > len(data)/n {
		return nil, fmt.Errorf("cloud: the array's shape %v asks for more values than the file has", shape)
	}
	var values []float64
	switch kind := strings.Trim(r.Header.Descr.Type, "'<>=|"); kind {
	case "f8":
		err = r.Read(&values)
	case "f4":
		values, err = readAs[float32](r)
	case "i8":
		values, err = readAs[int64](r)
	case "i4":
		values, err = readAs[int32](r)
	case "u1":
		values, err = readAs[uint8](r)
	default:
		return nil, fmt.Errorf("cloud: the array holds %q; float64, float32, int64, int32 and uint8 can be read", kind)
	}
	if err != nil {
		return nil, fmt.Errorf("cloud: reading the array: %w", err)
	}
	if len(values) != shape[0]*shape[1] {
		return nil, fmt.Errorf("cloud: the array holds %d values, its shape is %v", len(values), shape)
	}
	points := make([][]float64, shape[0])
	for i := range points {
		points[i] = make([]float64, shape[1])
		for k := range points[i] {
			if fortran {
				points[i][k] = values[k*shape[0]+i]
			} else {
				points[i][k] = values[i*shape[1]+k]
			}
		}
	}
	return New(points)
}

// openNPY reads the header. The package panics where that is cut short.
func openNPY(data []byte) (r *npyio.Reader, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("its header is cut short")
		}
	}()
	return npyio.NewReader(bytes.NewReader(data))
}

func readAs[T float32 | int64 | int32 | uint8](r *npyio.Reader) ([]float64, error) {
	var raw []T
	if err := r.Read(&raw); err != nil {
		return nil, err
	}
	values := make([]float64, len(raw))
	for i, v := range raw {
		values[i] = float64(v)
	}
	return values, nil
}

// MarshalJSON writes the cloud as [[x,y],…].
func (c *Cloud) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('[')
	for i := range c.Len() {
		if i > 0 {
			b.WriteByte(',')
		}
		point, err := json.Marshal(c.Point(i))
		if err != nil {
			return nil, fmt.Errorf("cloud: point %d: %w", i, err)
		}
		b.Write(point)
	}
	b.WriteByte(']')
	return b.Bytes(), nil
}

// UnmarshalJSON reads a cloud written as [[x,y],…].
func (c *Cloud) UnmarshalJSON(data []byte) error {
	read, err := decodeJSON(bytes.NewReader(data))
	if err != nil {
		return err
	}
	*c = *read
	return nil
}
