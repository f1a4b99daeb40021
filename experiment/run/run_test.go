package run

import (
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

type config struct {
	Seed int     `json:"seed"`
	Rate float64 `json:"rate"`
}

func TestFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "b")
	f, err := Create(path, config{7, 0.5})
	require.NoError(t, err)
	require.Equal(t, path, f.Path())

	_, err = Create(path, config{})
	require.ErrorContains(t, err, "already holds a run")

	var c config
	require.NoError(t, f.Close())
	again, err := Open(path, &c)
	require.NoError(t, err)
	require.NoError(t, again.Close())
	require.Equal(t, config{7, 0.5}, c)

	other := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(other, "thesis.tex"), []byte("x"), 0o600))
	_, err = Create(other, config{})
	require.ErrorContains(t, err, "is not empty")
	_, err = Open(other, &c)
	require.ErrorContains(t, err, "holds no run to resume")

	require.NoError(t, os.WriteFile(f.Path(ConfigFile), []byte(`{"seed":1,"sead":2}`), 0o600))
	_, err = Open(path, &c)
	require.ErrorContains(t, err, "sead")
	for text, want := range map[string]string{
		`{"seed":1,"rate":2,"Seed":3}`: `it has the key "Seed" twice`,
		`{"seed":1} {"seed":2}`:        "there is text after its end",
		`{"seed":1`:                    "unexpected EOF",
		`{"seed":1e400}`:               "cannot unmarshal number 1e400",
		``:                             "EOF",
	} {
		require.NoError(t, os.WriteFile(f.Path(ConfigFile), []byte(text), 0o600))
		_, err = Open(path, &c)
		require.ErrorContains(t, err, "not the configuration of such a run: ")
		require.ErrorContains(t, err, want)
	}
}

func TestUnused(t *testing.T) {
	base := filepath.Join(t.TempDir(), "run")
	for _, want := range []string{base, base + "-2", base + "-3"} {
		got, err := Unused(base)
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.NoError(t, os.Mkdir(got, 0o700))
	}
}

func TestWriteIsAllOrNothing(t *testing.T) {
	f, err := Create(t.TempDir(), config{})
	require.NoError(t, err)
	require.NoError(t, f.Write("x", func(w io.Writer) error { _, err := io.WriteString(w, "old"); return err }))
	broken := errors.New("broken")
	err = f.Write("x", func(w io.Writer) error { io.WriteString(w, "new"); return broken })
	require.ErrorIs(t, err, broken)
	require.ErrorContains(t, err, f.Path("x"))
	data, err := os.ReadFile(f.Path("x"))
	require.NoError(t, err)
	require.Equal(t, "old", string(data))
	entries, err := os.ReadDir(f.Path())
	require.NoError(t, err)
	require.Len(t, entries, 3, "the lock, the configuration and the file: nothing temporary")
}

func TestMetrics(t *testing.T) {
	f, err := Create(t.TempDir(), config{})
	require.NoError(t, err)
	columns := []string{"step", "loss"}
	m, err := f.CreateMetrics("m.csv", columns)
	require.NoError(t, err)
	heading, err := os.ReadFile(f.Path("m.csv"))
	require.NoError(t, err)
	require.Equal(t, "step,loss\n", string(heading), "the heading does not wait for a row")
	for i := range 5 {
		require.NoError(t, m.Append([]float64{float64(i), 1 / float64(i)}))
	}
	require.NoError(t, m.Append([]float64{5, math.NaN()}))
	require.NoError(t, m.Close())

	read := func() string {
		data, err := os.ReadFile(f.Path("m.csv"))
		require.NoError(t, err)
		return string(data)
	}
	whole := read()
	require.True(t, strings.HasPrefix(whole, "step,loss\n0,+Inf\n1,1\n2,0.5\n"), whole)
	require.True(t, strings.HasSuffix(whole, "\n5,\n"), whole)

	m, err = f.ResumeMetrics("m.csv", columns, 6, m.Checksum())
	require.NoError(t, err)
	require.True(t, math.IsNaN(m.Column("loss")[5]))
	require.NoError(t, m.Close())
	require.Equal(t, whole, read())

	m, err = f.ResumeMetrics("m.csv", columns, 3, sumOf([]byte(whole), 3))
	require.NoError(t, err)
	require.Equal(t, []float64{0, 1, 2}, m.Column("step"))
	require.NoError(t, m.Append([]float64{3, 9}))
	require.NoError(t, m.Close())
	require.Equal(t, "step,loss\n0,+Inf\n1,1\n2,0.5\n3,9\n", read())

	// Before its first row a table begins anew, whatever is left of it.
	for _, left := range []string{"", "step,l", "another,table\n1,2\n"} {
		require.NoError(t, os.WriteFile(f.Path("left.csv"), []byte(left), 0o600))
		m, err = f.ResumeMetrics("left.csv", columns, 0, "")
		require.NoError(t, err, left)
		require.Empty(t, m.Rows)
		require.NoError(t, m.Append([]float64{0, 1}))
		require.NoError(t, m.Close())
		data, err := os.ReadFile(f.Path("left.csv"))
		require.NoError(t, err)
		require.Equal(t, "step,loss\n0,1\n", string(data))
		require.NoError(t, os.Remove(f.Path("left.csv")))
	}
	m, err = f.ResumeMetrics("left.csv", columns, 0, "")
	require.NoError(t, err, "nothing is left of it")
	require.NoError(t, m.Close())

	_, err = f.ResumeMetrics("m.csv", columns, 5, "")
	require.ErrorContains(t, err, "holds 4 whole rows")
	_, err = f.ResumeMetrics("m.csv", []string{"step"}, 1, "")
	require.ErrorContains(t, err, "has columns step,loss")
	require.NoError(t, os.WriteFile(f.Path("bad.csv"), []byte("step,loss\n1,x\n"), 0o600))
	_, err = f.ResumeMetrics("bad.csv", columns, 1, "")
	require.ErrorContains(t, err, `column loss: "x" is not a number`)
}

func TestReportHoldsItsPictures(t *testing.T) {
	f, err := Create(t.TempDir(), config{})
	require.NoError(t, err)
	require.NoError(t, f.Write("p.png", func(w io.Writer) error { _, err := w.Write([]byte("\x89PNG")); return err }))
	report := Report{
		Title: "A <run>",
		Sections: []Section{{
			Heading:  "Losses",
			Table:    Table{[]string{"model", "BCE"}, [][]string{{"VAE", "<b>250"}}},
			Pictures: []Picture{{"p.png", "a picture"}},
		}, {Heading: "Nothing"}},
	}
	require.NoError(t, f.WriteReport(report))
	data, err := os.ReadFile(f.Path("report.html"))
	require.NoError(t, err)
	page := string(data)
	require.Contains(t, page, "A &lt;run&gt;")
	require.Contains(t, page, "<td>&lt;b&gt;250</td>")
	require.Contains(t, page, `src="data:image/png;base64,iVBORw=="`)
	require.NotContains(t, page, "http")
	require.NotContains(t, page, "Nothing")

	report.Sections[0].Pictures[0].File = "absent.png"
	require.ErrorContains(t, f.WriteReport(report), "absent.png")
}
