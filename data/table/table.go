// Package table reads tables of numbers from CSV files as data sets: a row is an
// example.
//
//	t, err := table.ReadFile("measurements.csv", table.Options{Label: "species"})
//	…
//	fmt.Println(t.Columns, t.Rows.Len())
//
// The separator of fields is the comma, semicolon or tab, whichever the first line has
// most often. A first line without a number is a heading. A missing value is an empty
// field or one of NA, N/A, NaN, null, none, ? and -, in upper or lower case. Missing values
// are an error, which names line and column, or their rows are left out.
package table

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/topogen/topogen/data"
)

// Options say how a table is read.
type Options struct {
	// Label names the column of classes, by its heading or by its number from 1;
	// "" for none. Its fields may be any text.
	Label string
	// DropMissing leaves rows with missing values out. They are an error
	// otherwise.
	DropMissing bool
}

// A Table is the content of a file.
type Table struct {
	Rows    *data.Floats // with Exact, if numbers of the file are not float32 values
	Columns []string     // headings, or numbers from 1
	Dropped []int        // the lines of the file, or the rows of [FromValues], that were left out, from 1
}

// maxNamed is how many missing values an error names.
const maxNamed = 5

// ReadFile reads the file at path.
func ReadFile(path string, o Options) (*Table, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t, err := Read(f, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

// Read reads a table.
func Read(r io.Reader, o Options) (*Table, error) {
	b := bufio.NewReader(r)
	if mark, _ := b.Peek(3); bytes.Equal(mark, []byte("\ufeff")) {
		if _, err := b.Discard(3); err != nil {
			return nil, err
		}
	}
	start, _ := b.Peek(4096)
	c := csv.NewReader(b)
	c.Comma = separator(start)
	c.TrimLeadingSpace = true
	c.ReuseRecord = true
	reader := reader{options: o, label: -1}
	for {
		fields, err := c.Read()
		if errors.Is(err, io.EOF) {
			return reader.finish()
		}
		if err != nil {
			return nil, err // names line and column itself
		}
		line, _ := c.FieldPos(0)
		if err := reader.add(line, fields); err != nil {
			return nil, err
		}
	}
}

// separator returns the separator that the first line has most of.
func separator(start []byte) rune {
	line, _, _ := bytes.Cut(start, []byte("\n"))
	best, most := ',', 0
	for _, c := range ",;\t" {
		if n := strings.Count(string(line), string(c)); n > most {
			best, most = c, n
		}
	}
	return best
}

// A reader collects the rows of a table.
type reader struct {
	options Options
	table   Table
	label   int // column of the classes, −1 for none
	columns int
	values  []float64
	class   []string
	missing []string // line and column of the first missing values
	count   int      // number of missing values
}

func (r *reader) add(line int, fields []string) error {
	if r.columns == 0 {
		r.columns = len(fields)
		heading := isHeading(fields)
		for i, f := range fields {
			name := strconv.Itoa(i + 1)
			if heading {
				name = strings.TrimSpace(f)
			}
			r.table.Columns = append(r.table.Columns, name)
		}
		if err := r.findLabel(); err != nil {
			return err
		}
		if heading {
			return nil
		}
	}
	first := len(r.values)
	complete := true
	for i, f := range fields {
		f = strings.TrimSpace(f)
		switch {
		case isMissing(f):
			complete = false
			if r.count++; len(r.missing) < maxNamed {
				r.missing = append(r.missing, fmt.Sprintf("line %d, column %s", line, r.table.Columns[i]))
			}
		case i != r.label:
			v, err := strconv.ParseFloat(f, 64)
			if x := float32(v); err != nil || x-x != 0 || x == 0 && v != 0 || strings.ContainsAny(f, "_xXpP") {
				return fmt.Errorf("line %d, column %s: %.40q is not a number that a float32 holds; a column of classes needs the option label, and other columns of words must be left out of the file", line, r.table.Columns[i], f)
			}
			r.values = append(r.values, v)
		}
	}
	if !complete {
		r.values = r.values[:first]
		r.table.Dropped = append(r.table.Dropped, line)
		return nil
	}
	if r.label >= 0 {
		r.class = append(r.class, strings.Clone(strings.TrimSpace(fields[r.label])))
	}
	return nil
}

// findLabel finds the column of the classes.
func (r *reader) findLabel() error {
	r.label = -1
	if r.options.Label == "" {
		return nil
	}
	r.label = slices.Index(r.table.Columns, r.options.Label)
	if r.label >= 0 && slices.Contains(r.table.Columns[r.label+1:], r.options.Label) {
		return fmt.Errorf("several columns are called %.40q: name the one of labels by its number", r.options.Label)
	}
	if n, err := strconv.Atoi(r.options.Label); r.label < 0 && err == nil && n >= 1 && n <= r.columns {
		r.label = n - 1
	}
	if r.label < 0 {
		return fmt.Errorf("no column %q for labels among %s", r.options.Label, strings.Join(r.table.Columns, ", "))
	}
	return nil
}

// findIndex returns an error if the table has a column without a heading that counts the
// rows. Programs write such a column beside the data, and nothing can be learnt from it.
func (r *reader) findIndex() error {
	width := r.columns
	names := r.table.Columns
	if r.label >= 0 {
		width--
		names = slices.Delete(slices.Clone(names), r.label, r.label+1)
	}
	for i, name := range names {
		counts := name == "" && len(r.values) > width
		for k := i + width; counts && k < len(r.values); k += width {
			counts = r.values[k] == r.values[k-width]+1
		}
		if counts {
			return fmt.Errorf("column %d has no heading and counts the rows: write the table without this index", i+1)
		}
	}
	return nil
}

// finish returns the table.
func (r *reader) finish() (*Table, error) {
	if r.count > 0 && !r.options.DropMissing {
		places := strings.Join(r.missing, "; ")
		if r.count > len(r.missing) {
			places += fmt.Sprintf("; and %d more", r.count-len(r.missing))
		}
		return nil, fmt.Errorf("values are missing in %d rows: %s: fill them in, or leave such rows out with the option drop-missing", len(r.table.Dropped), places)
	}
	if err := r.findIndex(); err != nil {
		return nil, err
	}
	width := r.columns
	if r.label >= 0 {
		width--
		r.table.Columns = slices.Delete(r.table.Columns, r.label, r.label+1)
	}
	if len(r.values) == 0 || width == 0 {
		return nil, errors.New("there are no rows of numbers")
	}
	r.table.Rows = data.NewFloats([]int{width}, r.values)
	if r.label >= 0 {
		names := slices.Sorted(slices.Values(r.class))
		names = slices.Compact(names)
		l := &data.Labels{Names: names, Classes: make([]int, len(r.class))}
		for i, c := range r.class {
			l.Classes[i], _ = slices.BinarySearch(names, c)
		}
		r.table.Rows.Class = l
	}
	return &r.table, nil
}

// isHeading reports whether a first line is a heading: no field is a number, and one
// is neither empty nor a word for a missing value.
func isHeading(fields []string) bool {
	words := false
	for _, f := range fields {
		f = strings.TrimSpace(f)
		if isMissing(f) {
			continue
		}
		if _, err := strconv.ParseFloat(f, 64); err == nil {
			return false
		}
		words = true
	}
	return words
}

func isMissing(f string) bool {
	switch strings.ToLower(f) {
	case "", "na", "n/a", "nan", "null", "none", "?", "-":
		return true
	}
	return false
}

// FromValues returns a table of rows of the given width, without headings. Values
// that no float32 holds are an error that names row and column, from 1; NaN is a
// missing value.
func FromValues(values []float64, width int, o Options) (*Table, error) {
	if o.Label != "" {
		return nil, fmt.Errorf("an array has no column of labels %q", o.Label)
	}
	t, kept := new(Table), make([]float64, 0, len(values))
	for i := range width {
		t.Columns = append(t.Columns, strconv.Itoa(i+1))
	}
	for row := 0; (row+1)*width <= len(values); row++ {
		first, complete := len(kept), true
		for i, v := range values[row*width : (row+1)*width] {
			x := float32(v)
			switch {
			case math.IsNaN(v) && !o.DropMissing:
				return nil, fmt.Errorf("row %d, column %d is NaN: fill it in, or leave such rows out with the option drop-missing", row+1, i+1)
			case math.IsNaN(v):
				complete = false
			case x-x != 0, x == 0 && v != 0:
				return nil, fmt.Errorf("row %d, column %d is %v, which no float32 holds", row+1, i+1, v)
			}
			kept = append(kept, v)
		}
		if !complete {
			kept = kept[:first]
			t.Dropped = append(t.Dropped, row+1)
		}
	}
	if len(kept) == 0 {
		return nil, errors.New("there are no rows of numbers")
	}
	t.Rows = data.NewFloats([]int{width}, kept)
	return t, nil
}
