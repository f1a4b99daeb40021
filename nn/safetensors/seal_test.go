package safetensors

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func sealedFile() *File {
	f := &File{
		Tensors: []Tensor{
			{"a", []int{2, 3}, []float32{1, -2, 3.5, 0, 5, 6}},
			{"empty", []int{0}, []float32{}},
			{"b", []int{}, []float32{7}},
		},
		Metadata: map[string]string{"steps": "12", "format": "pt"},
	}
	f.Seal()
	return f
}

// No bit of a sealed file's values, names and numbers can change unnoticed.
func TestSealedFilesShowDamage(t *testing.T) {
	f := sealedFile()
	var b bytes.Buffer
	require.NoError(t, Write(&b, f))
	data := b.Bytes()
	got, err := Read(bytes.NewReader(data))
	require.NoError(t, err)
	require.True(t, got.Sealed())
	require.Equal(t, f, got)

	values := 8 + int(binary.LittleEndian.Uint64(data))
	for bit := 8 * values; bit < 8*len(data); bit++ {
		damaged := bytes.Clone(data)
		damaged[bit/8] ^= 1 << (bit % 8)
		_, err := Read(bytes.NewReader(damaged))
		require.ErrorContains(t, err, "the file is damaged", "bit %d", bit)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 { // of the header: refused, or read as the same, or no longer sealed
		damaged := bytes.Clone(data)
		damaged[r.IntN(values)] ^= 1 << r.IntN(8)
		if again, err := Read(bytes.NewReader(damaged)); err == nil && again.Sealed() {
			require.Equal(t, f, again)
		}
	}
}

func TestSealCoversAll(t *testing.T) {
	for name, change := range map[string]func(f *File){
		"a value":         func(f *File) { f.Tensors[0].Values[5] = 6.5 },
		"a name":          func(f *File) { f.Tensors[0].Name = "c" },
		"a shape":         func(f *File) { f.Tensors[0].Shape = []int{3, 2} },
		"the order":       func(f *File) { f.Tensors[0], f.Tensors[2] = f.Tensors[2], f.Tensors[0] },
		"a missing one":   func(f *File) { f.Tensors = f.Tensors[:2] },
		"metadata":        func(f *File) { f.Metadata["steps"] = "13" },
		"metadata's name": func(f *File) { delete(f.Metadata, "steps"); f.Metadata["step"] = "12" },
		"the checksum":    func(f *File) { f.Metadata[sealKey] = "12" },
	} {
		f := sealedFile()
		change(f)
		var b bytes.Buffer
		require.NoError(t, Write(&b, f))
		_, err := Read(&b)
		require.EqualError(t, err, "safetensors: the file is damaged: its content is not what its checksum is of", name)
		f.Seal()
		require.NoError(t, f.checkSeal(), name)
	}
	f := &File{}
	require.False(t, f.Sealed())
	f.Seal()
	require.True(t, f.Sealed())
}
