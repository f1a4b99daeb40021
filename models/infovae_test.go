package models_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/models"
)

// TestInfoVAEAddsTheDiscrepancy: the total is that of the VAE with equal parameters and
// noise, and MMD times the discrepancy from other draws than those of the VAE.
func TestInfoVAEAddsTheDiscrepancy(t *testing.T) {
	dev := device(t)
	spec := models.Spec{Kind: models.KindInfoVAE, Latent: 2, Hidden: []int{8}, Likelihood: models.Gaussian, Sigma: 1, Beta: 0.5, MMD: 30}
	plain := spec
	plain.Kind = models.KindVAE
	tape := autograd.NewTape(dev)
	total := func(s models.Spec) (models.Output, float32) {
		m, err := models.New(dev, s, []int{3}, false, 1)
		require.NoError(t, err)
		out := m.Forward(tape.Normal(1, 2, 16, 3), 5, 6)
		v, err := out.Total.Item()
		require.NoError(t, err)
		return out, v
	}
	out, got := total(spec)
	_, vae := total(plain)
	require.Len(t, out.Losses, 3)
	mmd, err := out.Losses[2].Var.Item()
	require.NoError(t, err)
	require.NotZero(t, mmd)
	require.InDelta(t, vae+30*mmd, got, 1e-4)
	independent, err := models.Discrepancy(out.Latent, tape.Normal(^uint64(5), 6, 16, 2)).Item()
	require.NoError(t, err)
	require.InDelta(t, 16*independent, mmd, 1e-5)
}
