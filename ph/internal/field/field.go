// Package field computes with coefficients in Z/p.
package field

import "fmt"

// MaxPrime bounds p.
const MaxPrime = 1 << 15

// A Field is Z/p. Its elements are the numbers below P.
type Field struct {
	P        uint64
	Inverses []uint64 // of 1, …, P−1 by index
}

// Check returns an error unless p is a prime that a Field can have.
func Check(p int) error {
	if p < 2 || p > MaxPrime {
		return fmt.Errorf("ph: modulus %d: it must be a prime from 2 to %d", p, MaxPrime)
	}
	for d := 2; d*d <= p; d++ {
		if p%d == 0 {
			return fmt.Errorf("ph: modulus %d is no prime, but %d times %d", p, d, p/d)
		}
	}
	return nil
}

// Reset makes f the field of a prime.
func (f *Field) Reset(p int) {
	if f.P == uint64(p) {
		return
	}
	f.P = uint64(p)
	f.Inverses = make([]uint64, p)
	f.Inverses[1] = 1
	for x := uint64(2); x < f.P; x++ { // 0 = p = (p/x)·x + p mod x
		f.Inverses[x] = f.Negate(f.P / x * f.Inverses[f.P%x] % f.P)
	}
}

// Negate returns −x.
func (f *Field) Negate(x uint64) uint64 { return (f.P - x) % f.P }
