package delaunay

import "math"

// A Point has the scaled coordinates of a vertex; the third one is 0 in the plane.
type Point [3]float64

// epsilon is the largest relative error of an operation: half the distance from 1 to the
// next number.
const epsilon = 0x1p-53

// The error bounds of determinants, relative to the sum of the magnitudes of their
// products (Shewchuk, 1997, the bounds A of sections 4.2 to 4.5).
const (
	orientPlaneError = (3 + 16*epsilon) * epsilon
	orientSpaceError = (7 + 56*epsilon) * epsilon
	inCircleError    = (10 + 96*epsilon) * epsilon
	inSphereError    = (16 + 224*epsilon) * epsilon
)

// predicates decide on which side of a line, plane or sphere a point is.
type predicates struct {
	// A determinant whose magnitude exceeds its bound has the right sign. These bounds hold
	// for all points. A bound for the points of one call is less, but takes longer to
	// compute. A bound is 0 if float64 rounds nothing: if all coordinates are small multiples
	// of one number, as in a grid.
	orientPlaneBound, orientSpaceBound, inCircleBound, inSphereBound float64

	exact arithmetic
}

// reset sets the bounds. span is the largest difference of two coordinates. All coordinates
// are multiples of unit.
func (p *predicates) reset(span, unit float64) {
	// A product of k differences, and a sum of such products, is a multiple of the k-th
	// power of the unit. It is exact if it is less than 2⁵³ times this power. The determinants
	// have 2 and 6 products for an orientation, 12 for a circle and 72 for a sphere, where
	// the squared length of a vector counts one for each coordinate.
	bound := func(products, degree int, relative float64) float64 {
		largest := float64(products) * math.Pow(span, float64(degree))
		if float64(products)*math.Pow(span/unit, float64(degree)) <= 1<<53 {
			return 0
		}
		return largest * relative
	}
	p.orientPlaneBound = bound(2, 2, orientPlaneError)
	p.orientSpaceBound = bound(6, 3, orientSpaceError)
	p.inCircleBound = bound(12, 4, inCircleError)
	p.inSphereBound = bound(72, 5, inSphereError)
}

// signOf returns the sign of a determinant, and whether the error bound leaves no doubt.
func signOf(det, bound float64) (sign int, sure bool) {
	switch {
	case det > bound:
		return 1, true
	case det < -bound:
		return -1, true
	}
	return 0, bound == 0
}

// orientPlane returns 1 if a, b and c turn left, −1 if they turn right, and 0 if they are
// on one line.
func (p *predicates) orientPlane(a, b, c *Point) int {
	acx, acy := a[0]-c[0], a[1]-c[1]
	bcx, bcy := b[0]-c[0], b[1]-c[1]
	left, right := acx*bcy, acy*bcx
	det := left - right
	if s, sure := signOf(det, p.orientPlaneBound); sure {
		return s
	}
	if s, sure := signOf(det, orientPlaneError*(math.Abs(left)+math.Abs(right))); sure {
		return s
	}
	p.set(2, false, c, a, b)
	return p.exact.determinant(2).sign()
}

// orientSpace returns the sign of det(a−d, b−d, c−d): 1 if a, b and c turn left as seen from
// a point that sees d behind them, 0 if the four points are in one plane.
func (p *predicates) orientSpace(a, b, c, d *Point) int {
	adx, ady, adz := a[0]-d[0], a[1]-d[1], a[2]-d[2]
	bdx, bdy, bdz := b[0]-d[0], b[1]-d[1], b[2]-d[2]
	cdx, cdy, cdz := c[0]-d[0], c[1]-d[1], c[2]-d[2]
	bc1, bc2 := bdx*cdy, cdx*bdy
	ca1, ca2 := cdx*ady, adx*cdy
	ab1, ab2 := adx*bdy, bdx*ady
	det := adz*(bc1-bc2) + bdz*(ca1-ca2) + cdz*(ab1-ab2)
	if s, sure := signOf(det, p.orientSpaceBound); sure {
		return s
	}
	size := (math.Abs(bc1)+math.Abs(bc2))*math.Abs(adz) +
		(math.Abs(ca1)+math.Abs(ca2))*math.Abs(bdz) +
		(math.Abs(ab1)+math.Abs(ab2))*math.Abs(cdz)
	if s, sure := signOf(det, orientSpaceError*size); sure {
		return s
	}
	p.set(3, false, d, a, b, c)
	return p.exact.determinant(3).sign()
}

