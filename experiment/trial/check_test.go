package trial_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/experiment/trial"
	"github.com/topogen/topogen/study"
)

func TestCheckPlan(t *testing.T) {
	const good = `{"title": "T", "baseline": "a", "settings": {"data": "circle", "measure": {"at": [5]}}, "arms": [{"name": "a"}, {"name": "b", "settings": {"batch_size": 8}, "grid": {"topo": ["deaths0=1", "push0=2"]}}],
		"seeds": {"reporting": [1, 2]}, "metrics": [{"name": "nll", "better": "lower"}, {"name": "recall", "better": "higher"}, {"name": "nll@5", "better": "lower"}]}`
	check := func(text string) error {
		p, err := study.Parse(strings.NewReader(text))
		require.NoError(t, err)
		return runner().CheckPlan(p)
	}
	require.NoError(t, check(good))
	// Settings that JSON leaves out while they are zero are settings, too.
	for _, setting := range []string{`"weight_decay": 0.1`, `"precision": "bf16"`, `"weight_decay": 0`, `"reshuffle": true`} {
		require.NoError(t, check(strings.Replace(good, `"batch_size": 8`, setting, 1)), setting)
	}
	require.NoError(t, check(strings.Replace(good, `"title"`, fmt.Sprintf(`"version": %d, "title"`, trial.Version), 1)))
	for _, c := range []struct{ old, new, want string }{
		{`"title"`, `"version": 99, "title"`, "the plan: version: is 99, but settings have the meaning of version"},
		{`"data": "circle"`, `"label": "kind"`, `the plan: settings.label: there is no setting "label": the settings are alone, batch_size`},
		{`"data": "circle"`, `"seed": 1`, `the plan: settings.seed: there is no setting "seed"`},
		{`"data": "circle"`, `"onnx": false`, "the plan: settings.onnx: the setting has no effect, a unit keeps no model: remove it"},
		{`"batch_size": 8`, `"n_plot": 5`, "the plan: arms[1].settings.n_plot: the setting has no effect"},
		{`"topo": ["deaths0=1", "push0=2"]`, `"sampler": ["prior", "mixture"]`, "the plan: arms[1].grid.sampler[0]: the setting has no effect"},
		{`"data": "circle"`, `"data": 3`, "the plan: settings.data: cannot unmarshal number"},
		{`"at": [5]`, `"when": [5]`, `the plan: settings.measure: unknown field "when": the fields are at, draws, neighbors, points, radius`},
		{`"batch_size": 8`, `"data_options": {"drop-missing": true}`, `the plan: arms[1].settings.data_options: unknown field "drop-missing": the fields are colour, drop_missing, ignore, label, scale, seed, side`},
		{`"data": "circle"`, `"data": "circle", "max_steps": 4`, `the plan: arm "a": measure.at[0] is 5, but the last step is 4`},
		{`"batch_size": 8`, `"batch_size": 1`, `the plan: arm "b [topo=deaths0=1]": batch-size is 1, must be at least 2`},
		{`"push0=2"`, `"psh0=2"`, `the plan: arms[1].grid.topo[1]: topoloss: character 1 of the terms: no term is named "psh0"`},
		{`"recall"`, `"recal"`, `the plan: metrics[1].name: "recal" is not a metric: the metrics are bce, bce@5, continuity`},
		{`"nll@5"`, `"nll@7"`, `the plan: metrics[2].name: "nll@7" needs the step 7 in the setting measure.at`},
	} {
		require.Contains(t, good, c.old)
		require.ErrorContains(t, check(strings.Replace(good, c.old, c.new, 1)), c.want)
	}
}

// A setting that a plan leaves out has a default. Another default gives the plan another
// meaning: raise trial.Version with it.
func TestDefaultsBelongToTheVersion(t *testing.T) {
	defaults, err := json.Marshal(trial.Default())
	require.NoError(t, err)
	require.JSONEq(t, `{
		"data": "auto", "data_options": {"label": "", "scale": "", "colour": "", "side": 0, "drop_missing": false, "seed": 0},
		"seed": 1234, "device": "cpu", "alone": true,
		"model": {"kind": "", "n_latent": 0, "channels": null, "hidden": null, "likelihood": "", "sigma": 0, "beta": 0, "mmd": 0},
		"batch_size": 128, "n_epochs": 0, "max_steps": 0, "learning_rate": 0.0005, "check_finite": false,
		"topo": "", "gradient": "plain", "samples": 0,
		"sampler": "", "n_plot": 0, "onnx": false, "save_every": 0, "save_steps": 0,
		"measure": {"at": null, "points": 512, "neighbors": 5, "radius": 0.15, "draws": 16}
	}`, string(defaults), "raise trial.Version, and record the new defaults here")
}
