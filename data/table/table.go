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
	// Ignore names columns to leave out, each by its heading or by its number from 1. Their
	// fields may be any text, or missing.
	Ignore []string
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
	label   int    // column of the classes, −1 for none
	ignored []bool // by column of the file
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
		if err := r.findNamed(); err != nil {
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
		case r.ignored[i]:
		case isMissing(f):
			complete = false
			if r.count++; len(r.missing) < maxNamed {
				r.missing = append(r.missing, fmt.Sprintf("line %d, column %s", line, r.table.Columns[i]))
			}
		case i != r.label:
			v, ok := parse(f)
			if !ok {
				return r.notNumbers(line, i, fields)
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

// parse returns the number that a field has. It returns false if there is none or no float32
// holds it.
func parse(field string) (float64, bool) {
	v, err := strconv.ParseFloat(field, 64)
	x := float32(v)
	return v, err == nil && x-x == 0 && (x != 0 || v == 0) && !strings.ContainsAny(field, "_xXpP")
}

// notNumbers returns the error of a line in which a column has no number. It names all such
// columns of the line: they probably hold words in other lines, too.
func (r *reader) notNumbers(line, column int, fields []string) error {
	text := fmt.Sprintf("line %d, column %s: %.40q is not a number that a float32 holds", line, r.table.Columns[column], strings.TrimSpace(fields[column]))
	var names, others []string
	for i, f := range fields {
		f = strings.TrimSpace(f)
		if _, ok := parse(f); ok || i == r.label || r.ignored[i] || isMissing(f) {
			continue
		}
		names = append(names, r.flagName(i))
		if i != column {
			others = append(others, r.table.Columns[i])
		}
	}
	if len(others) > 0 {
		text += ", nor are the values of " + strings.Join(others, ", ")
	}
	return fmt.Errorf("%s; give a column of classes as -label, and leave other columns of words out with -ignore %s", text, strings.Join(names, ","))
}

// flagName returns a name of a column that can be in a list separated by commas: its heading,
// or its number if the heading cannot.
func (r *reader) flagName(column int) string {
	name := r.table.Columns[column]
	if first := slices.Index(r.table.Columns, name); name == "" || strings.ContainsAny(name, ", ") || first != column || slices.Contains(r.table.Columns[first+1:], name) {
		return strconv.Itoa(column + 1)
	}
	return name
}

// findNamed finds the column of the classes and those to ignore.
func (r *reader) findNamed() (err error) {
	r.label, r.ignored = -1, make([]bool, r.columns)
	if r.options.Label != "" {
		if r.label, err = r.find(r.options.Label, "for labels"); err != nil {
			return err
		}
	}
	for _, name := range r.options.Ignore {
		i, err := r.find(name, "to ignore")
		if err != nil {
			return err
		}
		if i == r.label {
			return fmt.Errorf("column %.40q has the labels: it cannot be ignored", name)
		}
		r.ignored[i] = true
	}
	return nil
}

// find returns the column that has a heading or, if there is none, a number from 1. purpose
// says in errors what it is for.
func (r *reader) find(name, purpose string) (int, error) {
	i := slices.Index(r.table.Columns, name)
	if i >= 0 && slices.Contains(r.table.Columns[i+1:], name) {
		return 0, fmt.Errorf("several columns are called %.40q: name the one %s by its number", name, purpose)
	}
	if n, err := strconv.Atoi(name); i < 0 && err == nil && n >= 1 && n <= r.columns {
		i = n - 1
	}
	if i < 0 {
		return 0, fmt.Errorf("no column %q %s among %s", name, purpose, strings.Join(r.table.Columns, ", "))
	}
	return i, nil
}

// numeric returns the columns of the file whose fields are values of an example.
func (r *reader) numeric() (columns []int) {
	for i := range r.columns {
		if i != r.label && !r.ignored[i] {
			columns = append(columns, i)
		}
	}
	return columns
}

// findIndex returns an error if the table has a column without a heading that counts the
// rows. Programs write such a column beside the data, and nothing can be learnt from it.
func (r *reader) findIndex() error {
	columns := r.numeric()
	width := len(columns)
	for i, column := range columns {
		counts := r.table.Columns[column] == "" && len(r.values) > width
		for k := i + width; counts && k < len(r.values); k += width {
			counts = r.values[k] == r.values[k-width]+1
		}
		if counts {
			return fmt.Errorf("column %d has no heading and counts the rows: leave it out with -ignore %[1]d", column+1)
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
		return nil, fmt.Errorf("values are missing in %d rows: %s: fill them in, or leave such rows out with -drop-missing", len(r.table.Dropped), places)
	}
	if err := r.findIndex(); err != nil {
		return nil, err
	}
	var names []string
	for _, column := range r.numeric() {
		names = append(names, r.table.Columns[column])
	}
	r.table.Columns = names
	width := len(names)
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
	if len(o.Ignore) > 0 {
		return nil, fmt.Errorf("an array has no column to ignore, %q", o.Ignore[0])
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
				return nil, fmt.Errorf("row %d, column %d is NaN: fill it in, or leave such rows out with -drop-missing", row+1, i+1)
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
