package ph_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
)

func TestPrinting(t *testing.T) {
	finite := ph.Bar{Birth: 0.25, Death: 1. / 3, BirthCell: ph.Cell{U: 4, V: 3}, DeathCell: ph.Cell{U: 2, V: 0}}
	essential := ph.Bar{Death: math.Inf(1), BirthCell: ph.Cell{U: 5, V: 5}, DeathCell: ph.Cell{U: -1, V: -1}}
	diagram := ph.Diagram{Degree: 1, Bars: []ph.Bar{finite, essential}}
	for _, c := range []struct {
		format string
		value  any
		want   string
	}{
		{"%v", finite, "[0.25, 0.3333333333333333)"},
		{"%.3g", finite, "[0.25, 0.333)"},
		{"%7.2f", finite, "[   0.25,    0.33)"},
		{"%+.2v", finite, "[0.25, 0.33) from 4-3 to 2-0"},
		{"%s", essential, "[0, ∞)"},
		{"%+v", essential, "[0, ∞) from 5"},
		{"%d", essential, "%!d(ph.Bar=[0, ∞))"},
		{"%#v", finite, "ph.Bar{Birth:0.25, Death:0.3333333333333333, BirthCell:ph.Cell{U:4, V:3}, DeathCell:ph.Cell{U:2, V:0}}"},
		{"%v", essential.DeathCell, "none"},
		{"%.2g", diagram, "degree 1: [0.25, 0.33) [0, ∞)"},
		{"%+.2g", diagram, "degree 1:\n  [0.25, 0.33) from 4-3 to 2-0\n  [0, ∞) from 5"},
		{"%#v", ph.Diagram{Degree: 2}, "ph.Diagram{Degree:2, Bars:[]ph.Bar(nil)}"},
		{"%v", ph.Diagram{Degree: 2}, "degree 2: no bars"},
		{"%x", ph.Diagram{}, "%!x(ph.Diagram=degree 0: no bars)"},
		{"%.1f", []ph.Diagram{diagram}, "[degree 1: [0.2, 0.3) [0.0, ∞)]"},
	} {
		require.Equal(t, c.want, fmt.Sprintf(c.format, c.value), c.format)
	}
}

func TestDiagramsAsJSON(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for trial := range 20 {
		p := ph.Points[float64]{Dim: 2}
		for range 2 * (1 + r.IntN(12)) {
			p.Coords = append(p.Coords, r.Float64())
		}
		res, err := ph.Rips(t.Context(), p, ph.Options{MaxDegree: 2, Threshold: r.Float64(), Simplices: true, Cycles: trial%2 == 0, Cocycles: trial%3 == 0})
		require.NoError(t, err)
		data, err := json.Marshal(res.Diagrams())
		require.NoError(t, err)
		var back []ph.Diagram
		require.NoError(t, json.Unmarshal(data, &back))
		require.Equal(t, fmt.Sprintf("%+v", res.Diagrams()), fmt.Sprintf("%+v", back))

		// The form of a result can be read as diagrams; representatives are ignored.
		data, err = json.Marshal(res)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(data, &back))
		require.Equal(t, fmt.Sprintf("%+v", res.Diagrams()), fmt.Sprintf("%+v", back))
	}
}

func TestJSONForm(t *testing.T) {
	essential := ph.Bar{Birth: 0.5, Death: math.Inf(1)}
	data, err := json.Marshal(ph.Diagram{Degree: 1, Bars: []ph.Bar{{Birth: 0.25, Death: 1}, essential}})
	require.NoError(t, err)
	require.Equal(t, `{"degree":1,"bars":[[0.25,1],[0.5,null]]}`, string(data), "no edges are named")

	res, err := ph.Rips(t.Context(), ph.Points[float64]{Dim: 2, Coords: []float64{0, 0, 2, 0, 2, 2, 0, 2}},
		ph.Options{MaxDegree: 1, Threshold: 2, Simplices: true, Cocycles: true, Modulus: 3})
	require.NoError(t, err)
	data, err = json.Marshal(res)
	require.NoError(t, err)
	require.Equal(t, `[{"degree":0,"bars":[[0,2],[0,2],[0,2],[0,null]],`+
		`"edges":[[[1,1],[1,0]],[[2,2],[2,1]],[[3,3],[3,0]],[[0,0],null]],`+
		`"simplices":[[[1],[0,1]],[[2],[1,2]],[[3],[0,3]],[[0],null]]},`+
		`{"degree":1,"bars":[[2,null]],"edges":[[[3,2],null]],"simplices":[[[2,3],null]],`+
		`"cocycles":[[{"simplex":[2,3],"coefficient":1}]]}]`, string(data))

	var d ph.Diagram
	require.NoError(t, json.Unmarshal([]byte(`{"degree":1,"bars":[[0,null],[2,3],[0,1]]}`), &d))
	require.Equal(t, "degree 1: [0, 1) [2, 3) [0, ∞)", fmt.Sprint(d), "in the order of deaths")
	require.Len(t, d.Finite(), 2)

	for text, want := range map[string]string{
		`[]`:                             "not a diagram like",
		`{"bars":[[0,1]]}`:               "a diagram has no degree",
		`{"degree":null,"bars":[[0,1]]}`: "a diagram has no degree",
		`{"degree":-1}`:                  "degree -1",
		`{"degree":1}`:                   "a diagram of degree 1 has no bars: that of none has an empty list",
		`null`:                           "a diagram has no degree",
		`{"degree":0,"bars":[[null,1]]}`: "bar 0 of degree 0 has no birth",
		`{"degree":0,"bars":[[0]]}`:      "not a diagram like",
		`{"degree":0,"bars":[[0,1,7]]}`:  "[0,1,7] are not two values",
		`{"degree":0,"bars":[null]}`:     "null are not two values",
		`{"bar":[[0,1]]}`:                `unknown field "bar"`,
		`{"degree":0,"bars":[[0,1]],"edges":[[[1],[1,0]]]}`:                "[1] are not two values",
		`{"degree":0,"bars":[[0,1]],"edges":[[[1,null],[1,0]]]}`:           "the edges of bar 0 of degree 0 lack a point",
		`{"degree":0,"bars":[[0,1],[2,1]]}`:                                "bar 1 of degree 0 is born at 2 and dies at 1, before its birth",
		`{"degree":0,"bars":[[0,1]],"Bars":[[0,2]]}`:                       `a diagram has the key "Bars" twice`,
		`{"degree":0,"bars":[[0,1]],"edges":[[[1,1],[1,0]],[[0,0],null]]}`: "has 1 bars and the edges of 2",
	} {
		require.ErrorContains(t, json.Unmarshal([]byte(text), &d), want)
	}
	for _, b := range []ph.Bar{{Birth: math.NaN()}, {Death: math.NaN()}, {Birth: math.Inf(-1)}, {Birth: 2, Death: 1}} {
		_, err := json.Marshal(ph.Diagram{Bars: []ph.Bar{{}, b}})
		require.ErrorContains(t, err, "bar 1 of degree 0 is born at")
	}
}
