package safetensors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

func TestRoundTrip(t *testing.T) {
	f := &File{
		Tensors: []Tensor{
			{"a.weight", []int{2, 3}, []float32{1, -2, 3.5, float32(math.Inf(1)), 0, 1e-40}},
			{"empty", []int{0, 4}, []float32{}},
			{"scalar", []int{}, []float32{7}},
			{"ünïcode \"quoted\"", []int{1}, []float32{8}},
		},
		Metadata: map[string]string{"format": "pt", "steps": "12"},
	}
	var b bytes.Buffer
	require.NoError(t, Write(&b, f))
	length := binary.LittleEndian.Uint64(b.Bytes())
	require.Zero(t, length%8, "values are aligned")
	got, err := Read(&b)
	require.NoError(t, err)
	require.Equal(t, f, got)
	require.Equal(t, &f.Tensors[2], got.Tensor("scalar"))
	require.Nil(t, got.Tensor("absent"))
}

// TestReference reads a file of the reference implementation, version 0.8.0 for
// Python, and writes the same bytes.
func TestReference(t *testing.T) {
	const path = "testdata/reference.safetensors"
	inf := float32(math.Inf(1))
	want := &File{
		Tensors: []Tensor{
			{"decoder.bias", []int{5}, []float32{inf, -inf, float32(math.Copysign(0, -1)), 1e-40, math.MaxFloat32}},
			{"empty", []int{0, 4}, []float32{}},
			{"encoder.weight", []int{2, 3}, []float32{-1, -0.75, -0.5, -0.25, 0, 0.25}},
			{"größe \"β\"", []int{1, 1, 1}, []float32{0.1}},
			{"scalar", []int{}, []float32{7}},
		},
		Metadata: map[string]string{"format": "np"},
	}
	got, err := ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, want, got)
	reference, err := os.ReadFile(path)
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, Write(&b, got))
	require.Equal(t, string(reference), b.String())
}

// TestOrder reads tensors whose header is not in the order of their values.
func TestOrder(t *testing.T) {
	f, err := Read(bytes.NewReader(raw(`{
		"d":{"dtype":"F32","shape":[0,2],"data_offsets":[12,12]},
		"c":{"dtype":"F32","shape":[2],"data_offsets":[4,12]},
		"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},
		"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0],"comment":{"ignored":[1]}}}`, 12)))
	require.NoError(t, err)
	var names string
	for _, x := range f.Tensors {
		names += x.Name
	}
	require.Equal(t, "abcd", names)
}

func TestFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weights.safetensors")
	_, err := ReadFile(path)
	require.ErrorIs(t, err, fs.ErrNotExist)
	long := make([]float32, 3*chunk+5)
	for i := range long {
		long[i] = float32(i)
	}
	f := &File{Tensors: []Tensor{{"x", []int{len(long)}, long}}}
	require.NoError(t, WriteFile(path, f))
	got, err := ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, f, got)

	err = WriteFile(path, &File{Tensors: []Tensor{{"x", []int{2}, nil}}})
	require.ErrorContains(t, err, path)
	require.ErrorContains(t, err, `tensor "x" of shape [2] has 0 values, want 2`)
	got, err = ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, f, got, "a file that cannot be written leaves the old one")

	require.NoError(t, os.Truncate(path, 1000))
	_, err = ReadFile(path)
	require.ErrorContains(t, err, path)
	require.ErrorContains(t, err, `within tensor "x"`)
}

// TestFailingStreams tells a device's failure from a file that is too short.
func TestFailingStreams(t *testing.T) {
	var b bytes.Buffer
	values := make([]float32, chunk+1)
	require.NoError(t, Write(&b, &File{Tensors: []Tensor{{"x", []int{len(values)}, values}}}))
	data, broken := b.Bytes(), errors.New("broken")
	header := 8 + int(binary.LittleEndian.Uint64(data))
	for _, n := range []int{0, 5, 20, header, header + 3, len(data)} {
		_, err := Read(io.MultiReader(bytes.NewReader(data[:n]), iotest.ErrReader(broken)))
		require.ErrorIs(t, err, broken, "%d bytes", n)
		require.ErrorIs(t, Write(&limited{n, broken}, &File{Tensors: []Tensor{{"x", []int{len(values)}, values}}}), broken, "%d bytes", n)
	}
}

// limited fails where its room ends.
type limited struct {
	room int
	err  error
}

func (l *limited) Write(p []byte) (int, error) {
	if l.room -= len(p); l.room <= 0 {
		return 0, l.err
	}
	return len(p), nil
}

