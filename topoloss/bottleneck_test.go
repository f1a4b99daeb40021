package topoloss_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/distance"
	"github.com/topogen/topogen/topoloss"
)

func TestBottleneck(t *testing.T) {
	type slope = topoloss.BarGradient
	for _, c := range []struct {
		name      string
		p, q      []ph.Bar
		value     float64
		ok        bool
		gradients []slope
		witness   distance.Match
		attracted []slope // with Attract, where that differs
	}{
		{"nothing", nil, nil, 0, false, nil, distance.Match{A: -1, B: -1}, nil},
		{"nothing learnable", nil, bars(0, 5), 0, false, nil, distance.Match{A: -1, B: -1}, nil},
		{"no target", bars(0, 1, 0, 4), nil, 2, true, []slope{{}, {Birth: -0.5, Death: 0.5}}, distance.Match{A: 1, B: -1}, nil},
		{"death too late", bars(0, 5), bars(0, 4), 1, true, []slope{{Death: 1}}, distance.Match{A: 0, B: 0}, nil},
		{"death too early", bars(0, 4), bars(0, 5), 1, true, []slope{{Death: -1}}, distance.Match{A: 0, B: 0}, nil},
		{"birth too late", bars(2, 9), bars(1, 9.5), 1, true, []slope{{Birth: 1}}, distance.Match{A: 0, B: 0}, nil},
		{"birth too early", bars(1, 9), bars(2, 9.5), 1, true, []slope{{Birth: -1}}, distance.Match{A: 0, B: 0}, nil},
		{"both as far", bars(1, 9), bars(2, 8), 1, true, []slope{{Birth: -0.5, Death: 0.5}}, distance.Match{A: 0, B: 0}, nil},
		{"already there", bars(1, 9), bars(1, 9), 0, true, []slope{{}}, distance.Match{A: 0, B: 0}, nil},
		// Longest with longest would make it 9.
		{"not in order", bars(0, 10, 0, 1), bars(0, 1), 5, true, []slope{{Birth: -0.5, Death: 0.5}, {}}, distance.Match{A: 0, B: -1}, nil},
		{"a true bar decides", bars(0, 1), bars(0, 1, 0, 8), 4, false, []slope{{}}, distance.Match{A: -1, B: 1}, []slope{{Death: -1}}},
		{"and attracts the nearest", bars(1, 2, 3, 4), bars(5, 25), 10, false, []slope{{}, {}}, distance.Match{A: -1, B: 0}, []slope{{}, {Death: -1}}},
		{"but none that is needed", bars(0, 11, 0, 1), bars(0, 11, 0, 9), 4.5, false, []slope{{}, {}}, distance.Match{A: -1, B: 1}, []slope{{}, {Death: -1}}},
		{"and if all are, nothing", bars(0, 10), bars(0, 10, 0, 9), 4.5, false, []slope{{}}, distance.Match{A: -1, B: 1}, []slope{}},
		{"and the first of several", bars(3, 4, 2, 4), bars(5, 25), 10, false, []slope{{}, {}}, distance.Match{A: -1, B: 0}, []slope{{Death: -1}, {}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var r topoloss.Bottleneck
			value, ok, gradients := evaluate(&r, c.p, c.q)
			require.Equal(t, c.ok, ok)
			require.Equal(t, c.witness, r.Witness())
			if !ok {
				require.Zero(t, value)
			} else {
				require.Equal(t, c.value, value)
			}
			require.Equal(t, append([]slope{}, c.gradients...), gradients)

			r.Attract = true
			value, ok, gradients = evaluate(&r, c.p, c.q)
			if c.attracted == nil {
				c.attracted = c.gradients
			}
			require.Equal(t, len(c.attracted) > 0, ok)
			if ok {
				require.Equal(t, c.value, value)
			} else {
				c.attracted = c.gradients
			}
			require.Equal(t, append([]slope{}, c.attracted...), gradients)
		})
	}
}
