package train_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	dataset "github.com/topogen/topogen/data"
	"github.com/topogen/topogen/experiment/train"
	"github.com/topogen/topogen/topoloss"
)

// TestTermsOnDegenerateData trains with every term at every place, on constant images that
// are all equal or of two kinds, in batches of two and more. All that is computed is finite.
func TestTermsOnDegenerateData(t *testing.T) {
	const n, side = 24, 4
	var terms []string
	for _, name := range topoloss.Names() {
		for _, where := range topoloss.Places() {
			term := fmt.Sprintf("%s@%s=0.1", name, where)
			if strings.HasPrefix(name, "cubical") && where == topoloss.Latent {
				continue // latent vectors are not images
			}
			if _, err := topoloss.Parse(term); err != nil {
				require.Equal(t, topoloss.Samples, where)
				continue
			}
			terms = append(terms, term)
		}
	}
	specs, err := topoloss.Parse(strings.Join(terms, ","))
	require.NoError(t, err)
	for values := 1; values <= 2; values++ {
		data := &dataset.Floats{Dims: []int{1, side, side}}
		for i := range n {
			for range side * side {
				data.Values = append(data.Values, float32(i%values))
			}
		}
		sets := &dataset.Sets{Train: data, Test: data, Source: "equal", Unit: true}
		for _, size := range []int{2, 9} {
			for _, method := range []string{"plain", "interpolate", "bigstep"} {
				c := train.Default()
				c.Data, c.BatchSize, c.MaxSteps, c.CheckFinite, c.Topo = sets.Source, size, 3, true, specs
				// Joint terms want latent vectors with as many coordinates as examples.
				c.Model.Latent, c.Model.Channels, c.Model.Hidden = side*side, []int{4}, []int{8}
				require.NoError(t, c.Gradient.Set(method))
				env := environment(t, c, 1)
				r, err := train.New(c, sets, env)
				require.NoError(t, err)
				require.NoError(t, r.Train(t.Context()), "%d values, batches of %d, %s", values, size, method)
				require.NoError(t, r.Close())
				for _, row := range rows(t, env.Folder.Path("metrics.csv"))[1:] {
					require.NotContains(t, row, "Inf")
					require.NotContains(t, row, "NaN")
				}
			}
		}
	}
}
