package idx

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/data"
)

// file returns an IDX file with the given magic number, dimensions and data.
func file(magic uint32, dims []uint32, data []byte) []byte {
	f := binary.BigEndian.AppendUint32(nil, magic)
	for _, d := range dims {
		f = binary.BigEndian.AppendUint32(f, d)
	}
	return append(f, data...)
}

func imageFile(images []uint8) []byte {
	return file(imagesMagic, []uint32{uint32(len(images) / 784), 28, 28}, images)
}

func labelFile(labels []uint8) []byte {
	return file(labelsMagic, []uint32{uint32(len(labels))}, labels)
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
	images := pixels(3)
	labels := []uint8{9, 0, 4}
	for _, wrap := range []func([]byte) []byte{bytes.Clone, zipped} {
		got, height, width, err := Images(bytes.NewReader(wrap(imageFile(images))))
		require.NoError(t, err)
		require.Equal(t, images, got)
		require.Equal(t, []int{28, 28}, []int{height, width})
		got, err = Labels(bytes.NewReader(wrap(labelFile(labels))))
		require.NoError(t, err)
		require.Equal(t, labels, got)
	}
}

func TestRefusesCorruptFiles(t *testing.T) {
	two := pixels(2)
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
		{"element type", file(0x0d03, []uint32{2, 28, 28}, two), "begins with 00000d03"},
		{"no images", file(imagesMagic, []uint32{0, 28, 28}, nil), "holds no images"},
		{"rows", file(imagesMagic, []uint32{2, 32, 28}, two), "truncated: 1568 of 1792 bytes"},
		{"no columns", file(imagesMagic, []uint32{2, 28, 0}, two), "dimension 2 of the images is 0, want 1 to 4096"},
		{"wide", file(imagesMagic, []uint32{2, 1 << 30, 28}, two), "dimension 1 of the images is 1073741824, want 1 to 4096"},
		{"truncated", imageFile(two)[:16+1000], "truncated: 1000 of 1568 bytes of images"},
		{"trailing", append(imageFile(two), 0), "has more bytes than the 2 images that its header promises"},
		{"absurd", file(imagesMagic, []uint32{0xffffffff, 28, 28}, two), "corrupt header: claims 4294967295 images"},
		{"gzip header", []byte{0x1f, 0x8b, 1, 2, 3}, "damaged gzip header"},
		{"gzip cut", good[:len(good)/2], "of 1568 bytes of images"},
		{"gzip checksum", badSum, "damaged after the last of the images: gzip: invalid checksum"},
		{"gzip trailing", append(bytes.Clone(good), "junk"...), "damaged after the last of the images"},
		{"zipped trailing", zipped(append(imageFile(two), 0)), "has more bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, _, err := Images(bytes.NewReader(test.file))
			require.ErrorContains(t, err, test.want)
		})
	}
}

// A header may claim much; memory follows what is really there.
func TestHeaderClaimsNoMemory(t *testing.T) {
	claim := file(imagesMagic, []uint32{maxItems, 28, 28}, make([]byte, 100))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _, _, err := Images(bytes.NewReader(claim))
	runtime.ReadMemStats(&after)
	require.ErrorContains(t, err, "truncated: 100 of 822083584 bytes")
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(maxAhead+1<<20))
}

func FuzzReadImages(f *testing.F) {
	good := imageFile(make([]byte, 784))
	f.Add(good)
	f.Add(zipped(good))
	f.Add(good[:20])
	f.Fuzz(func(t *testing.T, file []byte) {
		images, height, width, err := Images(bytes.NewReader(file))
		if err == nil {
			require.NotEmpty(t, images)
			require.Zero(t, len(images)%(height*width))
		}
	})
}

// pixels returns n images of 28×28 pixels.
func pixels(n int) []uint8 {
	p := make([]uint8, n*784)
	for i := range p {
		p[i] = uint8(i * i)
	}
	return p
}

