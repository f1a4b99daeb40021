package safetensors

import (
	"bytes"
	"maps"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzRead holds that what is read can be written and read again, to the bit,
// and that nothing else happens than an error. The corpus is in testdata/fuzz.
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
		require.True(t, maps.Equal(file.Metadata, again.Metadata))
		require.Len(t, again.Tensors, len(file.Tensors))
		for i, x := range file.Tensors {
			y := again.Tensors[i]
			require.Equal(t, x.Name, y.Name)
			require.Equal(t, x.Shape, y.Shape)
			for k, v := range x.Values {
				require.Equal(t, math.Float32bits(v), math.Float32bits(y.Values[k]))
			}
		}
	})
}
