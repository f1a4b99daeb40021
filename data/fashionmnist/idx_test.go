package fashionmnist

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/data"
)

// idx returns an IDX file with the given magic number, dimensions and data.
func idx(magic uint32, dims []uint32, data []byte) []byte {
	file := binary.BigEndian.AppendUint32(nil, magic)
	for _, d := range dims {
		file = binary.BigEndian.AppendUint32(file, d)
	}
	return append(file, data...)
}

func imageFile(images []uint8) []byte {
	return idx(imagesMagic, []uint32{uint32(len(images) / Pixels), Side, Side}, images)
}

func labelFile(labels []uint8) []byte {
	return idx(labelsMagic, []uint32{uint32(len(labels))}, labels)
}

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

func TestReadsPlainAndCompressed(t *testing.T) {
	images := Draw(3, 1).Values
	labels := []uint8{9, 0, 4}
	for _, wrap := range []func([]byte) []byte{bytes.Clone, zipped} {
		got, err := readImages(bytes.NewReader(wrap(imageFile(images))))
		require.NoError(t, err)
		require.Equal(t, images, got)
		got, err = readLabels(bytes.NewReader(wrap(labelFile(labels))))
		require.NoError(t, err)
		require.Equal(t, labels, got)
	}
}

func TestRefusesCorruptFiles(t *testing.T) {
	two := Draw(2, 1).Values
	good := zipped(imageFile(two))
	badSum := bytes.Clone(good)
	badSum[len(badSum)-8] ^= 1
	for _, test := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "truncated: 0 of the 16 bytes of an IDX header"},
		{"header cut", imageFile(two)[:7], "truncated: 7 of the 16 bytes of an IDX header"},
		{"text", []byte("<!DOCTYPE html><html></html>"), "not an IDX file of images: begins with 3c21444f, want 00000803"},
		{"labels", append(labelFile([]byte{1, 2, 3}), two...), "begins with 00000801, want 00000803"},
		{"element type", idx(0x0d03, []uint32{2, 28, 28}, two), "begins with 00000d03"},
		{"no images", idx(imagesMagic, []uint32{0, 28, 28}, nil), "holds no images"},
		{"rows", idx(imagesMagic, []uint32{2, 32, 28}, two), "dimension 1 of the images is 32, want 28"},
		{"columns", idx(imagesMagic, []uint32{2, 28, 27}, two), "dimension 2 of the images is 27, want 28"},
		{"truncated", imageFile(two)[:16+1000], "truncated: 1000 of 1568 bytes of images"},
		{"trailing", append(imageFile(two), 0), "has more bytes than the 2 images that its header promises"},
		{"absurd", idx(imagesMagic, []uint32{0xffffffff, 28, 28}, two), "corrupt header: claims 4294967295 images"},
		{"gzip header", []byte{0x1f, 0x8b, 1, 2, 3}, "damaged gzip header"},
		{"gzip cut", good[:len(good)/2], "of 1568 bytes of images"},
		{"gzip checksum", badSum, "damaged after the last of the images: gzip: invalid checksum"},
		{"gzip trailing", append(bytes.Clone(good), "junk"...), "damaged after the last of the images"},
		{"zipped trailing", zipped(append(imageFile(two), 0)), "has more bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := readImages(bytes.NewReader(test.file))
			require.ErrorContains(t, err, test.want)
		})
	}
	_, err := readLabels(bytes.NewReader(labelFile([]byte{3, 9, 10})))
	require.EqualError(t, err, "label 2 is 10, want 0 to 9")
}

// A header may claim much; memory follows what is really there.
func TestHeaderClaimsNoMemory(t *testing.T) {
	file := idx(imagesMagic, []uint32{maxImages, 28, 28}, make([]byte, 100))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := readImages(bytes.NewReader(file))
	runtime.ReadMemStats(&after)
	require.ErrorContains(t, err, "truncated: 100 of 822083584 bytes")
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(maxAhead+1<<20))
}

func FuzzReadImages(f *testing.F) {
	good := imageFile(make([]byte, Pixels))
	f.Add(good)
	f.Add(zipped(good))
	f.Add(good[:20])
	f.Fuzz(func(t *testing.T, file []byte) {
		images, err := readImages(bytes.NewReader(file))
		if err == nil {
			require.NotEmpty(t, images)
			require.Zero(t, len(images)%Pixels)
		}
	})
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
		trainImages: imageFile(train.Values), trainLabels: labelFile(labels(train)),
		testImages: imageFile(test.Values), testLabels: labelFile(labels(test)),
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), file, 0o666))
	}
	return dir
}

func TestLoad(t *testing.T) {
	train, test := Draw(20, 1), Draw(5, 2)
	dir := writeFolder(t, train, test)
	// Names with and without .gz mix; the compressed file counts.
	require.NoError(t, os.WriteFile(filepath.Join(dir, testLabels+".gz"), zipped(labelFile(labels(test))), 0o666))
	require.NoError(t, os.WriteFile(filepath.Join(dir, testLabels), nil, 0o666))

	sets, err := Load(dir)
	require.NoError(t, err)
	require.Equal(t, train, sets.Train)
	require.Equal(t, test, sets.Test)
	require.Equal(t, dir, sets.Source)
	require.Equal(t, "20 training and 5 test images from "+dir, sets.Note)
}

func TestLoadNamesWhatIsWrong(t *testing.T) {
	write := func(name string, file []byte) func(string) error {
		return func(dir string) error { return os.WriteFile(filepath.Join(dir, name), file, 0o666) }
	}
	for _, test := range []struct {
		name  string
		spoil func(dir string) error
		want  []string
	}{
		{"missing", func(dir string) error { return os.Remove(filepath.Join(dir, testLabels)) }, []string{"has neither t10k-labels-idx1-ubyte.gz nor t10k-labels-idx1-ubyte"}},
		{"truncated", write(trainImages+".gz", zipped([]byte{0, 0, 8, 3})), []string{trainImages + ".gz: truncated: 4 of the 16 bytes"}},
		{"counts", write(trainLabels, labelFile(make([]byte, 19))), []string{"train-images-idx3-ubyte holds 20 images, but train-labels-idx1-ubyte holds 19 labels"}},
		{"label", write(testLabels, labelFile([]byte{0, 1, 2, 3, 200})), []string{testLabels + ": label 4 is 200, want 0 to 9"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := writeFolder(t, Draw(20, 1), Draw(5, 2))
			require.NoError(t, test.spoil(dir))
			_, err := Load(dir)
			for _, want := range append(test.want, dir) {
				require.ErrorContains(t, err, want)
			}
		})
	}

	_, err := Load(filepath.Join(t.TempDir(), "nowhere"))
	require.ErrorContains(t, err, "does not exist")
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o666))
	_, err = Load(file)
	require.ErrorContains(t, err, "file")
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