// set returns n such images with labels.
func set(n int) *data.Bytes {
	labels := make([]uint8, n)
	for i := range labels {
		labels[i] = uint8(i % 10)
	}
	return &data.Bytes{Dims: []int{1, 28, 28}, Values: pixels(n), Class: classes(labels, nil)}
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
		TrainImages: imageFile(train.Values), TrainLabels: labelFile(labels(train)),
		TestImages: imageFile(test.Values), TestLabels: labelFile(labels(test)),
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), file, 0o666))
	}
	return dir
}

func TestLoad(t *testing.T) {
	train, test := set(20), set(5)
	dir := writeFolder(t, train, test)
	// Names with and without .gz mix; the compressed file counts.
	require.NoError(t, os.WriteFile(filepath.Join(dir, TestLabels+".gz"), zipped(labelFile(labels(test))), 0o666))
	require.NoError(t, os.WriteFile(filepath.Join(dir, TestLabels), nil, 0o666))

	sets, err := Load(dir, nil)
	require.NoError(t, err)
	require.Equal(t, train, sets.Train)
	require.Equal(t, test, sets.Test)
	require.Equal(t, dir, sets.Source)
	require.Equal(t, "20 training and 5 test images from "+dir, sets.Note)
	require.Equal(t, []string{"0", "1", "2", "3", "4"}, sets.Test.Labels().Names)
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
		{"missing", func(dir string) error { return os.Remove(filepath.Join(dir, TestLabels)) }, []string{"has neither t10k-labels-idx1-ubyte.gz nor t10k-labels-idx1-ubyte"}},
		{"truncated", write(TrainImages+".gz", zipped([]byte{0, 0, 8, 3})), []string{TrainImages + ".gz: truncated: 4 of the 16 bytes"}},
		{"counts", write(TrainLabels, labelFile(make([]byte, 19))), []string{"train-images-idx3-ubyte holds 20 images, but train-labels-idx1-ubyte holds 19 labels"}},
		{"label", write(TestLabels, labelFile([]byte{0, 1, 2, 3, 200})), []string{TestLabels + ": label 4 is 200, want 0 to 9"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := writeFolder(t, set(20), set(5))
			require.NoError(t, test.spoil(dir))
			_, err := Load(dir, make([]string, 10))
			for _, want := range append(test.want, dir) {
				require.ErrorContains(t, err, want)
			}
		})
	}

	_, err := Load(filepath.Join(t.TempDir(), "nowhere"), nil)
	require.ErrorContains(t, err, "does not exist")
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o666))
	_, err = Load(file, nil)
	require.ErrorContains(t, err, "file")
}

// TestLayouts: torchvision and Kaggle put the files elsewhere and call them
// otherwise.
func TestLayouts(t *testing.T) {
	for _, layout := range []struct {
		folder string
		rename func(string) string
	}{
		{"FashionMNIST/raw", func(name string) string { return name }},
		{"MNIST/raw", func(name string) string { return name + ".gz" }},
		{"raw", func(name string) string { return name }},
		{".", func(name string) string { return strings.Replace(name, "-idx", ".idx", 1) }},
	} {
		dir, plain := t.TempDir(), writeFolder(t, set(20), set(5))
		require.NoError(t, os.MkdirAll(filepath.Join(dir, layout.folder), 0o777))
		require.False(t, In(dir))
		for _, name := range []string{TrainImages, TrainLabels, TestImages, TestLabels} {
			file, err := os.ReadFile(filepath.Join(plain, name))
			require.NoError(t, err)
			if to := layout.rename(name); strings.HasSuffix(to, ".gz") {
				file = zipped(file)
			}
			require.NoError(t, os.WriteFile(filepath.Join(dir, layout.folder, layout.rename(name)), file, 0o666))
		}
		require.True(t, In(dir))
		sets, err := Load(dir, nil)
		require.NoError(t, err, layout.folder)
		require.Equal(t, 20, sets.Train.Len())
	}
}

func FuzzReadLabels(f *testing.F) {
	good := append([]byte{0, 0, 8, 1, 0, 0, 0, 3}, 0, 1, 9)
	f.Add(good)
	f.Add(zipped(good))
	f.Add(good[:9])
	f.Add(append(good, 1))
	f.Fuzz(func(t *testing.T, file []byte) {
		if labels, err := Labels(bytes.NewReader(file)); err == nil {
			require.NotEmpty(t, labels)
		}
	})
}
