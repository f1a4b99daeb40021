package models_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/models"
	"github.com/topogen/topogen/nn"
)

// TestSize: the estimate is below the number of parameters, and near it.
func TestSize(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	for _, s := range []models.Spec{
		{}, {Kind: models.KindAE, Hidden: []int{50, 30}}, {Channels: []int{8, 16, 24}, Hidden: []int{40}, Latent: 3},
	} {
		shape := []int{1, 28, 28}
		s = s.Resolve(shape, true)
		m, err := models.New(dev, s, shape, true, 1)
		require.NoError(t, err)
		count := int64(0)
		for _, p := range nn.Parameters(m) {
			count += int64(p.Value.Len())
		}
		parameters, values := s.Size(shape)
		require.LessOrEqual(t, parameters, count)
		require.Greater(t, float64(parameters), 0.95*float64(count))
		require.Greater(t, values, int64(784))
	}
	// Widths that no machine holds do not overflow.
	parameters, _ := models.Spec{Latent: 1 << 16, Hidden: []int{1 << 16, 1 << 16}}.Size([]int{3, 1 << 14, 1 << 14})
	require.Greater(t, parameters, int64(1)<<45)
}
