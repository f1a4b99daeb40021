package kerneltest

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/kernels/rips"
)

// TestEveryMethodIsTested fails if a method of the contract has no test, or two.
func TestEveryMethodIsTested(t *testing.T) {
	tested := make(map[string]int)
	for _, test := range tests() {
		tested[test.method]++
	}
	for _, m := range methods() {
		require.Equal(t, 1, tested[m], "tests of method %s", m)
		delete(tested, m)
	}
	require.Empty(t, tested, "tests of methods that do not exist")
}

// A ripsDevice passes right results on through tree and lunes, which may falsify them.
type ripsDevice struct {
	kernels.Device
	tree  func(tree []rips.Edge) []rips.Edge
	lunes func(lunes []rips.Lune) []rips.Lune
}

func (d ripsDevice) SpanningTree(edges []rips.Edge, dist kernels.Buffer, n int) ([]rips.Edge, error) {
	values := make([]float32, n*n)
	err := d.Read(values, dist)
	return append(edges, d.tree(spanningTree(values, n))...), err
}

func (d ripsDevice) Lunes(lunes []rips.Lune, dist kernels.Buffer, n int) ([]rips.Lune, error) {
	values := make([]float32, n*n)
	err := d.Read(values, dist)
	return append(lunes, d.lunes(Lunes(values, n))...), err
}

// TestRipsFaultsAreFound checks that the suite reports missing, wrong and misplaced
// edges and lunes.
func TestRipsFaultsAreFound(t *testing.T) {
	right := ripsDevice{nil, func(e []rips.Edge) []rips.Edge { return e }, func(l []rips.Lune) []rips.Lune { return l }}
	failed := func(test int, d ripsDevice) bool {
		recorder, done := new(recorder), make(chan struct{})
		go func() {
			defer close(done)
			d.Device = cpu.New(cpu.Threads(1))
			ripsTests[test].run(recorder, d, Options{}, true)
		}()
		<-done
		return recorder.failed
	}
	require.False(t, failed(0, right))
	require.False(t, failed(1, right))
	for name, wrong := range map[string]ripsDevice{
		"nothing": {nil, func([]rips.Edge) []rips.Edge { return nil }, func([]rips.Lune) []rips.Lune { return nil }},
		"not the last": {nil, func(e []rips.Edge) []rips.Edge { return e[:max(0, len(e)-1)] },
			func(l []rips.Lune) []rips.Lune { return l[:max(0, len(l)-1)] }},
		"backwards": {nil, func(e []rips.Edge) []rips.Edge { slices.Reverse(e); return e },
			func(l []rips.Lune) []rips.Lune { slices.Reverse(l); return l }},
		"another point": {nil, func(e []rips.Edge) []rips.Edge {
			if len(e) > 20 {
				e[20].V++
			}
			return e
		}, func(l []rips.Lune) []rips.Lune {
			if i := slices.IndexFunc(l, func(l rips.Lune) bool { return l.Other >= 0 }); i >= 0 {
				l[i].Other++
			}
			return l
		}},
	} {
		require.True(t, failed(0, wrong), "a tree that has %s", name)
		require.True(t, failed(1, wrong), "lunes that have %s", name)
	}
}

// TestPhiloxKnownAnswers checks the suite's own generator with the vectors that
// Random123 publishes (kat_vectors, philox4x32 10).
func TestPhiloxKnownAnswers(t *testing.T) {
	const all = 0xffffffff
	for _, v := range []struct {
		counter [4]uint32
		key     [2]uint32
		want    [4]uint32
	}{
		{[4]uint32{}, [2]uint32{}, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{[4]uint32{all, all, all, all}, [2]uint32{all, all}, [4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, [2]uint32{0xa4093822, 0x299f31d0}, [4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	} {
		require.Equal(t, v.want, philox4x32(v.counter, v.key))
	}
}
