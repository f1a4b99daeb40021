package kerneltest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEveryMethodIsTested fails when the contract grows and the suite does not.
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
