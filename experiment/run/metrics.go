package run

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
)

// SecondsColumn is the name of a column of measured times. These differ between runs that are
// equal otherwise, so [Metrics.Checksum] leaves them out.
const SecondsColumn = "seconds"

// Metrics is a table of numbers in a CSV file, with a row for each step. It also keeps all rows
// in memory, for curves.
type Metrics struct {
	Columns []string
	Rows    [][]float64
	file    *os.File
	w       *bufio.Writer
	line    []byte // the last row, as text
	sum     hash.Hash
	seconds int // the index of SecondsColumn, −1 if there is none
}

func newMetrics(columns []string, file *os.File) *Metrics {
	return &Metrics{
		Columns: columns, file: file, w: bufio.NewWriter(file),
		sum: sha256.New(), seconds: slices.Index(columns, SecondsColumn),
	}
}

// digest adds a line of the table, which does not include its end, to the checksum.
func (m *Metrics) digest(line []byte) {
	separator := []byte{','}
	for i, more := 0, true; more; i++ {
		var field []byte
		field, line, more = bytes.Cut(line, separator)
		if i != m.seconds {
			m.sum.Write(field)
			m.sum.Write(separator)
		}
	}
}

// CreateMetrics starts a table with the given column names in a new file.
func (f *Folder) CreateMetrics(name string, columns []string) (*Metrics, error) {
	return f.beginMetrics(name, columns, os.O_EXCL)
}

// beginMetrics starts a table and writes its heading to the file at once. So a run that is
// killed before its first checkpoint leaves a table, too.
func (f *Folder) beginMetrics(name string, columns []string, flag int) (*Metrics, error) {
	file, err := os.OpenFile(f.Path(name), os.O_CREATE|os.O_WRONLY|flag, 0o666)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	m := newMetrics(columns, file)
	heading := strings.Join(columns, ",")
	m.digest([]byte(heading))
	fmt.Fprintln(m.w, heading)
	if err := m.w.Flush(); err != nil {
		file.Close()
		return nil, fmt.Errorf("metrics: %w", err)
	}
	return m, nil
}

// ResumeMetrics opens the table of an earlier run and cuts it back to its first
// rows rows. A table with fewer rows or other columns is an error, and so are rows that
// have another [Metrics.Checksum]. If rows is 0 it starts a new table: the run may have
// been stopped before there was one.
func (f *Folder) ResumeMetrics(name string, columns []string, rows int, checksum string) (*Metrics, error) {
	if rows == 0 {
		return f.beginMetrics(name, columns, os.O_TRUNC)
	}
	path := f.Path(name)
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	m := newMetrics(columns, file)
	if err := m.cut(rows, checksum); err != nil {
		file.Close()
		return nil, fmt.Errorf("metrics %s: %w", path, err)
	}
	return m, nil
}

func (m *Metrics) cut(rows int, checksum string) error {
	r := bufio.NewReader(m.file)
	var end int64
	line := func() (string, error) {
		s, err := r.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return "", fmt.Errorf("holds %d whole rows, the checkpoint was written after %d", len(m.Rows), rows)
		}
		end += int64(len(s))
		s = strings.TrimSuffix(s, "\n")
		m.digest([]byte(s))
		return s, err
	}
	head, err := line()
	if err != nil {
		return err
	}
	if want := strings.Join(m.Columns, ","); head != want {
		return fmt.Errorf("has columns %s, this run writes %s", head, want)
	}
	for len(m.Rows) < rows {
		s, err := line()
		if err != nil {
			return err
		}
		fields := strings.Split(s, ",")
		if len(fields) != len(m.Columns) {
			return fmt.Errorf("row %d has %d fields, want %d", len(m.Rows)+1, len(fields), len(m.Columns))
		}
		row := make([]float64, len(fields))
		for i, field := range fields {
			if row[i], err = strconv.ParseFloat(field, 64); err != nil && field != "" {
				return fmt.Errorf("row %d, column %s: %q is not a number", len(m.Rows)+1, m.Columns[i], field)
			} else if field == "" {
				row[i] = math.NaN()
			}
		}
		m.Rows = append(m.Rows, row)
	}
	if m.Checksum() != checksum {
		return fmt.Errorf("has been changed: its first %d rows are not those that the checkpoint was written after; put the file back, or start a new run", rows)
	}
	if err := m.file.Truncate(end); err != nil {
		return err
	}
	_, err = m.file.Seek(end, io.SeekStart)
	return err
}

// Append adds a row, one value for each column. NaN stands for a value that does
// not exist and is written as an empty field.
func (m *Metrics) Append(row []float64) error {
	if len(row) != len(m.Columns) {
		panic(fmt.Sprintf("run: a row of %d values for %d columns", len(row), len(m.Columns)))
	}
	m.Rows = append(m.Rows, append([]float64(nil), row...))
	m.line = m.line[:0]
	for i, v := range row {
		if i > 0 {
			m.line = append(m.line, ',')
		}
		if !math.IsNaN(v) {
			m.line = strconv.AppendFloat(m.line, v, 'g', -1, 64)
		}
	}
	m.digest(m.line)
	// A bufio.Writer keeps its first error, so that one check is enough.
	m.w.Write(m.line)
	return m.w.WriteByte('\n')
}

// Column returns the values of the named column. It panics if there is none.
func (m *Metrics) Column(name string) []float64 {
	for i, c := range m.Columns {
		if c == name {
			values := make([]float64, len(m.Rows))
			for k, row := range m.Rows {
				values[k] = row[i]
			}
			return values
		}
	}
	panic(fmt.Sprintf("run: no metric %q among %v", name, m.Columns))
}

// Checksum returns the SHA-256 of the heading and all rows, without the times of
// [SecondsColumn].
func (m *Metrics) Checksum() string { return hex.EncodeToString(m.sum.Sum(nil)) }

// Sync writes all rows so far to disk.
func (m *Metrics) Sync() error {
	if err := m.w.Flush(); err != nil {
		return err
	}
	return m.file.Sync()
}

// Close flushes and closes the file.
func (m *Metrics) Close() error { return errors.Join(m.w.Flush(), m.file.Close()) }
