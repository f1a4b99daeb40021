package study

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGridExpands(t *testing.T) {
	p := plan(t, 2, `{"name": "a", "settings": {"z": 1}, "grid": {"y": ["p", "q"], "x": [1, 2]}}`)
	var names []string
	for _, a := range p.expand() {
		names = append(names, a.Name)
		require.Equal(t, family(a.Name), strings.Split(a.Name, " ")[0])
	}
	require.Equal(t, []string{"plain", "a [x=1, y=p]", "a [x=1, y=q]", "a [x=2, y=p]", "a [x=2, y=q]"}, names)
	require.Len(t, p.Units(Test), 10)
	require.Len(t, p.Units(Validation), 15)
	all := append(append(Shard(p.Units(Test), 0, 3), Shard(p.Units(Test), 1, 3)...), Shard(p.Units(Test), 2, 3)...)
	require.Len(t, unique(all), 10)
}

func TestPlanRefusals(t *testing.T) {
	_, err := Parse(nil)
	require.EqualError(t, err, "study: the reader of the plan is nil")
	const good = `{"title": "T", "baseline": "a", "arms": [{"name": "a"}, {"name": "b"}], "seeds": {"reporting": [1, 2]}, "metrics": [{"name": "m", "better": "lower"}]}`
	_, err = Parse(strings.NewReader(good))
	require.NoError(t, err)
	for _, c := range []struct{ old, new, want string }{
		{`"title": "T"`, `"title": ""`, "title: is empty"},
		{`"title": "T"`, `"titel": "T"`, `unknown field "titel"`},
		{`"title": "T",`, `"title": "T"`, "line 1, column 16: invalid character"},
		{`"baseline": "a"`, `"baseline": "c"`, `baseline: is "c", which names no arm`},
		{`, {"name": "b"}`, ``, "arms: has 1 arms, a comparison needs at least 2"},
		{`{"name": "b"}`, `{"name": "a"}`, `arms[1].name: "a" names an arm above, too`},
		{`{"name": "b"}`, `{"name": "b[1]"}`, `arms[1].name: is "b[1]", want 1 to 80 characters other than brackets`},
		{`{"name": "a"}`, `{"name": "a", "grid": {"x": [1]}}`, `arms[0].grid: the baseline "a" has a grid: it must be one arm`},
		{`{"name": "b"}`, `{"name": "b", "grid": {"x": []}}`, "arms[1].grid.x: has no values"},
		{`{"name": "b"}`, `{"name": "b", "settings": {"x": 1}, "grid": {"x": [1]}}`, "arms[1].grid.x: is among the arm's settings, too"},
		{`{"name": "b"}`, `{"name": "b", "grid": {"x": [1, 2, 1]}}`, "arms[1].grid.x[2]: 1 is there twice"},
		{`{"name": "b"}`, `{"name": "b", "grid": {"x": [1, "1"]}}`, "arms[1].grid.x[1]: 1 is there twice"},
		{`[1, 2]`, `[]`, "seeds.reporting: is empty"},
		{`[1, 2]`, `[1, 1]`, "seeds.reporting[1]: seed 1 stands in seeds.reporting, too"},
		{`"reporting": [1, 2]`, `"tuning": [2], "reporting": [1, 2]`, "seeds.reporting[1]: seed 2 stands in seeds.tuning, too"},
		{`[1, 2]`, `[-1]`, "cannot unmarshal number -1"},
		{`"lower"`, `"less"`, `metrics[0].better: is "less", want lower or higher`},
		{`"better": "lower"`, `"better": "lower", "optimized_by": ["z"]`, `metrics[0].optimized_by[0]: "z" names no arm`},
		{`{"name": "m", "better": "lower"}`, `{"name": "m", "better": "lower"}, {"name": "m", "better": "lower"}`, `metrics[1].name: "m" is there twice`},
		{`"lower"}]}`, `"lower"}]} {}`, "there is text after its end"},
	} {
		require.Contains(t, good, c.old)
		_, err := Parse(strings.NewReader(strings.Replace(good, c.old, c.new, 1)))
		require.ErrorContains(t, err, "study: the plan: ")
		require.ErrorContains(t, err, c.want)
	}
}

func TestLeastP(t *testing.T) {
	require.Equal(t, 10.0/512, plan(t, 10, `{"name": "a", "grid": {"shift": [1, 2]}}`).LeastP())
	require.Equal(t, 1.0, plan(t, 2, `{"name": "a", "grid": {"shift": [1, 2]}}`).LeastP())
}
