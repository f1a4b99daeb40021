package ph

import (
	"fmt"

	"github.com/topogen/topogen/ph/internal/field"
)

// Options say what to compute. The zero value asks for degree 0 over Z/2.
type Options struct {
	// MaxDegree is the highest degree, at least 0. Degrees above n−2 and above 1 are left
	// out of the result for n points, which have no class there.
	MaxDegree int

	// Threshold is the length of the longest edges of the filtration; classes
	// that live on are essential. 0 stands for the enclosing radius, the least
	// distance within which some point reaches all others: beyond it nothing is
	// born or dies. Sparse distances have no limit then. It is rounded as the
	// distances are: an edge of just this length is one of the filtration.
	Threshold float64

	// Modulus is the prime p of coefficients in Z/p, at most 32768; 0 stands
	// for 2.
	Modulus int

	// Workers is how many goroutines work at once; 0 stands for as many as can run
	// at once, or one where there is little to do. Results do not depend on it.
	Workers int

	// Simplices asks for the simplices that give birth to classes and end them.
	Simplices bool

	// Cocycles asks for a representative cocycle of each class of degree 1 and
	// higher.
	Cocycles bool

	// Cycles asks for a representative cycle of each class of degree 1 that
	// ends. It needs the modulus 2.
	Cycles bool
}

func (o *Options) check() error {
	if o.Modulus == 0 {
		o.Modulus = 2
	}
	switch {
	case o.MaxDegree < 0:
		return fmt.Errorf("ph: degree %d: the least degree is 0", o.MaxDegree)
	case !(o.Threshold >= 0):
		return fmt.Errorf("ph: threshold %v: it must not be negative, and 0 stands for the enclosing radius", o.Threshold)
	case o.Workers < 0:
		return fmt.Errorf("ph: %d workers: there must be one, and 0 stands for as many as can run at once", o.Workers)
	case o.Cycles && o.Modulus != 2:
		return fmt.Errorf("ph: cycles over Z/%d: they are computed over Z/2 alone; ask for cocycles", o.Modulus)
	}
	return field.Check(o.Modulus)
}

// higher reports whether more is asked for than the reduced filtration tells.
func (o *Options) higher() bool {
	return o.MaxDegree > 1 || o.MaxDegree == 1 && (o.Modulus != 2 || o.Cocycles)
}