func TestWriteRefuses(t *testing.T) {
	for _, c := range []struct {
		file File
		want string
	}{
		{File{Tensors: []Tensor{{"x", []int{2}, []float32{1}}}}, `tensor "x" of shape [2] has 1 values, want 2`},
		{File{Tensors: []Tensor{{"x", []int{1}, []float32{1}}, {"x", []int{1}, []float32{1}}}}, `"x" is already taken`},
		{File{Tensors: []Tensor{{"__metadata__", []int{1}, []float32{1}}}}, `"__metadata__" is already taken`},
		{File{Tensors: []Tensor{{"x", []int{-1}, nil}}}, `tensor "x": negative length`},
		{File{Tensors: []Tensor{{"x", []int{math.MaxInt, 3}, nil}}}, "too large"},
		{File{Tensors: []Tensor{{"x\xff", []int{}, []float32{1}}}}, "not UTF-8"},
		{File{Metadata: map[string]string{"a": "\xff"}}, "not UTF-8"},
	} {
		var b bytes.Buffer
		require.ErrorContains(t, Write(&b, &c.file), c.want)
		require.Zero(t, b.Len(), "nothing is written")
	}
}

func raw(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, data)...)
}

func TestReadRefuses(t *testing.T) {
	for _, c := range []struct {
		data []byte
		want string
	}{
		{nil, "header's length"},
		{[]byte("<!DOCTYPE html>........"), "this is not a safetensors file"},
		{raw(`{}`, 0)[:9], "ends within its header"},
		{raw(`[]`, 0), "not a JSON object"},
		{raw(`{"x":3}`, 0), `tensor "x"`},
		{raw(`{"x":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}`, 8), `tensor "x" is of type "C64"; the types that can be read are BF16, BOOL, F16, F32, F64, F8_E4M3`},
		{raw(`{"x":{"dtype":"F16","shape":[2],"data_offsets":[0,2]}}`, 2), `tensor "x" of type F16 and shape [2] lies at bytes 0 to 2, expected 4 bytes from 0`},
		{raw(`{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, 4), "expected 8 bytes from 0"},
		{raw(`{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 3), "truncated"},
		{raw(`{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 5), "bytes follow the last tensor"},
		{raw(`{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8), "expected 4 bytes from 0"},
		{raw(`{"x":{"dtype":"F32","shape":[1],"data_offsets":[2,4]}}`, 4), "expected 4 bytes from 0"},
		{raw(`{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4), `tensor "y"`},
		{raw(`{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8), "twice"},
		{raw(`{"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}`, 0), "too large"},
		{raw(`{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,0]}}`, 0), `tensor "x": shape`},
		{raw(`{"x":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}`, 0), `tensor "x"`},
		{raw(`{"__metadata__":{"a":1}}`, 0), "metadata"},
		{raw(`{} {}`, 0), "more text"},
		{raw(`{"x":`, 0), "tensor"},
		{raw(` {}`, 0), "not a JSON object"},
		{raw("{\"\xff\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}", 4), "UTF-8"},
		{raw(`{"x":{"shape":[],"data_offsets":[0,4]}}`, 4), `tensor "x" is of type ""`},
		{raw(`{"x":{"dtype":"F32","data_offsets":[0,4]}}`, 4), `tensor "x" has no shape`},
		{raw(`{"x":{"dtype":"F32","shape":[]}}`, 4), `tensor "x" has 0 data_offsets`},
		{raw(`{"x":{"dtype":"F32","shape":null,"data_offsets":[0,4]}}`, 4), `tensor "x": shape`},
		{raw(`{"x":{"dtype":"F32","shape":[null],"data_offsets":[0,0]}}`, 0), `tensor "x": shape`},
		{raw(`{"x":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}`, 4), `tensor "x": shape`},
		{raw(`{"x":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}`, 4), `tensor "x": shape`},
		{raw(`{"x":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,4]}}`, 4), `tensor "x": shape`},
		{raw(`{"x":{"dtype":"F32","shape":[],"data_offsets":[0,4,8]}}`, 4), `tensor "x" has 3 data_offsets`},
		{raw(`{"x":{"dtype":"F32","shape":[0],"data_offsets":[0]}}`, 0), `tensor "x" has 1 data_offsets`},
		{raw(`{"x":{"dtype":"F32","shape":[],"shape":[1],"data_offsets":[0,4]}}`, 4), `tensor "x": the name "shape" stands twice`},
		{raw(`{"x":{"dtype":"F32","shape":[],"data_offsets":[18446744073709551612,4]}}`, 4), `tensor "x"`},
		{raw(`{"x":{"dtype":"F32","shape":[100000000000],"data_offsets":[0,400000000000]}}`, 4), "truncated"},
		{raw(`{"__metadata__":{"a":"b"},"__metadata__":{}}`, 0), "twice"},
		{raw(`{"__metadata__":{"a":"b","a":"c"}}`, 0), "twice"},
		{raw(`{"__metadata__":[]}`, 0), "metadata: no JSON object"},
		{raw(`{"__metadata__":{"a":null}}`, 0), `metadata: "a" is not a string`},
	} {
		_, err := Read(bytes.NewReader(c.data))
		require.ErrorContains(t, err, c.want, "%q", c.data)
	}
}
