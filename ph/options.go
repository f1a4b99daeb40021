package ph

import (
	"fmt"

	"github.com/topogen/topogen/ph/internal/field"
)

// Options say what to compute. The zero value asks for degree 0 over Z/2.
type Options struct {
	// MaxDegree is the highest degree, at least 0. The Rips filtration of n points has no
	// class above degree n−2: [Rips] leaves such degrees out of the result, except 0 and 1.
	MaxDegree int

	// Threshold is the greatest length of an edge of a Rips filtration. Classes that are
	// alive at this scale are essential. 0 stands for the enclosing radius, the least distance
	// within which some point reaches all others; beyond it no class is born or dies. For
	// sparse distances 0 stands for no threshold. The threshold is rounded to the type of
	// the distances, and an edge of exactly this length is in the filtration.
	Threshold float64

	// Modulus is the prime p of coefficients in Z/p, at most 32768; 0 stands
	// for 2.
	Modulus int

	// Workers is the number of goroutines that work at once. 0 stands for GOMAXPROCS, or
	// for one if the problem is small. Results do not depend on it.
	Workers int

	// Simplices asks for the simplices that give birth to classes and those that end them.
	Simplices bool

	// Cocycles asks for a representative cocycle of each class of degree 1 and
	// higher.
	Cocycles bool

	// Cycles asks for a representative cycle of each class of degree 1 and higher.
	Cycles bool

	// Progress, if it is not nil, is called from time to time by one goroutine, with what is
	// being done and the share of it that is done. The call must return soon.
	Progress func(stage string, share float64)
}

// progress calls o.Progress if that is set.
func (o *Options) progress(stage string, share float64) {
	if o.Progress != nil {
		o.Progress(stage, share)
	}
}

// check sets a Modulus of 0 to 2. It returns an error that names an option out of range.
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
		return fmt.Errorf("ph: %d workers: want at least 1, or 0 for GOMAXPROCS", o.Workers)
	}
	return field.Check(o.Modulus)
}

// higher reports whether the options need the reduction of the coboundary matrix: degree 2
// or higher, or degree 1 with coefficients other than Z/2 or with cocycles. The reduced
// Rips filtration has all other results.
func (o *Options) higher() bool {
	return o.MaxDegree > 1 || o.MaxDegree == 1 && (o.Modulus != 2 || o.Cocycles)
}
