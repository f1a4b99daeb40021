package input_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/input"
)

// npy returns an .npy file of version 1.
func npy(header string, values ...any) string {
	var b bytes.Buffer
	b.WriteString("\x93NUMPY\x01\x00")
	binary.Write(&b, binary.LittleEndian, uint16(len(header)))
	b.WriteString(header)
	for _, v := range values {
		binary.Write(&b, binary.LittleEndian, v)
	}
	return b.String()
}

// zipped returns an archive of one file for each content.
func zipped(contents ...string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i, c := range contents {
		f, _ := w.Create(fmt.Sprintf("arr_%d.npy", i))
		f.Write([]byte(c))
	}
	w.Close()
	return b.String()
}

const npyHeader = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }          \n"

var six = []float64{0, 1, 2, 3, 4.5, -5}

const (
	plyText = "ply\nformat ascii 1.0\ncomment made by hand\nelement vertex 2\nproperty float x\nproperty float y\nproperty uchar red\nproperty float z\nelement face 1\nproperty list uchar int vertex_indices\nend_header\n"
	offText = "OFF\n# two points\n2 0 0\n0 1 2\n3 4.5 -5\n"
)

func plyBinary(format string, order binary.ByteOrder) string {
	var b bytes.Buffer
	b.WriteString("ply\r\nformat " + format + " 1.0\r\nelement vertex 2\r\nproperty double x\r\nproperty short y\r\nproperty float z\r\nend_header\r\n")
	for _, v := range []any{0., int16(1), float32(2), 3., int16(4), float32(-5)} {
		binary.Write(&b, order, v)
	}
	return b.String()
}

func TestFormatsOfPoints(t *testing.T) {
	for name, c := range map[string]struct {
		format input.Format
		data   string
		y      float64 // of the second point
	}{
		"OFF":                       {input.OFF, offText, 4.5},
		"OFF, counts beside it":     {input.OFF, "OFF 2 0 0\n0 1 2\n3 4.5 -5\n", 4.5},
		"OFF without edges":         {input.OFF, "OFF\n2 1\n0 1 2\n3 4.5 -5\n3 0 1 1\n", 4.5},
		"COFF":                      {input.OFF, "COFF\n2 0 0\n0 1 2 255 0 0 255\n3 4.5 -5 0 0 0 1\n", 4.5},
		"OFF as a cloud":            {input.PointCloud, offText, 4.5},
		"OFF with CR":               {input.PointCloud, strings.ReplaceAll(offText, "\n", "\r"), 4.5},
		"PLY":                       {input.PLY, plyText + "0 1 255 2\n3 4.5 0 -5\n3 0 1 1\n", 4.5},
		"PLY as a cloud":            {input.PointCloud, plyText + "0 1 255 2\n3 4.5 0 -5", 4.5},
		"PLY, little-endian":        {input.PLY, plyBinary("binary_little_endian", binary.LittleEndian), 4},
		"PLY, big-endian":           {input.PLY, plyBinary("binary_big_endian", binary.BigEndian), 4},
		"NPY":                       {input.NPY, npy(npyHeader, six), 4.5},
		"NPY, columns first":        {input.NPY, npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3)}", []float32{0, 3, 1, 4.5, 2, -5}), 4.5},
		"NPY of integers":           {input.NPY, npy("{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3)}", []int16{0, 1, 2, 3, 4, -5}), 4},
		"NPY of bytes":              {input.NPY, npy("{'descr': '|i1', 'fortran_order': False, 'shape': (2,3)}", []int8{0, 1, 2, 3, 4, -5}), 4},
		"NPZ":                       {input.NPZ, zipped(npy(npyHeader, six)), 4.5},
		"CSV with a heading":        {input.PointCloud, "\"x\",\"y\",\"z\"\n0,1,2\n3,4.5,-5\n", 4.5},
		"semicolons and blanks":     {input.PointCloud, "0; 1; 2\n3 ;4.5;\t-5\n", 4.5},
		"lines end with CR":         {input.PointCloud, "0 1 2\r3 4.5 -5\r", 4.5},
		"UTF-8 with a mark":         {input.PointCloud, "\ufeffx y z\r\n0 1 2\r\n3 4.5 -5\r\n", 4.5},
		"words that name columns":   {input.PointCloud, "lon,lat,id_1\n0,1,2\n3,4.5,-5", 4.5},
		"a comma after the last":    {input.PointCloud, "0,1,2,\n3,4.5,-5,\n", 4.5},
		"a separator for each line": {input.PointCloud, "0,1,2\n3;4.5;-5\n", 4.5},
		"a comment with separators": {input.PointCloud, "0,1,2 # a, b; c\n3,4.5,-5#\n", 4.5},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := input.Read[float64](strings.NewReader(c.data), c.format, nil)
			require.NoError(t, err)
			require.Equal(t, ph.Points[float64]{Dim: 3, Coords: []float64{0, 1, 2, 3, c.y, -5}}, d)
		})
	}
	p, err := input.Read[float32](strings.NewReader(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (6,)}", six)), input.NPY, nil)
	require.NoError(t, err)
	require.Equal(t, ph.Points[float32]{Dim: 1, Coords: []float32{0, 1, 2, 3, 4.5, -5}}, p)
}

