package ph

import "fmt"

// maxModulus bounds the primes p of coefficients in Z/p.
const maxModulus = 1 << 15

// A field is Z/p.
type field struct {
	p        uint64
	inverses []uint64
}

func checkModulus(p int) error {
	if p < 2 || p > maxModulus {
		return fmt.Errorf("ph: modulus %d: it must be a prime from 2 to %d", p, maxModulus)
	}
	for d := 2; d*d <= p; d++ {
		if p%d == 0 {
			return fmt.Errorf("ph: modulus %d is no prime, but %d times %d", p, d, p/d)
		}
	}
	return nil
}

// begin makes the field of a prime.
func (f *field) begin(p int) {
	if f.p == uint64(p) {
		return
	}
	f.p = uint64(p)
	f.inverses = resize(f.inverses, p)
	f.inverses[1] = 1
	for x := uint64(2); x < f.p; x++ { // 0 = p = (p/x)·x + p mod x
		f.inverses[x] = f.negate(f.p / x * f.inverses[f.p%x] % f.p)
	}
}

func (f *field) negate(x uint64) uint64 { return (f.p - x) % f.p }
