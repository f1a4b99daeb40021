package cloud

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/topogen/topogen/internal/npy"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/input"
)

// Parse returns the cloud that a word on a command line names: a JSON literal if
// it begins with a bracket, else a named [Shape], else a file to [Read].
func Parse(word string, seed uint64) (*ph.Points[float32], error) {
	if strings.HasPrefix(strings.TrimSpace(word), "[") {
		return decodeJSON([]byte(word))
	}
	if IsShape(word) {
		return Shape(word, seed)
	}
	if _, err := os.Stat(word); err != nil {
		return nil, fmt.Errorf("cloud: %q is neither points in JSON, as in [[0,0],[1,2]], nor a file (%w) nor a shape; shapes are %s",
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
		if p, err = input.ReadPoints[float32](f, nil); err == nil {
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

func decodeNPY(r io.Reader) (*ph.Points[float32], error) {
	a, err := npy.Read(r)
	if err != nil {
		return nil, fmt.Errorf("cloud: %w", err)
	}
	if len(a.Shape) != 2 {
		return nil, fmt.Errorf("cloud: the array has shape %v, want points × coordinates", a.Shape)
	}
	points := make([][]float64, a.Shape[0])
	for i := range points {
		points[i] = a.Values[i*a.Shape[1] : (i+1)*a.Shape[1]]
	}
	return New(points)
}