func TestNotes(t *testing.T) {
	for _, c := range []struct {
		format     input.Format
		text, want string
	}{
		{input.PointCloud, "\nlon  lat\n1 2\n", "line 2 is skipped as a heading: lon lat"},
		{input.LowerDistance, "1 2 3 4\n5 6", "6 numbers in 2 lines are read as one wrapped line: line 1 has 4 numbers and line 2 has 2: this is not how a matrix of the format lower-distance begins"},
		{input.Distance, "0 1 2.00001\n1 0 3\n2 3 0", "the matrix is made symmetric, not negative and 0 on its diagonal, which changes distances by up to 5e-06 (points 2 and 0)"},
		{input.Distance, "0 1 2\n1 3e-4 3\n2 3 0", "the matrix is made symmetric, not negative and 0 on its diagonal, which changes distances by up to 0.0003 (points 1 and 1)"},
		{input.Distance, "0 -1e-16 2\n1e-16 0 3\n2 3 0", "the matrix is made symmetric, not negative and 0 on its diagonal, which changes distances by up to 1e-16 (points 1 and 0)"},
	} {
		var notes []string
		_, err := input.Read[float64](strings.NewReader(c.text), c.format, func(s string) { notes = append(notes, s) })
		require.NoError(t, err, c.text)
		require.Equal(t, []string{c.want}, notes)
	}
	_, err := input.Read[float64](strings.NewReader("0 1\n1 0\n"), input.Distance, func(s string) { t.Error(s) })
	require.NoError(t, err, "nothing to say")
}

// A matrix of rounding errors is one of distances.
func TestMatricesOfRounding(t *testing.T) {
	const n = 7
	for name, metric := range map[string]func(u, v []float32) float64{
		"1 − cosine": func(u, v []float32) float64 { return float64(1 - cosine(u, v)) },
		"arccos":     func(u, v []float32) float64 { return math.Acos(min(1, max(-1, float64(cosine(u, v))))) },
	} {
		var text strings.Builder
		for i := range n {
			for j := range n {
				fmt.Fprintf(&text, " %v", float32(metric(vector(i), vector(j))))
			}
			text.WriteString("\n")
		}
		d, err := input.Read[float32](strings.NewReader(text.String()), input.Distance, nil)
		require.NoError(t, err, name)
		require.Equal(t, n, d.Len())
	}
}

func vector(i int) []float32 {
	v := make([]float32, 5)
	for k := range v {
		v[k] = float32(math.Sin(float64(3*i*i + 7*k + i)))
	}
	return v
}

func cosine(u, v []float32) float32 {
	var uv, uu, vv float32
	for k := range u {
		uv, uu, vv = uv+u[k]*v[k], uu+u[k]*u[k], vv+v[k]*v[k]
	}
	return uv / float32(math.Sqrt(float64(uu))) / float32(math.Sqrt(float64(vv)))
}

func TestInfiniteDistances(t *testing.T) {
	want := ph.Sparse[float64]{N: 3, Entries: []ph.Entry[float64]{{I: 1, J: 0, Distance: 1}, {I: 2, J: 1, Distance: 3}}}
	for format, text := range map[input.Format]string{
		input.Distance: "0 1 inf\n1 0 3\nInfinity 3 0", input.LowerDistance: "1\ninf 3", input.UpperDistance: "1 +Inf\n3",
	} {
		d, err := input.Read[float64](strings.NewReader(text), format, nil)
		require.NoError(t, err)
		require.Equal(t, want, d)
		result, err := ph.Rips(t.Context(), d, ph.Options{MaxDegree: 1})
		require.NoError(t, err)
		require.Len(t, result.Diagrams()[0].Bars, 3)
	}
	d, err := input.Read[float64](strings.NewReader("1 0 1\n2 1 3\n0 2 inf\n"), input.Sparse, nil)
	require.NoError(t, err)
	require.Equal(t, want, d)
}

func TestDiagrams(t *testing.T) {
	var notes []string
	got, err := input.ReadDiagrams(strings.NewReader("# degree birth death\n0 0 2\n0 0 inf\n2 1 1.5\n2 0 3 3.5\n0 -1 0.5\n"), func(s string) { notes = append(notes, s) })
	require.NoError(t, err)
	require.Empty(t, notes)
	require.Len(t, got, 3)
	require.Equal(t, "degree 0: [-1, 0.5) [0, 2) [3, 3.5) [0, ∞)", fmt.Sprint(got[0]))
	require.Equal(t, "degree 1: no bars", fmt.Sprint(got[1]))
	require.Equal(t, "degree 2: [1, 1.5)", fmt.Sprint(got[2]))
	for text, want := range map[string]string{
		"":             "no bars: want a degree, a birth and a death in a line",
		"1":            "line 1: 1 numbers: want a degree, a birth and a death",
		"0 1 2 3 4":    "line 1: 5 numbers: want a degree, a birth and a death",
		"\n-1 0 1":     "line 2: -1 is not a degree: want an integer from 0 to 1000",
		"0.5 0 1":      "line 1: 0.5 is not a degree: want an integer from 0 to 1000",
		"1e9 0 1":      "line 1: 1e+09 is not a degree: want an integer from 0 to 1000",
		"0 inf inf":    "line 1: a bar is born at +Inf: births must be finite",
		"0 3 1":        "line 1: a bar is born at 3 and dies at 1, before its birth",
		"0 0 1\n0 x 2": `line 2: "x" is not a number`,
		"0 0 nan":      "line 1: nan: numbers must be finite",
	} {
		_, err := input.ReadDiagrams(strings.NewReader(text), nil)
		require.EqualError(t, err, want, text)
	}
}

