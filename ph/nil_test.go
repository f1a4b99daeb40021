package ph_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
)

// A nil filtration is an error, and a nil context panics, with words that name it.
func TestNilArguments(t *testing.T) {
	_, err := ph.Compute(t.Context(), nil, ph.Options{})
	require.EqualError(t, err, "ph: the filtration is nil")
	var none context.Context
	d := ph.Matrix32{N: 2, Data: make([]float32, 4)}
	const missing = "ph: the context is nil: want context.Background() if nothing cancels"
	require.PanicsWithValue(t, missing, func() { _, _ = new(ph.Engine).Rips(none, d, 1) })
	require.PanicsWithValue(t, missing, func() { _, _ = new(ph.Engine).Lunes(none, 2, nil) })
}