// inCircle returns 1 if d is inside the circle through a, b and c, which turn left, 0 if it
// is on the circle and −1 if it is outside.
func (p *predicates) inCircle(a, b, c, d *Point) int {
	adx, ady := a[0]-d[0], a[1]-d[1]
	bdx, bdy := b[0]-d[0], b[1]-d[1]
	cdx, cdy := c[0]-d[0], c[1]-d[1]
	bc1, bc2 := bdx*cdy, cdx*bdy
	ca1, ca2 := cdx*ady, adx*cdy
	ab1, ab2 := adx*bdy, bdx*ady
	aLift, bLift, cLift := adx*adx+ady*ady, bdx*bdx+bdy*bdy, cdx*cdx+cdy*cdy
	det := aLift*(bc1-bc2) + bLift*(ca1-ca2) + cLift*(ab1-ab2)
	if s, sure := signOf(det, p.inCircleBound); sure {
		return s
	}
	size := (math.Abs(bc1)+math.Abs(bc2))*aLift + (math.Abs(ca1)+math.Abs(ca2))*bLift + (math.Abs(ab1)+math.Abs(ab2))*cLift
	if s, sure := signOf(det, inCircleError*size); sure {
		return s
	}
	p.set(2, true, d, a, b, c)
	return p.exact.determinant(3).sign()
}

// inSphere returns 1 if e is inside the sphere through a, b, c and d, which have positive
// orientation, 0 if it is on the sphere and −1 if it is outside.
func (p *predicates) inSphere(a, b, c, d, e *Point) int {
	aex, aey, aez := a[0]-e[0], a[1]-e[1], a[2]-e[2]
	bex, bey, bez := b[0]-e[0], b[1]-e[1], b[2]-e[2]
	cex, cey, cez := c[0]-e[0], c[1]-e[1], c[2]-e[2]
	dex, dey, dez := d[0]-e[0], d[1]-e[1], d[2]-e[2]
	ab1, ab2 := aex*bey, bex*aey
	bc1, bc2 := bex*cey, cex*bey
	cd1, cd2 := cex*dey, dex*cey
	da1, da2 := dex*aey, aex*dey
	ac1, ac2 := aex*cey, cex*aey
	bd1, bd2 := bex*dey, dex*bey
	ab, bc, cd, da, ac, bd := ab1-ab2, bc1-bc2, cd1-cd2, da1-da2, ac1-ac2, bd1-bd2
	aLift := aex*aex + aey*aey + aez*aez
	bLift := bex*bex + bey*bey + bez*bez
	cLift := cex*cex + cey*cey + cez*cez
	dLift := dex*dex + dey*dey + dez*dez
	det := dLift*(aez*bc-bez*ac+cez*ab) - cLift*(dez*ab+aez*bd+bez*da) +
		bLift*(cez*da+dez*ac+aez*cd) - aLift*(bez*cd-cez*bd+dez*bc)
	if s, sure := signOf(det, p.inSphereBound); sure {
		return s
	}
	aez, bez, cez, dez = math.Abs(aez), math.Abs(bez), math.Abs(cez), math.Abs(dez)
	ab, bc, cd = math.Abs(ab1)+math.Abs(ab2), math.Abs(bc1)+math.Abs(bc2), math.Abs(cd1)+math.Abs(cd2)
	da, ac, bd = math.Abs(da1)+math.Abs(da2), math.Abs(ac1)+math.Abs(ac2), math.Abs(bd1)+math.Abs(bd2)
	size := dLift*(aez*bc+bez*ac+cez*ab) + cLift*(dez*ab+aez*bd+bez*da) +
		bLift*(cez*da+dez*ac+aez*cd) + aLift*(bez*cd+cez*bd+dez*bc)
	if s, sure := signOf(det, inSphereError*size); sure {
		return s
	}
	p.set(3, true, e, a, b, c, d)
	return p.exact.determinant(4).sign()
}

// set sets the matrix to the exact differences between points and an origin in the first dim
// coordinates. If lift is set, each row ends with the square of its length.
func (p *predicates) set(dim int, lift bool, origin *Point, points ...*Point) {
	a := &p.exact
	a.reset()
	for i, x := range points {
		var sum expansion
		for k := range dim {
			e := a.difference(x[k], origin[k])
			a.matrix[i][k] = e
			if lift {
				sum = a.add(sum, a.multiply(e, e))
			}
		}
		if lift {
			a.matrix[i][dim] = sum
		}
	}
}
