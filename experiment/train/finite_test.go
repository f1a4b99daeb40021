package train_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/experiment/train"
	"github.com/topogen/topogen/nn/safetensors"
)

// TestDivergence checks a run whose values become infinite: it names the step, and with
// CheckFinite the operation, saves nothing that is not finite, and goes on with a lower rate.
func TestDivergence(t *testing.T) {
	c := small()
	c.Topo = c.Topo[:2]
	c.SaveSteps = 1
	c.MaxSteps = 2
	env := environment(t, c, 2)
	sets := open(t, c)
	r, err := train.New(c, sets, env)
	require.NoError(t, err)
	require.NoError(t, r.Train(t.Context()))
	require.NoError(t, r.Close())

	c.MaxSteps = 6
	wild := c
	wild.LearningRate = 3e37 // finite weights, whose products are not
	for _, check := range []bool{false, true} {
		wild.CheckFinite = check
		r, err := train.New(wild, sets, reopened(t, env))
		require.NoError(t, err)
		err = r.Train(t.Context())
		require.Error(t, err)
		if check {
			require.Regexp(t, `^validation after step 3: autograd: the (result|gradient) .* of (autograd|nn|models)\.[A-Za-z0-9]+.* is (NaN|[+-]Inf) at \[[\d ]+\]`, err.Error())
		} else {
			require.Regexp(t, `^validation after step 3: the bce of the VAE became (NaN|[+-]Inf): resume with a lower learning rate, or with -check-finite`, err.Error())
		}
		require.NoError(t, r.Close())
		for _, name := range []string{"checkpoint.safetensors", "checkpoint-before.safetensors"} {
			f, err := safetensors.ReadFile(env.Folder.Path(name))
			require.NoError(t, err)
			for _, tensor := range f.Tensors {
				for _, v := range tensor.Values {
					require.False(t, math.IsNaN(float64(v)) || math.IsInf(float64(v), 0), "%s in %s", tensor.Name, name)
				}
			}
		}
	}

	r, err = train.New(c, sets, reopened(t, env))
	require.NoError(t, err)
	made, _ := r.Steps()
	require.Equal(t, 2, made)
	require.NoError(t, r.Train(t.Context()))
	require.NoError(t, r.Close())
}

// TestCheckFiniteChangesNothing checks that CheckFinite changes nothing but the time of steps.
func TestCheckFiniteChangesNothing(t *testing.T) {
	var tables [2][]string
	for i := range tables {
		c := small()
		c.MaxSteps, c.CheckFinite = 3, i == 1
		env := environment(t, c, 1)
		r, err := train.New(c, open(t, c), env)
		require.NoError(t, err)
		require.NoError(t, r.Train(t.Context()))
		require.NoError(t, r.Close())
		tables[i] = rows(t, env.Folder.Path("metrics.csv"))
	}
	require.Equal(t, tables[0], tables[1])
}
