package input_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/input"
)

// full is the matrix that most texts below hold.
var full = [][]float64{{0, 1, 2, 4}, {1, 0, 3, 5}, {2, 3, 0, 6}, {4, 5, 6, 0}}

func TestMatrices(t *testing.T) {
	for name, c := range map[string]struct {
		format input.Format
		text   string
	}{
		"lower":                  {input.LowerDistance, "1\n2 3\n4 5 6\n"},
		"as Ripser has it":       {input.LowerDistance, "\n1,\n2,3,\n4,5,6"},
		"with a byte-order mark": {input.LowerDistance, "\ufeff1\n2 3\n4 5 6\n"},
		"no end of line":         {input.LowerDistance, "1\n2\t3\r\n  4;5 ;6"},
		"one line":               {input.LowerDistance, "1 2 3 4 5 6"},
		"one column":             {input.LowerDistance, "1\n2\n3\n4\n5\n6\n"},
		"full as lower":          {input.LowerDistance, "0 1 2 4\n1 0 3 5\n2 3 0 6\n4 5 6 0\n"},
		"comments":               {input.LowerDistance, "# made by hand\n1 # 1, 0\n\n2 3\n#\n4 5 6#end"},
		"upper":                  {input.UpperDistance, "1 2 4\n3 5\n6\n"},
		"upper in one line":      {input.UpperDistance, "1,2,4,3,5,6"},
		"upper in one column":    {input.UpperDistance, "1\n2\n4\n3\n5\n6"},
		"full as upper":          {input.UpperDistance, "0 1 2 4\n1 0 3 5\n2 3 0 6\n4 5 6 0\n"},
		"full":                   {input.Distance, "0,1,2,4\n1,0,3,5\n2,3,0,6\n4,5,6,0\n"},
		"with diagonal":          {input.Distance, "0\n1 0\n2 3 0\n4 5 6 0"},
		"lower as full":          {input.Distance, "\n1\n2 3\n4 5 6\n"},
		"with another diagonal":  {input.Distance, "1\n1 1\n2 3 1\n4 5 6 1"},
		"lines end with CR":      {input.LowerDistance, "1\r2 3\r4 5 6\r"},
		"wrapped":                {input.LowerDistance, "1 2 3 4\n5 6"},
		"wrapped as a square":    {input.LowerDistance, "1 2\n3 4\n5 6"},
		"upper, wrapped":         {input.UpperDistance, "1 2 4 3\n5 6"},
		"negative zeros":         {input.Distance, "-0,1,2,4\n1,0,3,5\n2,3,-1e-9,6\n4,5,6,0\n"},
		"a diagonal of rounding": {input.Distance, "1e-4,1,2,4\n1,0,3,5\n2,3,0,6\n4,5,6,-2e-16\n"},
	} {
		t.Run(name, func(t *testing.T) {
			single, err := input.Read[float32](strings.NewReader(c.text), c.format, nil)
			require.NoError(t, err)
			double, err := input.Read[float64](strings.NewReader(c.text), c.format, nil)
			require.NoError(t, err)
			require.Equal(t, len(full), single.Len())
			require.Equal(t, len(full), double.Len())
			for i, row := range full {
				for j, v := range row {
					require.Equal(t, v, single.Distance(i, j), "%d, %d", i, j)
					require.Equal(t, v, double.Distance(i, j), "%d, %d", i, j)
				}
			}
		})
	}
}

func TestFewPoints(t *testing.T) {
	for _, c := range []struct {
		format input.Format
		text   string
		want   int
	}{
		{input.LowerDistance, "0", 2}, {input.LowerDistance, "0\n0 0", 3}, {input.UpperDistance, "7", 2},
		{input.Distance, "0", 1}, {input.Distance, "0 1\n1 0", 2}, {input.LowerDistance, "0 0\n0 0", 2},
		{input.PointCloud, "3", 1}, {input.Sparse, "0 0 0", 1}, {input.Sparse, "0 3 1", 4},
	} {
		d, err := input.Read[float32](strings.NewReader(c.text), c.format, nil)
		require.NoError(t, err, "%q", c.text)
		require.Equal(t, c.want, d.Len(), "%q", c.text)
	}
}

