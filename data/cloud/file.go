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
func Parse(word string, seed uint64) (*ph.Points[float32], error) {
	if strings.HasPrefix(strings.TrimSpace(word), "[") {
		return decodeJSON([]byte(word))
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
func Read(path string) (*ph.Points[float32], error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cloud: %w", err)
	}
	defer f.Close()
	var c *ph.Points[float32]
	switch filepath.Ext(path) {
	case ".json":
		var text []byte
		if text, err = io.ReadAll(f); err == nil {
			c, err = decodeJSON(text)
		}
	case ".npy":
		c, err = decodeNPY(f)
	default:
		var p ph.Points[float32]
		if p, err = input.ReadPoints[float32](f); err == nil {
			c = &p
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

func decodeJSON(text []byte) (*ph.Points[float32], error) {
	c := new(ph.Points[float32])
	if err := json.Unmarshal(text, c); err != nil {
		return nil, fmt.Errorf("cloud: %w", err)
	}
	return c, nil
}

func decodeNPY(f io.Reader) (*ph.Points[float32], error) {
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
