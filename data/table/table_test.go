package table_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/data/table"
)

func TestRead(t *testing.T) {
	for name, c := range map[string]struct {
		text    string
		options table.Options
		columns string
		values  []float32
		dropped []int
		classes []int
	}{
		"plain":      {"1,2\n3,4.5\n", table.Options{}, "1 2", []float32{1, 2, 3, 4.5}, nil, nil},
		"heading":    {"height,weight\r\n1,2\r\n", table.Options{}, "height weight", []float32{1, 2}, nil, nil},
		"semicolons": {"a;b\n1; 2\n", table.Options{}, "a b", []float32{1, 2}, nil, nil},
		"tabs":       {"\ufeffa\tb\n-1e3\t2\n", table.Options{}, "a b", []float32{-1000, 2}, nil, nil},
		"quotes":     {"\"a, in m\",b\n\"1\",2\n", table.Options{}, "a, in m b", []float32{1, 2}, nil, nil},
		"label":      {"a,kind,b\n1,cat,2\n3,ant,4\n5,cat,6\n", table.Options{Label: "kind"}, "a b", []float32{1, 2, 3, 4, 5, 6}, nil, []int{1, 0, 1}},
		"label 2":    {"1,cat\n3,ant\n", table.Options{Label: "2"}, "1", []float32{1, 3}, nil, []int{1, 0}},
		"dropped":    {"a,b\n1,NA\n3,4\n,\n5,6\n", table.Options{DropMissing: true}, "a b", []float32{3, 4, 5, 6}, []int{2, 4}, nil},
		"ignored":    {"day,a,k,b,note\n1/2,1,x,2,\n3/4,3,y,4,n/a\n", table.Options{Label: "k", Ignore: []string{"day", "5"}}, "a b", []float32{1, 2, 3, 4}, nil, []int{0, 1}},
		"an index":   {",a\n0,7\n1,8\n", table.Options{Ignore: []string{"1"}}, "a", []float32{7, 8}, nil, nil},
		"no label":   {"a,b\n1,x\n3,?\n", table.Options{DropMissing: true, Label: "b"}, "a", []float32{1}, []int{3}, []int{0}},
	} {
		got, err := table.Read(strings.NewReader(c.text), c.options)
		require.NoError(t, err, name)
		require.Equal(t, c.columns, strings.Join(got.Columns, " "), name)
		require.Equal(t, c.values, got.Rows.Values, name)
		require.Equal(t, c.dropped, got.Dropped, name)
		if c.classes != nil {
			require.Equal(t, c.classes, got.Rows.Class.Classes, name)
		} else {
			require.Nil(t, got.Rows.Labels(), name)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                 "there are no rows of numbers",
		"a,b\n":                            "there are no rows of numbers",
		"a,b\n1,2\n3\n":                    "line 3: wrong number of fields",
		"a,b\n1,x\n":                       `line 2, column b: "x" is not a number`,
		"1,x\n":                            `line 1, column 2: "x" is not a number`,
		"1,2\n3,1e60\n":                    `line 2, column 2: "1e60" is not a number that a float32 holds`,
		"1,2\n3,-1e-60\n":                  `line 2, column 2: "-1e-60" is not a number that a float32 holds`,
		",a\n0,7\n1,8\n":                   "column 1 has no heading and counts the rows: leave it out with -ignore 1",
		"a,\"\"\n7,5\n8,6\n2,7\n":          "column 2 has no heading and counts the rows",
		"1,2\n3,inf\n":                     `line 2, column 2: "inf"`,
		"1,2\n3,1_000\n":                   `"1_000" is not a number`,
		"a,b\n1,2\n,4\n5,n/a\n":            "values are missing in 2 rows: line 3, column a; line 4, column b: fill them in",
		"NA,NA\n1,2\n":                     "values are missing in 1 rows: line 1, column 1; line 1, column 2",
		"1\n" + strings.Repeat("nan\n", 9): "and 4 more",
		"a,\"b\n1,2\n":                     "extraneous or missing",
	} {
		_, err := table.Read(strings.NewReader(text), table.Options{})
		require.ErrorContains(t, err, want, "%q", text)
	}
	_, err := table.Read(strings.NewReader("a,b\n1,2\n"), table.Options{Label: "c"})
	require.ErrorContains(t, err, `no column "c" for labels among a, b`)
	_, err = table.Read(strings.NewReader("a,b,a\nx,2,3\n"), table.Options{Label: "a"})
	require.ErrorContains(t, err, `several columns are called "a": name the one for labels by its number`)
	_, err = table.Read(strings.NewReader("k,\nx,0\ny,1\n"), table.Options{Label: "k"})
	require.ErrorContains(t, err, "column 2 has no heading and counts the rows: leave it out with -ignore 2")
	_, err = table.Read(strings.NewReader("a,b\n1,2\n"), table.Options{Ignore: []string{"c"}})
	require.ErrorContains(t, err, `no column "c" to ignore among a, b`)
	_, err = table.Read(strings.NewReader("a,b\n1,2\n"), table.Options{Label: "b", Ignore: []string{"a", "b"}})
	require.ErrorContains(t, err, `column "b" has the labels: it cannot be ignored`)
	// All columns of words are named at once.
	_, err = table.Read(strings.NewReader("date,kind,\"in m, about\",city,city\n2024-01-02,oak,3,Ulm,Bonn\n"), table.Options{})
	require.EqualError(t, err, `line 2, column date: "2024-01-02" is not a number that a float32 holds, nor are the values of kind, city, city; give a column of classes as -label, and leave other columns of words out with -ignore date,kind,4,5`)
	for _, text := range []string{",a\n0,7\n2,8\n", ",a\n0,7\n", "a,k,\n7,x,0\n8,x,2\n", "7,0\n8,1\n"} {
		_, err = table.Read(strings.NewReader(text), table.Options{Label: "2"})
		require.NoError(t, err, "no index: %q", text)
	}
	path := filepath.Join(t.TempDir(), "t.csv")
	require.NoError(t, os.WriteFile(path, []byte("1,x\n"), 0o600))
	_, err = table.ReadFile(path, table.Options{})
	require.ErrorContains(t, err, "t.csv: line 1, column 2")
}

func TestFromValues(t *testing.T) {
	got, err := table.FromValues([]float64{1, 2, 3, math.NaN(), 5, 6}, 2, table.Options{DropMissing: true})
	require.NoError(t, err)
	require.Equal(t, []float32{1, 2, 5, 6}, got.Rows.Values)
	require.Equal(t, []int{2}, got.Dropped)
	_, err = table.FromValues([]float64{1, 2, 3, math.NaN()}, 2, table.Options{})
	require.ErrorContains(t, err, "row 2, column 2 is NaN")
	_, err = table.FromValues([]float64{1, 1e60}, 2, table.Options{})
	require.ErrorContains(t, err, "row 1, column 2 is 1e+60")
	_, err = table.FromValues([]float64{1, 1e-60}, 2, table.Options{})
	require.ErrorContains(t, err, "row 1, column 2 is 1e-60, which no float32 holds")
	_, err = table.FromValues(nil, 2, table.Options{})
	require.ErrorContains(t, err, "no rows")
}

func FuzzRead(f *testing.F) {
	f.Add("a,b\n1,2\n")
	f.Add("1;2\n;3\n")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := table.Read(strings.NewReader(text), table.Options{DropMissing: true})
		if err != nil {
			return
		}
		for _, v := range got.Rows.Values {
			if v-v != 0 {
				t.Fatalf("%q: value %v", text, v)
			}
		}
		if len(got.Rows.Values) != got.Rows.Len()*len(got.Columns) {
			t.Fatalf("%q: %d values in %d columns", text, len(got.Rows.Values), len(got.Columns))
		}
	})
}
