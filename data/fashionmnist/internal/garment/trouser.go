package garment

func trouser(c *canvas, d *dice) {
	waist := d.between(34, 48)
	hip := waist + d.between(4, 16)
	top := d.between(4, 14)
	crotch := d.between(85, 110)
	bottom := d.between(262, 277)
	inside := d.between(3, 20)
	ankle := inside + d.between(20, 40)
	if ankle > hip+14 {
		ankle = hip + 14
	}
	knee := (hip+ankle)/2 + d.between(-6, 2)
	cloth := d.cloth(20, along, checks, speckles)
	cloth.grain = d.between(2, 14)
	c.fill(cloth, symmetric(
		point{0, top}, point{waist, top}, point{hip, 70}, point{knee, 170}, point{ankle, bottom},
		point{inside, bottom}, point{inside/2 + 2, 180}, point{1, crotch}, point{0, crotch},
	))
	c.fill(cloth.shade(35), symmetric(point{0, top}, point{waist, top}, point{waist + 1, top + 13}, point{0, top + 13}))
	c.stroke(cloth.shade(50), 5, point{middle, top}, point{middle, crotch})
	if d.chance(60) { // pockets
		pocket := path{{middle - waist + 14, top + 14}, {middle - waist + 6, top + 34}, {middle - hip, top + 44}}
		c.stroke(cloth.shade(45), 5, pocket...)
		c.stroke(cloth.shade(45), 5, pocket.mirrored()...)
	}
	if d.chance(55) { // creases or worn thighs
		by := d.between(-55, 45)
		left := path{{middle - (hip+2)/2, 80}, {middle - (ankle+inside)/2, bottom - 6}}
		width := d.between(5, 14)
		c.stroke(cloth.shade(by), width, left...)
		c.stroke(cloth.shade(by), width, left.mirrored()...)
	}
}
