package data

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestChecksum(t *testing.T) {
	set := func(change func(f *Floats)) string {
		f := &Floats{Dims: []int{2}, Values: []float32{1, 2, 3, 4}, Class: &Labels{Classes: []int{0, 1}, Names: []string{"a", "b"}}}
		change(f)
		return Checksum(f)
	}
	same := set(func(*Floats) {})
	require.Equal(t, same, set(func(*Floats) {}))
	for name, change := range map[string]func(f *Floats){
		"a value":  func(f *Floats) { f.Values[3] = 5 },
		"an order": func(f *Floats) { f.Values[0], f.Values[2] = f.Values[2], f.Values[0] },
		"a shape":  func(f *Floats) { f.Dims = []int{1, 2} },
		"a class":  func(f *Floats) { f.Class.Classes[0] = 1 },
		"a name":   func(f *Floats) { f.Class.Names[0] = "c" },
		"classes":  func(f *Floats) { f.Class = nil },
	} {
		require.NotEqual(t, same, set(change), name)
	}
}
