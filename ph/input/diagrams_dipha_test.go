package input_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/input"
)

// dipha returns a file: its header, then triples of degree, birth and death.
func dipha(t *testing.T, kind, count int64, bars ...float64) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, binary.Write(&b, binary.LittleEndian, []int64{8067171840, kind, count}))
	for i, x := range bars {
		if i%3 == 0 {
			require.NoError(t, binary.Write(&b, binary.LittleEndian, int64(x)))
		} else {
			require.NoError(t, binary.Write(&b, binary.LittleEndian, x))
		}
	}
	return b.Bytes()
}

func TestDiagramsInDIPHA(t *testing.T) {
	file := dipha(t, 2, 4, 1, 0.5, 2, 0, 0, 3, -1, 0.25, 0.25, 1, 0.5, 1)
	got, err := input.ReadDiagrams(bytes.NewReader(file), nil)
	require.NoError(t, err)
	bar := func(birth, death float64) ph.Bar {
		none := ph.Cell{U: -1, V: -1}
		return ph.Bar{Birth: birth, Death: death, BirthCell: none, DeathCell: none}
	}
	want := []ph.Diagram{
		{Degree: 0, Bars: []ph.Bar{bar(0, 3), bar(0.25, math.Inf(1))}},
		{Degree: 1, Bars: []ph.Bar{bar(0.5, 1), bar(0.5, 2)}},
	}
	require.Equal(t, want, got)
	var b bytes.Buffer
	require.NoError(t, input.WriteDIPHA(&b, want))
	got, err = input.ReadDiagrams(&b, nil)
	require.NoError(t, err)
	require.Equal(t, want, got)
	for says, file := range map[string][]byte{
		"a DIPHA file of type 7, a matrix of distances: want type 2, a persistence diagram": dipha(t, 7, 1),
		"ends in bar 1 of 2":           dipha(t, 2, 2, 0, 0, 1),
		"there is more after the 0":    dipha(t, 2, 0, 0, 0, 1),
		"bar 0 has the degree 1000000": dipha(t, 2, 1, 1e6, 0, 1),
		"born at 2 and dies at 1":      dipha(t, 2, 1, 0, 2, 1),
		"born at NaN":                  dipha(t, 2, 1, 0, math.NaN(), 1),
		"header":                       dipha(t, 2, 1)[:20],
	} {
		_, err := input.ReadDiagrams(bytes.NewReader(file), nil)
		require.ErrorContains(t, err, says)
	}
}
