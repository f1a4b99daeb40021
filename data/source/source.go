// Package source opens the data that a word names: pictures, tables and arrays in files of
// the user, published data sets, and drawn shapes.
//
//	sets, err := source.Open(ctx, "photographs", source.Options{Side: 32})
//
// [Open] lists the words.
package source

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/data/fashionmnist"
	"github.com/topogen/topogen/data/idx"
	"github.com/topogen/topogen/data/images"
	"github.com/topogen/topogen/data/shapes"
	"github.com/topogen/topogen/data/table"
	"github.com/topogen/topogen/internal/npy"
)

// Options say how data are converted. The defaults of their zero values depend on the kind
// of data. A run records its options.
type Options struct {
	// Side is the height and width of pictures in a folder, Colour their channels.
	// See [images.Options].
	Side   int           `json:"side"`
	Colour images.Colour `json:"colour"`
	// Label names the column of a table that holds classes, and Ignore columns to leave out.
	// DropMissing leaves rows with missing values out. See [table.Options].
	Label       string   `json:"label"`
	Ignore      []string `json:"ignore,omitempty"`
	DropMissing bool     `json:"drop_missing"`
	// Scale is the method of scaling of tables, arrays and drawn points, fitted to
	// the training set: [data.ScaleStandard], [data.ScaleUnit] or [data.ScaleNone].
	// "" is ScaleStandard for tables and arrays, ScaleNone for drawn points and for pictures
	// in an array whose values lie in [0, 1].
	Scale string `json:"scale"`
	// Seed decides the points of drawn shapes; 0 stands for 1.
	Seed uint64 `json:"seed"`
}

// testShare is the share of a file's examples that is the test set, drawn at random.
const (
	testShare = 1. / 6
	splitSeed = 0x736f75726365 // "source"
)

// Open opens the data that a word names:
//
//	auto              FashionMNIST where the cache folder has it, else garments
//	garments          drawn pictures of garments, as embedded; garments:n for n
//	fashionmnist      FashionMNIST, fetched into the cache folder once, as download
//	circles,n=500     a drawn shape with options, see package shapes
//	a folder          of IDX files as MNIST's, or of pictures
//	a file            .csv, .tsv, .txt; .npy, .npz; IDX (…-ubyte, …-ubyte.gz)
//
// A file's examples are divided at random, a sixth into the test set, unless it is
// an archive with arrays x_train, x_test and, for labels, y_train, y_test. Another archive has
// examples in one array and, for labels, an array y. Errors name the file and, in tables, line
// and column.
func Open(ctx context.Context, word string, o Options, download fashionmnist.DownloadOptions) (*data.Sets, error) {
	kind, _, _ := strings.Cut(word, ":")
	switch {
	case slices.Contains([]string{"", "auto", "embedded", "garments", "download", "fashionmnist"}, kind):
		if err := o.refuse("side", "colour", "label", "ignore", "missing", "scale"); err != nil {
			return nil, fmt.Errorf("data %q: %w", word, err)
		}
		word = strings.Replace(word, "garments", "embedded", 1)
		if word == "fashionmnist" {
			word = "download"
		}
		return fashionmnist.Open(ctx, word, download)
	case shapes.Is(word):
		if err := o.refuse("side", "colour", "label", "ignore", "missing"); err != nil {
			return nil, fmt.Errorf("data %q: %w", word, err)
		}
		sets, err := shapes.Open(word, max(1, o.Seed))
		if err != nil {
			return nil, err
		}
		return scale(sets, o.Scale, data.ScaleNone)
	}
	info, err := os.Stat(word)
	switch {
	case err != nil:
		return nil, fmt.Errorf("data %q is neither a file or folder nor one of auto, garments, garments:n, fashionmnist, or a shape (%s)", word, shapeNames())
	case info.IsDir():
		return openFolder(ctx, word, o)
	}
	sets, err := openFile(word, o)
	if err != nil {
		return nil, err
	}
	if sets.Source, err = filepath.Abs(word); err != nil {
		return nil, err
	}
	classes := ""
	if labels := sets.Train.Labels(); labels != nil {
		classes = fmt.Sprintf(", %d classes", len(labels.Names))
	}
	sets.Note = fmt.Sprintf("%d training and %d test examples of shape %s from %s", sets.Train.Len(), sets.Test.Len(), shapeText(sets.Train.Shape()), sets.Source) + classes + sets.Note
	return sets, nil
}

