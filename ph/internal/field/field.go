// Package field computes with coefficients in Z/p.
package field

import "fmt"

// maxPrime is an upper bound of p, so that an element fits into 16 bits.
const maxPrime = 1 << 15

// A Field is Z/p. Its elements are the numbers below P.
type Field struct {
	P        uint64
	Inverses []uint64 // Inverses[x] is the inverse of x, for x from 1 to P−1
}

// Check returns an error unless p is a prime that a Field can have.
func Check(p int) error {
	if p < 2 || p > maxPrime {
		return fmt.Errorf("ph: modulus %d: it must be a prime from 2 to %d", p, maxPrime)
	}
	for d := 2; d*d <= p; d++ {
		if p%d == 0 {
			return fmt.Errorf("ph: modulus %d is not a prime: it is %d times %d", p, d, p/d)
		}
	}
	return nil
}

// Reset makes f the field Z/p. p must be a prime.
func (f *Field) Reset(p int) {
	if f.P == uint64(p) {
		return
	}
	f.P = uint64(p)
	f.Inverses = make([]uint64, p)
	f.Inverses[1] = 1
	for x := uint64(2); x < f.P; x++ { // as 0 = (p/x)·x + p mod x, 1/x = −(p/x)·1/(p mod x)
		f.Inverses[x] = f.Negate(f.P / x * f.Inverses[f.P%x] % f.P)
	}
}

// Negate returns −x.
func (f *Field) Negate(x uint64) uint64 { return (f.P - x) % f.P }
