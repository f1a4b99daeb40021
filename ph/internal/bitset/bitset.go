// Package bitset keeps sets of small numbers as bits. Number v is bit v mod 64 of word v/64.
package bitset

import "math/bits"

// Words returns the number of words of a set whose numbers are below n.
func Words(n int) int { return (n + 63) / 64 }

// Has reports whether v is in the set.
func Has[V int32 | uint32](set []uint64, v V) bool { return set[v>>6]>>(v&63)&1 != 0 }

// Add adds v to the set.
func Add[V int32 | uint32](set []uint64, v V) { set[v>>6] |= 1 << (v & 63) }

// Remove removes v from the set.
func Remove[V int32 | uint32](set []uint64, v V) { set[v>>6] &^= 1 << (v & 63) }

// Min returns the least number in the set, −1 if the set is empty.
func Min(set []uint64) int32 {
	for w, x := range set {
		if x != 0 {
			return int32(w<<6 + bits.TrailingZeros64(x))
		}
	}
	return -1
}