func TestDiagramsInJSON(t *testing.T) {
	const list = ` [{"degree":2,"bars":[[0,null],[1,1.5]]},{"degree":0,"bars":[[0,2]],"edges":[[[1,1],[1,0]]]}]`
	for _, text := range []string{list, "\ufeff" + list, `{"points":3,"diagrams":` + list + "}\n"} {
		got, err := input.ReadDiagrams(strings.NewReader(text), nil)
		require.NoError(t, err)
		require.Equal(t, "[degree 0: [0, 2) degree 1: no bars degree 2: [1, 1.5) [0, ∞)]", fmt.Sprint(got))
		require.Equal(t, ph.Cell{U: 1, V: 0}, got[0].Bars[0].DeathCell)
	}
	for text, want := range map[string]string{
		`[]`:                            `no diagrams`,
		`{"diagrams":[]}`:               `no diagrams`,
		`{"points":3}`:                  `the object has no "diagrams"`,
		`{"diagrams":null}`:             `no diagrams`,
		`{"diagrams":[],"Diagrams":[]}`: `the object has the key "Diagrams" twice`,
		`[{"degree":0,"bars":[]}`:       `unexpected`,
		`[{"degree":0,"bars":[]}] 1`:    `bytes after the diagrams`,
		`[{"degree":0,"bars":[]},{"degree":0,"bars":[[0,1]]}]`: `two diagrams of degree 0`,
		`[{"degree":1001,"bars":[]}]`:                          `degree 1001: want at most 1000`,
		`[{"degree":0,"bars":[[2,1]]}]`:                        `before its birth`,
		`[{"degree":0,"bars":[[null,1]]}]`:                     `no birth`,
		`[{"degree":0}]`:                                       `has no bars`,
		`[3]`:                                                  `not a diagram`,
	} {
		_, err := input.ReadDiagrams(strings.NewReader(text), nil)
		require.ErrorContains(t, err, want, text)
	}
	path := filepath.Join(t.TempDir(), "bars.json")
	require.NoError(t, os.WriteFile(path, []byte("[]"), 0o600))
	_, err := input.ReadDiagramsFile(path, nil)
	require.ErrorContains(t, err, path+": no diagrams")
	_, err = input.ReadDiagramsFile(path+"x", nil)
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func FuzzReadDiagrams(f *testing.F) {
	f.Add([]byte("0 0 2\n0 0 inf\n2 1 1.5\n"))
	f.Add([]byte("2 0 3 3.5\r-1 2"))
	f.Add([]byte(`{"points":4,"diagrams":[{"degree":1,"bars":[[0,1],[0,null]],"edges":[[[1,1],[1,0]],[[0,0],null]]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		diagrams, err := input.ReadDiagrams(bytes.NewReader(data), nil)
		if err != nil {
			return
		}
		for degree, d := range diagrams {
			require.Equal(t, degree, d.Degree)
			_, err := d.MarshalJSON()
			require.NoError(t, err)
		}
	})
}

// TestFormatOf: first bytes tell the format, and no text of numbers is taken for another.
func TestFormatOf(t *testing.T) {
	dipha, lower := binaries()
	for want, files := range map[input.Format][]string{
		input.OFF:   {offText, "COFF\n2", "OFF 2 0 0", "OFF#"},
		input.PLY:   {plyText, plyBinary("binary_big_endian", binary.BigEndian)},
		input.NPY:   {npy(npyHeader, six)},
		input.NPZ:   {zipped(npy(npyHeader, six)), zipped()},
		input.DIPHA: {string(dipha)},
		"":          {"", "1", "1 2 3\n", "OFF", "plyx", "0,1", string(lower), string(dipha[:7]), "\ufeff1 2"},
	} {
		for _, file := range files {
			require.Equal(t, want, input.FormatOf([]byte(file)), "%.20q", file)
		}
	}
	array := npyOf("'<f8'", "(2, 2)", []float64{0, 1, 1, 0})
	for _, file := range []string{array, zipped(array)} {
		d, err := input.ReadPrecomputed[float64](strings.NewReader(file), input.PointCloud, nil)
		require.NoError(t, err)
		require.Equal(t, 1., d.Distance(0, 1))
		p, err := input.ReadPoints[float64](strings.NewReader(file), nil)
		require.NoError(t, err)
		require.Equal(t, ph.Points[float64]{Dim: 2, Coords: []float64{0, 1, 1, 0}}, p)
	}
}
