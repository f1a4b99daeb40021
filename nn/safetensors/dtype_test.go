package safetensors

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// testdata/dtypes.safetensors, of the reference implementation, has tensors of
// each type and what they are in float32, under names such as "F16" and
// "F16.float32": all values of eight bits, and of wider types many from the
// whole range.
func TestReferenceTypes(t *testing.T) {
	f, err := ReadFile("testdata/dtypes.safetensors")
	require.NoError(t, err)
	compared := 0
	for _, x := range f.Tensors {
		if strings.HasSuffix(x.Name, ".float32") {
			continue
		}
		want := f.Tensor(x.Name + ".float32")
		require.NotNil(t, want, x.Name)
		require.Equal(t, want.Shape, x.Shape, x.Name)
		for i, w := range want.Values {
			if math.IsNaN(float64(w)) {
				require.True(t, math.IsNaN(float64(x.Values[i])), "%s, element %d", x.Name, i)
				continue
			}
			require.Equal(t, math.Float32bits(w), math.Float32bits(x.Values[i]), "%s, element %d: %v, want %v", x.Name, i, x.Values[i], w)
		}
		compared++
	}
	require.Equal(t, len(dtypes)-1, compared, "all types but float32 itself")
}

func TestValuesThatFloat32LacksAreRefused(t *testing.T) {
	u64 := func(n uint64) []byte { return binary.LittleEndian.AppendUint64(nil, n) }
	u32 := func(n uint32) []byte { return binary.LittleEndian.AppendUint32(nil, n) }
	f64 := func(v float64) []byte { return u64(math.Float64bits(v)) }
	for _, c := range []struct {
		dtype string
		bytes []byte
		want  float32
		lost  string
	}{
		{"F64", f64(0.1), 0.1, ""},
		{"F64", f64(math.Inf(-1)), float32(math.Inf(-1)), ""},
		{"F64", f64(math.Copysign(0, -1)), float32(math.Copysign(0, -1)), ""},
		{"F64", f64(1e-45), 1e-45, ""},
		{"F64", f64(1e-300), 0, "1e-300"},
		{"F64", f64(-1e300), 0, "-1e+300"},
		{"F64", f64(math.MaxFloat32), math.MaxFloat32, ""},
		{"I64", u64(1 << 62), 1 << 62, ""},
		{"I64", u64(1 << 63), -1 << 63, ""},
		{"I64", u64(math.MaxInt64), 0, "9223372036854775807"},
		{"I64", u64(1<<24 + 1), 0, "16777217"},
		{"I64", u64(1<<64 - 1<<24 - 1), 0, "-16777217"},
		{"U64", u64(1 << 63), 1 << 63, ""},
		{"U64", u64(math.MaxUint64), 0, "18446744073709551615"},
		{"I32", u32(math.MaxInt32), 0, "2147483647"},
		{"I32", u32(1 << 31), -1 << 31, ""},
		{"U32", u32(math.MaxUint32), 0, "4294967295"},
		{"BOOL", []byte{1}, 1, ""},
		{"BOOL", []byte{2}, 0, "2"},
	} {
		header := fmt.Sprintf(`{"x":{"dtype":%q,"shape":[1],"data_offsets":[0,%d]}}`, c.dtype, len(c.bytes))
		f, err := Read(bytes.NewReader(append(raw(header, 0), c.bytes...)))
		if c.lost != "" {
			require.EqualError(t, err, fmt.Sprintf(`safetensors: reading tensor "x" of type %s: element 0 is %s, which is not a float32 value`, c.dtype, c.lost))
			continue
		}
		require.NoError(t, err)
		require.Equal(t, math.Float32bits(c.want), math.Float32bits(f.Tensors[0].Values[0]), "%s %v", c.dtype, c.want)
	}
}

// Values are converted in parts of the file.
func TestLongTensorsOfOtherTypes(t *testing.T) {
	const n = 5*chunk + 7
	data := raw(fmt.Sprintf(`{"x":{"dtype":"U16","shape":[%d],"data_offsets":[0,%d]}}`, n, 2*n), 0)
	for i := range n {
		data = binary.LittleEndian.AppendUint16(data, uint16(i))
	}
	f, err := Read(bytes.NewReader(data))
	require.NoError(t, err)
	for i, v := range f.Tensors[0].Values {
		require.Equal(t, float32(uint16(i)), v)
	}
}

func TestMetadataMayBeNull(t *testing.T) {
	f, err := Read(bytes.NewReader(raw(`{"__metadata__":null,"x":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}`, 4)))
	require.NoError(t, err)
	require.Nil(t, f.Metadata)
	require.Len(t, f.Tensors, 1)
}