func TestPoints(t *testing.T) {
	for _, text := range []string{"0 1\n2 3.5\n-4e-1 5", "x,y\n0,1\n\n2;3.5,\r\n-0.4 5\n", "# three\nx y\n0 1 # first\n2 3.5\n-.4\t+5",
		"\ufeff0 1\n2 3.5\n-.4 5", "\ufeff\"x\", \"y\" # axes\n\n0 1\n2 3.5\n-.4 5"} {
		p, err := input.ReadPoints[float32](strings.NewReader(text), nil)
		require.NoError(t, err)
		require.Equal(t, ph.Points[float32]{Dim: 2, Coords: []float32{0, 1, 2, 3.5, -0.4, 5}}, p, text)
	}
	p, err := input.ReadPoints[float64](strings.NewReader("0.1"), nil)
	require.NoError(t, err)
	require.Equal(t, 0.1, p.Coords[0])
	// Words that the scanner's buffer ends within.
	long := strings.Repeat("0.25 ", 100_000)
	p, err = input.ReadPoints[float64](strings.NewReader(long), nil)
	require.NoError(t, err)
	require.Len(t, p.Coords, 100_000)
	for _, v := range p.Coords {
		require.Equal(t, 0.25, v)
	}
}

func TestSparse(t *testing.T) {
	d, err := input.Read[float64](strings.NewReader("0 1 0.5\n\n3,1,2.5 # far\n1 1 0\n4 0 0"), input.Sparse, nil)
	require.NoError(t, err)
	require.Equal(t, ph.Sparse[float64]{N: 5, Entries: []ph.Entry[float64]{
		{I: 0, J: 1, Distance: 0.5}, {I: 3, J: 1, Distance: 2.5}, {I: 4, J: 0}}}, d)
}

// binaries returns the full matrix as DIPHA has it, and its lower half as
// float32 numbers.
func binaries() (dipha, lower []byte) {
	var a, b bytes.Buffer
	write := func(to *bytes.Buffer, values ...any) {
		for _, v := range values {
			if err := binary.Write(to, binary.LittleEndian, v); err != nil {
				panic(err)
			}
		}
	}
	write(&a, int64(8067171840), int64(7), int64(len(full)))
	for i, row := range full {
		write(&a, row)
		for _, v := range row[:i] {
			write(&b, float32(v))
		}
	}
	return a.Bytes(), b.Bytes()
}

func TestBinary(t *testing.T) {
	dipha, lower := binaries()
	for format, data := range map[input.Format][]byte{input.DIPHA: dipha, input.Binary: lower} {
		d, err := input.Read[float32](bytes.NewReader(data), format, nil)
		require.NoError(t, err)
		require.Equal(t, 4, d.Len())
		for i, row := range full {
			for j, v := range row {
				require.Equal(t, v, d.Distance(i, j))
			}
		}
	}
	change := func(data []byte, at int, v any) string {
		var b bytes.Buffer
		require.NoError(t, binary.Write(&b, binary.LittleEndian, v))
		changed := bytes.Clone(data)
		copy(changed[at:], b.Bytes())
		return string(changed)
	}
	for _, c := range []struct {
		format     input.Format
		data, want string
	}{
		{input.DIPHA, "", "too short: the header of a DIPHA file is 24 bytes long"},
		{input.DIPHA, strings.Repeat("text", 9), "not a DIPHA file: it begins with"},
		{input.DIPHA, change(dipha, 8, int64(5)), "type 5: want type 7, a matrix of distances"},
		{input.DIPHA, change(dipha, 16, int64(-1)), "a DIPHA file of -1 points"},
		{input.DIPHA, change(dipha, 16, int64(1e6)), "too short: it ends in row 0 of 1000000"},
		{input.DIPHA, string(dipha[:len(dipha)-1]), "too short: it ends in row 3 of 4"},
		{input.DIPHA, string(dipha) + "x", "more after the 4² distances"},
		{input.DIPHA, change(dipha, 24+8, math.NaN()), "row 0, column 1 is NaN"},
		{input.DIPHA, change(dipha, 24+8, 1e60), "row 0, column 1 is 1e+60, too large for a number of 32 bits"},
		{input.DIPHA, change(dipha, 24+8, 9.), "row 1: the distance of points 1 and 0 is 1, in row 0 it is 9"},
		{input.DIPHA, change(dipha, 24, 9.), "row 0: the distance of point 0 to itself is 9"},
		{input.Binary, "", "no distances"},
		{input.Binary, string(lower[:len(lower)-1]), "not a multiple of 4 bytes"},
		{input.Binary, string(lower[4:]), "5 numbers are not the distances of any number of points: 4 points have 6"},
		{input.Binary, change(lower, 8, float32(-2)), "row 2, column 1 is -2"},
	} {
		_, err := input.Read[float32](strings.NewReader(c.data), c.format, nil)
		require.ErrorContains(t, err, c.want)
	}
}

func TestReadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "points.txt")
	require.NoError(t, os.WriteFile(path, []byte("0 0\n3 4\n"), 0o600))
	d, err := input.ReadFile[float64](path, input.PointCloud, nil)
	require.NoError(t, err)
	require.Equal(t, 5., d.Distance(0, 1))
	_, err = input.ReadFile[float64](path, input.Sparse, nil)
	require.ErrorContains(t, err, "points.txt: line 1: 2 numbers")
	_, err = input.ReadFile[float64](path+"x", input.Sparse, nil)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func FuzzRead(f *testing.F) {
	dipha, lower := binaries()
	for k := range input.Formats() {
		f.Add(uint8(k), []byte("0 1 2\n1 0 3\n2 3 0"))
		f.Add(uint8(k), []byte("\n1\n2,3,\n# x"))
		f.Add(uint8(k), dipha)
		f.Add(uint8(k), lower)
		f.Add(uint8(k), []byte(offText))
		f.Add(uint8(k), []byte(plyText+"0 1 255 2\n3 4.5 0 -5\n"))
		f.Add(uint8(k), []byte(plyBinary("binary_big_endian", binary.BigEndian)))
		f.Add(uint8(k), []byte(npy(npyHeader, six)))
		f.Add(uint8(k), []byte(zipped(npy(npyHeader, six))))
		f.Add(uint8(k), []byte("1\r2;inf\rNA -1"))
	}
	f.Fuzz(func(t *testing.T, k uint8, data []byte) {
		format := input.Formats()[int(k)%len(input.Formats())]
		d, err := input.Read[float32](bytes.NewReader(data), format, nil)
		if err != nil {
			return
		}
		if d.Len() == 0 {
			t.Fatalf("%s %q: no points and no error", format, data)
		}
		if d.Len() > 100 {
			return
		}
		if _, err := ph.Rips(t.Context(), d, ph.Options{MaxDegree: 1}); err != nil {
			t.Fatalf("%s %q is read but refused: %v", format, data, err)
		}
	})
}

func ExampleReadFile() {
	d, err := input.ReadFile[float32]("../../docs/circle.txt", input.PointCloud, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := ph.Rips(context.Background(), d, ph.Options{MaxDegree: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3v\n", result.Diagrams()[1])
	// Output: degree 1: [0.116, 0.124) [0.124, 0.135) [0.135, 0.143) [0.126, 0.144) [0.156, 0.17) [0.151, 0.182) [0.179, 0.186) [0.324, 0.555) [0.249, 1.61)
}

// A triangle with the sides 3, 4 and 5, as what lies below the diagonal.
func ExampleRead() {
	d, err := input.Read[float32](strings.NewReader("3\n4 5\n"), input.LowerDistance, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := ph.Rips(context.Background(), d, ph.Options{MaxDegree: 1})
	fmt.Println(result.Diagrams()[0], err)
	// Output: degree 0: [0, 3) [0, 4) [0, ∞) <nil>
}
