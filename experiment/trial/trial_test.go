package trial_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/data/fashionmnist"
	"github.com/topogen/topogen/data/source"
	"github.com/topogen/topogen/experiment/train"
	"github.com/topogen/topogen/experiment/trial"
	"github.com/topogen/topogen/study"
)

func runner() *trial.Runner {
	return &trial.Runner{Open: func(ctx context.Context, c train.Config) (*data.Sets, error) {
		return source.Open(ctx, c.Data, c.DataOptions, fashionmnist.DownloadOptions{})
	}}
}

func unit(text string) study.Unit {
	var s study.Settings
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		panic(err)
	}
	return study.Unit{Arm: "a", Settings: s, Seed: 7, Part: study.Test}
}

const small = `"data": "embedded:300", "batch_size": 32, "max_steps": 4, "model": {"n_latent": 3}, "measure": {"at": [2], "points": 40, "neighbors": 3}`

func TestUnit(t *testing.T) {
	r := runner()
	dir := t.TempDir()
	o, err := r.Run(t.Context(), unit(`{`+small+`, "topo": "deaths0@samples=0.3"}`), dir)
	require.NoError(t, err)
	for _, name := range []string{"bce", "bce@2", "precision", "recall", "density", "coverage", "energy", "mmd", "one_nn",
		"feature_precision", "feature_recall", "feature_energy", "feature_mmd", "feature_accuracy", "elbo", "iwae",
		"kl_0.01", "kl_0.1", "trustworthiness", "continuity", "mrre", "rmse", "distance_correlation"} {
		require.Contains(t, o.Metrics, name)
	}
	require.Less(t, o.Metrics["bce"], o.Metrics["bce@2"])
	require.Equal(t, []int{2, 4}, o.Curves[0].Steps)
	require.Equal(t, o.Metrics["bce"], o.Curves[0].Values[1])
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1) // nothing of the run stays but the picture
	require.Equal(t, study.SamplesFile, entries[0].Name())

	again, err := runner().Run(t.Context(), unit(`{`+small+`, "topo": "deaths0@samples=0.3"}`), t.TempDir())
	require.NoError(t, err)
	require.Equal(t, o, again)

	// The last step may be one of measure.at.
	last, err := r.Run(t.Context(), unit(`{`+strings.Replace(small, "[2]", "[2, 4]", 1)+`, "topo": "deaths0@samples=0.3"}`), t.TempDir())
	require.NoError(t, err)
	require.Equal(t, o.Metrics["bce"], last.Metrics["bce"])
	require.Equal(t, o.Metrics["bce"], last.Metrics["bce@4"])

	// A later step is a mistake, which only the data may show.
	_, err = r.Run(t.Context(), unit(`{`+strings.Replace(strings.Replace(small, "[2]", "[2, 4000]", 1), `"max_steps": 4`, `"n_epochs": 1`, 1)+`}`), t.TempDir())
	require.ErrorContains(t, err, "measure.at[1] is 4000, but the last step is")

	plain, err := r.Run(t.Context(), unit(`{`+small+`}`), t.TempDir())
	require.NoError(t, err)
	require.NotEqual(t, o.Metrics["bce"], plain.Metrics["bce"])
}

// Every kind of model, of points and of pictures, can be measured.
func TestModels(t *testing.T) {
	for _, kind := range []string{"ae", "vae", "wae", "gan"} {
		o, err := runner().Run(t.Context(), unit(`{"data": "circle,n=100,test=40", "batch_size": 32, "max_steps": 3,
			"model": {"kind": "`+kind+`", "n_latent": 2, "hidden": [8]}, "measure": {"points": 40, "neighbors": 3}, "topo": "cross0@samples=1(k=8)"}`), t.TempDir())
		require.NoError(t, err, kind)
		for _, name := range []string{"far", "mtopdiv", "precision"} {
			require.Contains(t, o.Metrics, name, kind)
		}
		_, encodes := o.Metrics["kl_0.1"]
		require.Equal(t, kind != "gan", encodes, kind)
	}
}

// Tuning never sees the test set.
func TestTuningIsMeasuredOnValidation(t *testing.T) {
	u := unit(`{` + small + `}`)
	test, err := runner().Run(t.Context(), u, t.TempDir())
	require.NoError(t, err)
	u.Part = study.Validation
	validation, err := runner().Run(t.Context(), u, t.TempDir())
	require.NoError(t, err)
	require.NotEqual(t, test.Metrics["bce"], validation.Metrics["bce"])
}

func TestCancelledUnit(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	_, err := runner().Run(ctx, unit(`{`+small+`}`), dir)
	require.ErrorIs(t, err, context.Canceled)
	_, err = os.Stat(filepath.Join(dir, study.SamplesFile))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestSettingsThatMakeNoConfiguration(t *testing.T) {
	for text, want := range map[string]string{
		`{"batchsize": 3}`:                            `unknown field "batchsize"`,
		`{"seed": 3}`:                                 "the settings have a seed: seeds are the plan's",
		`{"draw": 3}`:                                 "the setting draw has no effect, a unit keeps no new examples: remove it",
		`{"device": "cuda"}`:                          `device is "cuda": units run on cpu`,
		`{"alone": false}`:                            "alone is false: a unit trains one model",
		`{"topo": "death"}`:                           "death",
		`{"measure": {"points": 3}}`:                  "measure.points is 3, must be from 8 to 16384",
		`{"measure": {"neighbors": 0}}`:               "measure.neighbors is 0",
		`{"measure": {"draws": -1}}`:                  "measure.draws is -1, must be from 0 to 65536",
		`{"measure": {"radius": 0}}`:                  "measure.radius is 0, must be positive",
		`{"measure": {"at": [50, 40]}}`:               "measure.at is [50 40], must ascend from at least 1",
		`{"measure": {"at": [5, 9]}, "max_steps": 8}`: "measure.at[1] is 9, but the last step is 8",
		`{"batch_size": 0}`:                           "batch-size is 0, must be at least 2",
		`{"learning_rate": "fast"}`:                   "cannot unmarshal string",
	} {
		require.ErrorContains(t, runner().Check(unit(text)), want, text)
	}
}
