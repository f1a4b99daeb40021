package ph_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
)

func TestPointsJSON(t *testing.T) {
	p := ph.Points[float32]{Dim: 2, Coords: []float32{0, 0.1, -3, 1e20}}
	data, err := json.Marshal(p)
	require.NoError(t, err)
	require.Equal(t, "[[0,0.1],[-3,100000000000000000000]]", string(data))
	var back ph.Points[float32]
	require.NoError(t, json.Unmarshal(data, &back))
	require.Equal(t, p, back)
	for text, want := range map[string]string{
		"[[0,0],[1]]":       "point 1 has 1 coordinates, point 0 has 2",
		"[]":                "no points",
		"[[]]":              "point 0 has no coordinates",
		"[[1,2],[3,1e60]]":  "point 1, coordinate 1 is 1e+60, beyond the largest float32",
		"[[1,2],[3,1e-60]]": "point 1, coordinate 1 is 1e-60, too small for a float32",
		"[[0,0],[null,1]]":  "point 1, coordinate 0 is null",
		"[[0,0],null]":      "point 1 has 0 coordinates",
		"[1]":               "not a list of points",
	} {
		require.ErrorContains(t, json.Unmarshal([]byte(text), &back), want, text)
		require.Equal(t, p, back, "nothing is changed")
	}
	_, err = json.Marshal(ph.Points[float64]{Dim: 1, Coords: []float64{math.NaN()}})
	require.ErrorContains(t, err, "point 0")
}
