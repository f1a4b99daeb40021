package shapes_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/data/shapes"
)

func TestOpen(t *testing.T) {
	for spec, want := range map[string]struct{ train, test, dim, classes int }{
		"circle":                     {2000, 1000, 2, 0},
		"circles,n=300,noise=0.02":   {300, 150, 2, 2},
		"swiss-roll,test=7,n=50":     {50, 7, 3, 0},
		"spheres,n=220,test=110":     {220, 110, 101, 11},
		"gaussians:5,n=100,scale=2":  {100, 50, 2, 5},
		"linked-rings,n=20,at=1/2/3": {20, 10, 3, 2},
		"torus,n=1":                  {1, 1, 3, 0},
	} {
		require.True(t, shapes.Is(spec))
		sets, err := shapes.Open(spec, 3)
		require.NoError(t, err, spec)
		require.Equal(t, want.train, sets.Train.Len(), spec)
		require.Equal(t, want.test, sets.Test.Len(), spec)
		require.Equal(t, []int{want.dim}, sets.Train.Shape(), spec)
		require.False(t, sets.Unit)
		if want.classes > 0 {
			require.Len(t, sets.Train.Labels().Names, want.classes, spec)
		} else {
			require.Nil(t, sets.Train.Labels(), spec)
		}
		again, err := shapes.Open(spec, 3)
		require.NoError(t, err)
		require.Equal(t, sets, again)
		other, err := shapes.Open(spec, 4)
		require.NoError(t, err)
		require.NotEqual(t, sets.Train, other.Train)
	}
}

func TestOpenRefuses(t *testing.T) {
	for spec, want := range map[string]string{
		"circle,n=0":            `option "n=0": want a number of examples`,
		"circle,test=x":         `option "test=x"`,
		"circle,n=9,n=8":        `option "n=8": n is there twice`,
		"glyphs,test=9,test=9":  "test is there twice",
		"clusters:99999999,n=9": "more than its 13 points",
		"circle,colour=1":       "options are n, noise, scale and at",
		"glyphs,noise=1":        `option "noise=1": options of glyphs are n and test`,
		"glyphs,n=9999999":      "at most 1048576 glyphs",
	} {
		_, err := shapes.Open(spec, 1)
		require.ErrorContains(t, err, want, spec)
	}
	require.False(t, shapes.Is("circel,n=3"))
}

func TestGlyphs(t *testing.T) {
	sets, err := shapes.Open("glyphs,n=500", 1)
	require.NoError(t, err)
	require.True(t, sets.Unit)
	set := sets.Train.(*data.Bytes)
	require.Equal(t, []int{1, 28, 28}, set.Shape())
	require.NotEqual(t, set.At(0), sets.Test.(*data.Bytes).At(0))
	for i := range set.Len() {
		var ink, border int
		for p, v := range set.At(i) {
			if v > 127 {
				ink++
				if p/28 == 0 || p/28 == 27 || p%28 == 0 || p%28 == 27 {
					border++
				}
			}
		}
		require.Greater(t, ink, 25, "digit %s", set.Class.Names[set.Class.Classes[i]])
		require.Less(t, ink, 350)
		require.Less(t, border, 12)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	require.Equal(t, set.Values[:50*784], shapes.Glyphs(50, 1).Values)
}
