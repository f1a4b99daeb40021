package garment

import "math/bits"

// dice are a source of random numbers that will always be the same: SplitMix64
// (Steele, Lea and Flood 2014).
type dice struct{ state uint64 }

// newDice returns the dice of item i of a seed.
func newDice(seed uint64, i int) *dice {
	d := &dice{seed}
	d.state = d.next() + uint64(i)
	d.state = d.next()
	return d
}

func (d *dice) next() uint64 {
	d.state += 0x9e3779b97f4a7c15
	return mix(d.state)
}

func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// between returns a number from low to high, both included.
func (d *dice) between(low, high int) int {
	product, _ := bits.Mul64(d.next(), uint64(high-low+1))
	return low + int(product)
}

// chance reports true in percent of the cases.
func (d *dice) chance(percent int) bool { return d.between(1, 100) <= percent }
