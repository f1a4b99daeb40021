package npy_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"codeberg.org/sbinet/npyio"
	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/npy"
)

// file returns a .npy file of the given version, header and data.
func file(version byte, header string, data ...byte) []byte {
	f := append([]byte("\x93NUMPY"), version, 0)
	if version == 1 {
		f = binary.LittleEndian.AppendUint16(f, uint16(len(header)))
	} else {
		f = binary.LittleEndian.AppendUint32(f, uint32(len(header)))
	}
	return append(append(f, header...), data...)
}

func dict(descr, fortran, shape string) string {
	return fmt.Sprintf("{'descr': %s, 'fortran_order': %s, 'shape': %s, }  \n", descr, fortran, shape)
}

func TestReadsWhatAnotherWriterWrites(t *testing.T) {
	for _, v := range []any{
		[]float64{1, -2.5, 1e300}, []float32{0.5, 3}, []int64{-1, 1 << 40}, []int32{-7}, []int16{-300, 300}, []int8{-128, 127},
		[]uint8{0, 255}, []uint16{65535}, []uint32{1 << 31}, []uint64{1 << 50}, [2][3]float32{{1, 2, 3}, {4, 5, 6}},
	} {
		var b bytes.Buffer
		require.NoError(t, npyio.Write(&b, v))
		a, err := npy.Read(&b)
		require.NoError(t, err)
		text := fmt.Sprint(v)
		got := make([]string, len(a.Values))
		for i, x := range a.Values {
			got[i] = fmt.Sprint(x)
		}
		if strings.HasPrefix(text, "[[") {
			require.Equal(t, []int{2, 3}, a.Shape)
			require.Equal(t, "1 2 3 4 5 6", strings.Join(got, " "))
			continue
		}
		var want []string
		for _, word := range strings.Fields(strings.Trim(text, "[]")) {
			var x float64
			_, err := fmt.Sscan(word, &x)
			require.NoError(t, err)
			want = append(want, fmt.Sprint(x))
		}
		require.Equal(t, want, got, "%T", v)
		_, isBytes := v.([]uint8)
		require.Equal(t, isBytes, a.Bytes)
	}
}

func TestReads(t *testing.T) {
	for name, c := range map[string]struct {
		file  []byte
		shape []int
		want  []float64
	}{
		"big endian":  {file(1, dict("'>i2'", "False", "(2,)"), 1, 0, 255, 255), []int{2}, []float64{256, -1}},
		"half":        {file(1, dict("'<f2'", "False", "(5,)"), 0, 0x3c, 0, 0xc0, 1, 0, 0xff, 0x7b, 0, 0xfc), []int{5}, []float64{1, -2, math.Ldexp(1, -24), 65504, math.Inf(-1)}},
		"boolean":     {file(1, dict("'|b1'", "False", "(3,)"), 0, 1, 1), []int{3}, []float64{0, 1, 1}},
		"fortran":     {file(1, dict("'|u1'", "True", "(2, 3)"), 1, 4, 2, 5, 3, 6), []int{2, 3}, []float64{1, 2, 3, 4, 5, 6}},
		"version 2":   {file(2, dict("'|u1'", "False", "(1, 1)"), 9), []int{1, 1}, []float64{9}},
		"scalar":      {file(1, dict("'|u1'", "False", "()"), 9), nil, []float64{9}},
		"empty":       {file(1, dict("'<f8'", "False", "(0, 5)")), []int{0, 5}, []float64{}},
		"other order": {file(1, `{"shape":(1,),"fortran_order":False,"descr":"|u1"}`, 3), []int{1}, []float64{3}},
	} {
		a, err := npy.Read(bytes.NewReader(c.file))
		require.NoError(t, err, name)
		require.Equal(t, c.shape, a.Shape, name)
		require.Equal(t, c.want, a.Values, name)
	}
}

func TestRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"empty":        {nil, "ends within the first 10 bytes"},
		"text":         {[]byte("not numpy at all"), `begins with "not nu"`},
		"version":      {file(9, ""), "version 9"},
		"long header":  {[]byte("\x93NUMPY\x02\x00\xff\xff\xff\xff"), "the header claims 4294967295 bytes"},
		"cut header":   {file(1, dict("'<f8'", "False", "(1,)"))[:30], "the file ends within its header"},
		"no dict":      {file(1, "[1, 2]"), "it is not a dictionary"},
		"unquoted":     {file(1, dict("<f8", "False", "(1,)")), "the array holds <f8"},
		"structure":    {file(1, dict("[('x', '<f8')]", "False", "(1,)")), "the array holds [('x', '<f8')]"},
		"complex":      {file(1, dict("'<c16'", "False", "(1,)")), "'<c16'"},
		"object":       {file(1, dict("'|O'", "False", "(1,)")), "'|O'"},
		"order":        {file(1, dict("'<f8'", "Maybe", "(1,)")), `fortran_order is "Maybe"`},
		"missing":      {file(1, "{'descr': '<f8'}"), "the header has no fortran_order"},
		"twice":        {file(1, "{'descr': '<f8', 'descr': '<f4'}"), "there twice"},
		"no tuple":     {file(1, dict("'<f8'", "False", "3")), "want a tuple"},
		"negative":     {file(1, dict("'<f8'", "False", "(-3,)")), `the length "-3"`},
		"word":         {file(1, dict("'<f8'", "False", "(a,)")), `the length "a"`},
		"overflow":     {file(1, dict("'<f8'", "False", "(4611686018427387904, 4)")), "more values than memory has"},
		"zero and big": {file(1, dict("'<f8'", "False", "(0, 4611686018427387904)"), 1), "bytes after the last of the 0 values"},
		"short":        {file(1, dict("'<f4'", "False", "(3,)"), 1, 2, 3, 4, 5), "ends after 1 of the 3 values"},
		"long":         {file(1, dict("'|u1'", "False", "(1,)"), 1, 2), "bytes after the last of the 1 values"},
		"axes":         {file(1, dict("'|u1'", "False", "("+strings.Repeat("1,", 40)+")"), 1), "40 axes"},
	} {
		_, err := npy.Read(bytes.NewReader(c.file))
		require.ErrorContains(t, err, c.want, name)
	}
}

func TestArchive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npz")
	f, err := os.Create(path)
	require.NoError(t, err)
	z := zip.NewWriter(f)
	w, err := z.Create("x.npy")
	require.NoError(t, err)
	_, err = w.Write(file(1, dict("'|u1'", "False", "(2,)"), 7, 8))
	require.NoError(t, err)
	_, err = z.Create("notes.txt")
	require.NoError(t, err)
	require.NoError(t, z.Close())
	require.NoError(t, f.Close())
	arrays, err := npy.ReadArchive(path)
	require.NoError(t, err)
	require.Len(t, arrays, 1)
	require.Equal(t, []float64{7, 8}, arrays["x"].Values)

	require.NoError(t, os.WriteFile(path, []byte("PK"), 0o600))
	_, err = npy.ReadArchive(path)
	require.ErrorContains(t, err, "a.npz: not a .npz file")
}

func FuzzRead(f *testing.F) {
	f.Add(file(1, dict("'<f8'", "False", "(1,)"), make([]byte, 8)...))
	f.Add(file(2, dict("'>i2'", "True", "(2, 1)"), 1, 2, 3, 4))
	f.Add([]byte("\x93NUMPY\x01\x00\x02\x00{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := npy.Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		n := 1
		for _, d := range a.Shape {
			n *= d
		}
		if n != len(a.Values) {
			t.Fatalf("%d values of shape %v", len(a.Values), a.Shape)
		}
	})
}
