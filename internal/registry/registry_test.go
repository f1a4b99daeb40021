package registry_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/registry"
)

type numbers struct{}

func (numbers) Odd() []int  { return []int{1, 3} }
func (numbers) Even() []int { return []int{2, 4} }

type words struct{}

func (words) One() string { return "one" }

func TestAll(t *testing.T) {
	require.Equal(t, []int{2, 4, 1, 3}, registry.All[int](numbers{}))
	require.Empty(t, registry.All[int](struct{}{}))
	require.PanicsWithValue(t, "registry: method One of registry_test.words is a func() string, not a func() []int",
		func() { registry.All[int](words{}) })
}
