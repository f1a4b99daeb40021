package source_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"codeberg.org/sbinet/npyio"
	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/data/fashionmnist"
	"github.com/topogen/topogen/data/images"
	"github.com/topogen/topogen/data/source"
)

func open(t *testing.T, word string, o source.Options) (*data.Sets, error) {
	t.Helper()
	return source.Open(t.Context(), word, o, fashionmnist.DownloadOptions{Dir: t.TempDir()})
}

func write(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, content, 0o600))
	return path
}

func npyFile(t *testing.T, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, npyio.Write(&b, v))
	return b.Bytes()
}

// bytesFile returns a .npy file of bytes of a shape.
func bytesFile(shape string, values []byte) []byte {
	header := fmt.Sprintf("{'descr': '|u1', 'fortran_order': False, 'shape': %s, }", shape)
	header += strings.Repeat(" ", 117-len(header)) + "\n"
	return append([]byte("\x93NUMPY\x01\x00"+string([]byte{byte(len(header)), 0})+header), values...)
}

func archive(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range files {
		w, err := z.Create(name + ".npy")
		require.NoError(t, err)
		_, err = w.Write(content)
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.Bytes()
}

func TestNamedData(t *testing.T) {
	for word, n := range map[string]int{"garments:30": 30, "embedded:30": 30, "circle,n=40": 40, "glyphs,n=10": 10} {
		sets, err := open(t, word, source.Options{})
		require.NoError(t, err, word)
		require.Equal(t, n, sets.Train.Len(), word)
		again, err := open(t, sets.Source, source.Options{})
		require.NoError(t, err)
		require.Equal(t, sets.Train, again.Train, "the source finds the data again")
	}
}

func TestTable(t *testing.T) {
	var text strings.Builder
	text.WriteString("height,kind,weight\n")
	for i := range 60 {
		fmt.Fprintf(&text, "%d,%s,%d\n", i, []string{"cat", "dog"}[i%2], 1000+i*i)
	}
	path := write(t, "pets.csv", []byte(text.String()))
	sets, err := open(t, path, source.Options{Label: "kind"})
	require.NoError(t, err)
	require.Equal(t, []int{50, 10}, []int{sets.Train.Len(), sets.Test.Len()})
	require.Equal(t, []int{2}, sets.Train.Shape())
	require.Equal(t, data.ScaleStandard, sets.Scaling.Method)
	require.False(t, sets.Unit)
	var sum float64
	for i := range 50 {
		sum += float64(sets.Train.(*data.Floats).At(i)[1])
	}
	require.InDelta(t, 0, sum, 1e-4)
	require.Equal(t, "50 training and 10 test examples of shape 2 from "+path+", 2 classes", sets.Note)
	require.Equal(t, path, sets.Source)

	raw, err := open(t, path, source.Options{Label: "kind", Scale: "none"})
	require.NoError(t, err)
	require.Nil(t, raw.Scaling)
	require.Greater(t, raw.Train.(*data.Floats).At(0)[1], float32(999))
	_, err = open(t, path, source.Options{})
	require.ErrorContains(t, err, `pets.csv: line 2, column kind: "cat" is not a number that a float32 holds; give a column of classes as -label, and leave other columns of words out with -ignore kind`)

	sets, err = open(t, path, source.Options{Ignore: []string{"kind", "height"}})
	require.NoError(t, err)
	require.Equal(t, []string{"weight"}, sets.Columns)

	gap := write(t, "gap.csv", []byte(text.String()+"7,cat,\n"))
	_, err = open(t, gap, source.Options{Label: "kind"})
	require.ErrorContains(t, err, "gap.csv: values are missing in 1 rows: line 62, column weight: fill them in, or leave such rows out with -drop-missing")
	sets, err = open(t, gap, source.Options{Label: "kind", DropMissing: true})
	require.NoError(t, err)
	require.Contains(t, sets.Note, "without 1 rows with missing values")
}

// TestConstantColumnsAreNamed: nothing can be learnt from a column of one value.
func TestConstantColumnsAreNamed(t *testing.T) {
	sets, err := open(t, write(t, "one.csv", []byte("a,b\n1,2\n1,3\n1,4\n")), source.Options{})
	require.NoError(t, err)
	require.Regexp(t, "one.csv; column a has the same value in all rows: -ignore leaves it out$", sets.Note)
	sets, err = open(t, write(t, "more.csv", []byte("a,b,c,d,e,f,g\n1,2,3,4,5,6,7\n1,2,3,4,5,6,8\n")), source.Options{})
	require.NoError(t, err)
	require.Regexp(t, "; columns a, b, c, d, e and 1 more have the same values in all rows", sets.Note)
	sets, err = open(t, write(t, "pair.csv", []byte("a,b\n1,2\n")), source.Options{})
	require.NoError(t, err)
	require.NotContains(t, sets.Note, "same value", "a single row says nothing about columns")
}

// Times in seconds differ by less than a float32 shows: they are scaled first, whatever the
// file.
func TestLargeValuesAreScaledBeforeTheyAreRounded(t *testing.T) {
	var text strings.Builder
	var values [12][2]float64
	for i := range values {
		values[i] = [2]float64{1.7e9 + float64(i), float64(i)}
		fmt.Fprintf(&text, "%.0f,%d\n", values[i][0], i)
	}
	for _, path := range []string{write(t, "times.csv", []byte(text.String())), write(t, "times.npy", npyFile(t, values))} {
		for _, scale := range []string{"", "unit"} {
			sets, err := open(t, path, source.Options{Scale: scale})
			require.NoError(t, err)
			for _, part := range []data.Dataset{sets.Train, sets.Test} {
				f := part.(*data.Floats)
				for i := range f.Len() {
					require.InDelta(t, f.At(i)[1], f.At(i)[0], 1e-6)
				}
			}
		}
	}
}

func TestArrays(t *testing.T) {
	sets, err := open(t, write(t, "a.npy", npyFile(t, [12][2]float64{{1, 2}, {3, 4}})), source.Options{})
	require.NoError(t, err)
	require.Equal(t, []int{10, 2}, []int{sets.Train.Len(), sets.Test.Len()})
	require.NotNil(t, sets.Scaling)

	grey := write(t, "grey.npy", bytesFile("(6, 2, 2)", []byte("abcdefghijklmnopqrstuvwx")))
	sets, err = open(t, grey, source.Options{})
	require.NoError(t, err)
	require.True(t, sets.Unit)
	require.Equal(t, []int{1, 2, 2}, sets.Train.Shape())

	// The channels of the second come last: it is the same set of pictures.
	first := bytesFile("(2, 3, 1, 2)", []byte("rRgGbBsShHcC"))
	last := bytesFile("(2, 1, 2, 3)", []byte("rgbRGBshcSHC"))
	floats := func(pictures any) []byte { return npyFile(t, pictures) }
	firstFloats := floats([2][3][1][2]float64{{{{1, 2}}, {{3, 4}}, {{5, 6}}}, {{{-1, -2}}, {{-3, -4}}, {{-5, -6}}}})
	lastFloats := floats([2][1][2][3]float64{{{{1, 3, 5}, {2, 4, 6}}}, {{{-1, -3, -5}, {-2, -4, -6}}}})
	labels := npyFile(t, []int64{1, 0})
	var both []*data.Sets
	for _, x := range [][]byte{first, last, firstFloats, lastFloats} {
		sets, err := open(t, write(t, "c.npz", archive(t, map[string][]byte{"x_train": x, "y_train": labels, "x_test": x, "y_test": labels})), source.Options{})
		require.NoError(t, err)
		require.Equal(t, []int{3, 1, 2}, sets.Train.Shape())
		require.Equal(t, []int{1, 0}, sets.Train.Labels().Classes)
		both = append(both, sets)
	}
	require.Equal(t, both[0].Train, both[1].Train)
	require.Equal(t, both[2].Train, both[3].Train)
	// Pictures of floats from 0 to 1 are what they are; others, and rows, are scaled.
	for factor, scaled := range map[float64]bool{1: false, 2: true} {
		pictures := npyFile(t, [7][2][2]float64{{{factor, 0.5}}, {{0.25, factor}}, {{0, factor}}})
		sets, err := open(t, write(t, "pictures.npy", pictures), source.Options{})
		require.NoError(t, err)
		require.Equal(t, []bool{scaled, !scaled}, []bool{sets.Scaling != nil, sets.Unit}, factor)
	}
	sets, err = open(t, write(t, "rows.npy", npyFile(t, [7][2]float64{{1, 0.5}, {0.25, 1}})), source.Options{})
	require.NoError(t, err)
	require.NotNil(t, sets.Scaling)
	sets, err = open(t, write(t, "alone.npz", archive(t, map[string][]byte{"points": npyFile(t, [3][2]float64{{1, 2}})})), source.Options{Scale: "unit"})
	require.NoError(t, err)
	require.Equal(t, "unit", sets.Scaling.Method)
	require.True(t, sets.Unit)
	var far bytes.Buffer
	for i := range 12 {
		fmt.Fprintln(&far, i)
	}
	sets, err = open(t, write(t, "far.csv", far.Bytes()), source.Options{Scale: "unit"})
	require.NoError(t, err)
	low, high := float32(0), float32(1)
	for _, set := range []data.Dataset{sets.Train, sets.Test} {
		for _, v := range set.(*data.Floats).Values {
			low, high = min(low, v), max(high, v)
		}
	}
	require.Equal(t, low == 0 && high == 1, sets.Unit, "a test set beyond the training set leaves the interval")
}

func TestFolders(t *testing.T) {
	dir := t.TempDir()
	m := image.NewGray(image.Rect(0, 0, 9, 9))
	for i := range 6 {
		m.SetGray(i, i, color.Gray{Y: 200})
		var b bytes.Buffer
		require.NoError(t, png.Encode(&b, m))
		require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.png", i)), b.Bytes(), 0o600))
	}
	sets, err := open(t, dir, source.Options{})
	require.NoError(t, err)
	require.Equal(t, []int{1, 9, 9}, sets.Train.Shape())
	sets, err = open(t, dir, source.Options{Side: 5, Colour: images.RGB})
	require.NoError(t, err)
	require.Equal(t, []int{3, 5, 5}, sets.Train.Shape())
}

func TestRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		word    string
		options source.Options
		want    string
	}{
		"nothing":     {"nowhere", source.Options{}, `data "nowhere" is neither a file or folder nor one of auto, garments, garments:n, fashionmnist, or a shape (glyphs, annulus`},
		"kind":        {write(t, "a.xlsx", nil), source.Options{}, "a file is .csv, .tsv"},
		"empty":       {t.TempDir(), source.Options{}, "train-images-idx3-ubyte"},
		"side":        {"garments:30", source.Options{Side: 4}, "a side is for folders of pictures"},
		"colour":      {write(t, "a.csv", []byte("1,2\n")), source.Options{Colour: "grey"}, "a colour is for folders"},
		"label":       {"circle", source.Options{Label: "x"}, "a column of labels is for tables"},
		"ignore":      {"circle", source.Options{Ignore: []string{"x"}}, "columns to ignore are those of tables"},
		"ignore npy":  {write(t, "i.npy", npyFile(t, [2][2]float64{})), source.Options{Ignore: []string{"1"}}, `an array has no column to ignore, "1"`},
		"scale":       {"circle", source.Options{Scale: "robust"}, `no scaling "robust"`},
		"no test":     {write(t, "a.npz", archive(t, map[string][]byte{"x_train": npyFile(t, [3][2]float64{})})), source.Options{}, "no x_test"},
		"two arrays":  {write(t, "a.npz", archive(t, map[string][]byte{"a": npyFile(t, [1]float64{}), "b": npyFile(t, [1]float64{})})), source.Options{}, "there are arrays a, b"},
		"one axis":    {write(t, "a.npy", npyFile(t, []float64{1, 2})), source.Options{}, "array x has shape 2, want examples × values"},
		"five axes":   {write(t, "a.npy", bytesFile("(1, 1, 2, 2, 2)", make([]byte, 8))), source.Options{}, "pictures have 1 or 3 channels"},
		"channels":    {write(t, "a.npy", bytesFile("(1, 2, 2, 2)", make([]byte, 8))), source.Options{}, "pictures have 1 or 3 channels"},
		"NaN":         {write(t, "a.npy", npyFile(t, [2][2]float64{{1, 2}, {3, math.NaN()}})), source.Options{}, "a.npy: array x: row 2, column 2 is NaN"},
		"few labels":  {write(t, "a.npz", archive(t, map[string][]byte{"x": npyFile(t, [2][2]float64{}), "y": npyFile(t, []int64{1})})), source.Options{}, "there are 1 for 2 examples"},
		"half labels": {write(t, "a.npz", archive(t, map[string][]byte{"x": npyFile(t, [1][2]float64{}), "y": npyFile(t, []float64{0.5})})), source.Options{}, "label 0 is 0.5"},
	} {
		_, err := open(t, c.word, c.options)
		require.ErrorContains(t, err, c.want, name)
	}
}
