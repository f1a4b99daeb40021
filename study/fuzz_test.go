package study

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzParse checks that Parse refuses a plan, or can read it again after it is written.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"title":"t","baseline":"a","settings":{"data":"x"},"arms":[{"name":"a"},{"name":"b","settings":{"topo":"deaths0=1"}}],` +
		`"seeds":{"reporting":[1,2]},"metrics":[{"name":"bce","better":"lower"}]}`))
	f.Add([]byte(`{"title":"t","title":"u"}`))
	f.Add([]byte(`{"arms":[{"grid":{"topo":["a","b"]}}],"seeds":{"tuning":[1]}} {}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Parse(bytes.NewReader(data))
		if err != nil {
			return
		}
		text, err := json.Marshal(p)
		require.NoError(t, err)
		_, err = Parse(bytes.NewReader(text))
		require.NoError(t, err)
	})
}