func shapeNames() string {
	var names []string
	for _, line := range shapes.Names() {
		name, _, _ := strings.Cut(line, " ")
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

func shapeText(shape []int) string {
	words := make([]string, len(shape))
	for i, n := range shape {
		words[i] = fmt.Sprint(n)
	}
	return strings.Join(words, "×")
}

// refuse returns an error that names the first of the given options that is set: they do not
// apply to the data.
func (o Options) refuse(names ...string) error {
	for _, option := range []struct {
		name string
		set  bool
		text string
	}{
		{"side", o.Side != 0, "a side is for folders of pictures: leave it out"},
		{"colour", o.Colour != "", "a colour is for folders of pictures: leave it out"},
		{"label", o.Label != "", "a column of labels is for tables: leave it out"},
		{"ignore", len(o.Ignore) > 0, "columns to ignore are those of tables: leave that option out"},
		{"missing", o.DropMissing, "missing values are dropped from tables and arrays only: leave that option out"},
		{"scale", o.Scale != "", "a scaling is for tables, arrays and drawn points, as pictures have values from 0 to 1: leave it out"},
	} {
		if option.set && slices.Contains(names, option.name) {
			return errors.New(option.text)
		}
	}
	return nil
}

func openFolder(ctx context.Context, dir string, o Options) (*data.Sets, error) {
	if err := o.refuse("label", "ignore", "missing", "scale"); err != nil {
		return nil, fmt.Errorf("data %q: %w", dir, err)
	}
	if !idx.In(dir) && images.In(dir) {
		return images.Load(ctx, dir, images.Options{Side: o.Side, Colour: o.Colour})
	}
	if err := o.refuse("side", "colour"); err != nil {
		return nil, fmt.Errorf("data %q: %w", dir, err)
	}
	if path, err := filepath.Abs(dir); err == nil && strings.Contains(strings.ToLower(path), "fashion") {
		return fashionmnist.Load(dir)
	}
	return idx.Load(dir, nil)
}

func openFile(path string, o Options) (*data.Sets, error) {
	if err := o.refuse("side", "colour"); err != nil {
		return nil, fmt.Errorf("data %q: %w", path, err)
	}
	switch ext := strings.ToLower(filepath.Ext(path)); {
	case ext == ".csv", ext == ".tsv", ext == ".txt":
		t, err := table.ReadFile(path, table.Options{Label: o.Label, Ignore: o.Ignore, DropMissing: o.DropMissing})
		if err != nil {
			return nil, err
		}
		return divideTable(t, o)
	case ext == ".npy":
		a, err := npy.ReadFile(path)
		if err != nil {
			return nil, err
		}
		return openArrays(path, map[string]*npy.Array{"x": a}, o)
	case ext == ".npz":
		arrays, err := npy.ReadArchive(path)
		if err != nil {
			return nil, err
		}
		return openArrays(path, arrays, o)
	case strings.Contains(filepath.Base(path), "idx3"):
		if err := o.refuse("label", "ignore", "missing", "scale"); err != nil {
			return nil, fmt.Errorf("data %q: %w", path, err)
		}
		set, err := idx.LoadImages(path)
		if err != nil {
			return nil, err
		}
		return divideBytes(set), nil
	}
	return nil, fmt.Errorf("data %q: a file is .csv, .tsv, .txt, .npy, .npz, or has idx3 in its name", path)
}

// divideTable returns a table's rows as a training and a test set.
func divideTable(t *table.Table, o Options) (*data.Sets, error) {
	second, first := data.Split(t.Rows.Len(), testShare, splitSeed)
	sets := &data.Sets{Train: t.Rows.Pick(first), Test: t.Rows.Pick(second), Columns: t.Columns}
	if n := len(t.Dropped); n > 0 {
		sets.Note = fmt.Sprintf(", without %d rows with missing values", n)
	}
	sets.Note += constantColumns(t)
	return scale(sets, o.Scale, data.ScaleStandard)
}

// constantColumns returns a remark on the columns of a table that have the same value in all
// rows, "" if there are none.
func constantColumns(t *table.Table) string {
	const named = 5
	var names []string
	for k, name := range t.Columns {
		first := t.Rows.At(0)[k]
		same := t.Rows.Len() > 1
		for i := 1; same && i < t.Rows.Len(); i++ {
			same = t.Rows.At(i)[k] == first
		}
		if same {
			names = append(names, name)
		}
	}
	more := ""
	if n := len(names) - named; n > 0 {
		names, more = names[:named], fmt.Sprintf(" and %d more", n)
	}
	switch {
	case len(names) == 0:
		return ""
	case len(names) == 1:
		return fmt.Sprintf("; column %s has the same value in all rows: -ignore leaves it out", names[0])
	}
	return fmt.Sprintf("; columns %s%s have the same values in all rows: -ignore leaves them out", strings.Join(names, ", "), more)
}

func divideBytes(set *data.Bytes) *data.Sets {
	second, first := data.Split(set.Len(), testShare, splitSeed)
	return &data.Sets{Train: set.Pick(first), Test: set.Pick(second), Unit: true}
}

// scale scales sets of floats by a method fitted to the training set. An empty method is the
// usual one, but none for pictures with values in [0, 1].
func scale(sets *data.Sets, method, usual string) (*data.Sets, error) {
	train, ok := sets.Train.(*data.Floats)
	if !ok { // pictures of bytes
		return sets, nil
	}
	test := sets.Test.(*data.Floats)
	switch {
	case method != "":
	case len(train.Shape()) == 3 && inUnit(train) && inUnit(test):
		method = data.ScaleNone
	default:
		method = usual
	}
	var err error
	if sets.Scaling, err = data.FitScaling(train, method); err != nil {
		return nil, err
	}
	sets.Scaling.Apply(train)
	sets.Scaling.Apply(test)
	// A test set may leave the interval that the training set was scaled to.
	sets.Unit = inUnit(train) && inUnit(test)
	return sets, nil
}

// inUnit reports whether all values lie in [0, 1].
func inUnit(f *data.Floats) bool {
	return !slices.ContainsFunc(f.Values, func(v float32) bool { return v < 0 || v > 1 })
}
