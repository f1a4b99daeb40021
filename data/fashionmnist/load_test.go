package fashionmnist

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/data/idx"
)

func zipped(data []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		panic(err)
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// imageFile returns an IDX file of square images.
func imageFile(side int, images []uint8) []byte {
	f := []byte{0, 0, 8, 3}
	for _, n := range []int{len(images) / side / side, side, side} {
		f = binary.BigEndian.AppendUint32(f, uint32(n))
	}
	return append(f, images...)
}

func labelFile(labels []uint8) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{0, 0, 8, 1}, uint32(len(labels))), labels...)
}

// labels returns the classes of a set as bytes.
func labels(s *data.Bytes) []uint8 {
	bytes := make([]uint8, s.Len())
	for i, c := range s.Class.Classes {
		bytes[i] = uint8(c)
	}
	return bytes
}

// writeFolder writes the four files into a new folder, without ".gz".
func writeFolder(t *testing.T, train, test *data.Bytes) string {
	dir := t.TempDir()
	for name, file := range map[string][]byte{
		idx.TrainImages: imageFile(Side, train.Values), idx.TrainLabels: labelFile(labels(train)),
		idx.TestImages: imageFile(Side, test.Values), idx.TestLabels: labelFile(labels(test)),
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), file, 0o666))
	}
	return dir
}

func TestLoadRefuses(t *testing.T) {
	dir := writeFolder(t, Draw(20, 1), Draw(5, 2))
	require.NoError(t, os.WriteFile(filepath.Join(dir, idx.TestLabels), labelFile([]byte{0, 1, 2, 3, 200}), 0o666))
	_, err := Load(dir)
	require.ErrorContains(t, err, idx.TestLabels+": label 4 is 200, want 0 to 9")

	dir = writeFolder(t, Draw(20, 1), Draw(5, 2))
	for _, name := range []string{idx.TrainImages, idx.TestImages} {
		n := 20
		if name == idx.TestImages {
			n = 5
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), imageFile(3, make([]uint8, 9*n)), 0o666))
	}
	_, err = Load(dir)
	require.ErrorContains(t, err, "the images have 3×3 pixels, those of FashionMNIST 28×28")
}

func TestLoadRealImages(t *testing.T) {
	dir := "../../../shared/fashionmnist/official-names"
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no sample of real FashionMNIST images at ", dir)
	}
	data, err := Load(dir)
	require.NoError(t, err)
	require.Equal(t, 800, data.Train.Len())
	require.Equal(t, 100, data.Test.Len())
	var counts [Classes]int
	for _, label := range data.Test.Labels().Classes {
		counts[label]++
	}
	for class, n := range counts {
		require.Equal(t, 10, n, ClassNames()[class])
	}
}
