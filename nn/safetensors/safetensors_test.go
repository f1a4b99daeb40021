package safetensors

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"

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

func TestWriteRefuses(t *testing.T) {
	for _, tensors := range [][]Tensor{
		{{"x", []int{2}, []float32{1}}},
		{{"x", []int{1}, []float32{1}}, {"x", []int{1}, []float32{1}}},
		{{"__metadata__", []int{1}, []float32{1}}},
		{{"x", []int{-1}, nil}},
	} {
		require.Error(t, Write(&bytes.Buffer{}, &File{Tensors: tensors}))
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
		{[]byte("<!DOCTYPE html>........"), "this is no safetensors file"},
		{raw(`{}`, 0)[:9], "ends within its header"},
		{raw(`[]`, 0), "no JSON object"},
		{raw(`{"x":3}`, 0), `tensor "x"`},
		{raw(`{"x":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}`, 4), `tensor "x" holds F16`},
		{raw(`{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, 4), "expected 8 bytes from 0"},
		{raw(`{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 3), "truncated"},
		{raw(`{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 5), "1 bytes follow"},
		{raw(`{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8), "expected 4 bytes from 0"},
		{raw(`{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4), `tensor "y"`},
		{raw(`{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8), "twice"},
		{raw(`{"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}`, 0), "too large"},
		{raw(`{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,0]}}`, 0), "negative"},
		{raw(`{"x":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}`, 0), `tensor "x"`},
		{raw(`{"__metadata__":{"a":1}}`, 0), "metadata"},
		{raw(`{} {}`, 0), "more text"},
		{raw(`{"x":`, 0), "tensor"},
	} {
		_, err := Read(bytes.NewReader(c.data))
		require.ErrorContains(t, err, c.want, "%q", c.data)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(raw(`{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4))
	f.Add(raw(`{"__metadata__":{"a":"b"},"y":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}  `, 4))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		var b bytes.Buffer
		require.NoError(t, Write(&b, file))
		again, err := Read(&b)
		require.NoError(t, err)
		require.Len(t, again.Tensors, len(file.Tensors))
	})
}
