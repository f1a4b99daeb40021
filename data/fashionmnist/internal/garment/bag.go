package garment

func bag(c *canvas, d *dice) {
	half := d.between(95, 130)
	bottom := d.between(228, 265)
	height := d.between(85, 150)
	lean := d.between(-14, 22) // how much narrower the top is
	top := bottom - height
	cloth := d.cloth(25, across, along, checks, speckles, blocks, quilted)
	cloth.folds = d.between(10, 40)
	handle := cloth.shade(d.between(-60, 60))
	width := d.between(8, 16)
	switch d.between(0, 4) {
	case 0: // a clutch: no handle
	case 1, 2: // one arched handle
		reach := half * d.between(35, 65) / 100
		rise := d.between(50, max(60, top-10))
		c.stroke(handle, width, curve(point{middle - reach, top + 4}, point{middle, top - 2*rise}, point{middle + reach, top + 4})...)
	case 3: // two handles
		reach := half * d.between(30, 50) / 100
		for _, shift := range []int{-9, 9} {
			rise := max(min(80, top-14), 30)
			c.stroke(handle, width*3/4, point{middle - reach + shift, top + 20}, point{middle - reach*2/3 + shift, top - rise}, point{middle + reach*2/3 + shift, top - rise}, point{middle + reach + shift, top + 20})
		}
	case 4: // a long shoulder strap
		peak := d.between(6, 40)
		c.stroke(handle, width*2/3, point{middle - half + lean + 6, top + 10}, point{middle - 30, peak}, point{middle + 30, peak}, point{middle + half - lean - 6, top + 10})
	}
	sag := d.between(0, 10)
	body := path{
		{middle - half + lean, top}, {middle - half, top + height/2}, {middle - half + d.between(0, 10), bottom},
		{middle + half - d.between(0, 10), bottom}, {middle + half, top + height/2}, {middle + half - lean, top}, {middle, top + sag},
	}
	if d.chance(50) {
		body = body.rounded()
	}
	c.fill(cloth, body)
	seam := cloth.shade(60)
	switch d.between(0, 4) {
	case 0: // a flap
		drop := height * d.between(40, 65) / 100
		flap := path{{middle - half + lean, top}, {middle + half - lean, top}, {middle + half - lean - 6, top + drop*2/3}, {middle, top + drop}, {middle - half + lean + 6, top + drop*2/3}}
		c.fill(cloth.shift(25), flap)
		c.stroke(seam, 6, flap[2], flap[3], flap[4])
	case 1: // a zip
		c.stroke(seam, 7, point{middle - half + lean + 8, top + 16}, point{middle + half - lean - 8, top + 16})
	case 2: // a front pocket
		y := top + height*45/100
		c.stroke(seam, 6, point{middle - half*2/3, bottom - 14}, point{middle - half*2/3, y}, point{middle + half*2/3, y}, point{middle + half*2/3, bottom - 14}, point{middle - half*2/3, bottom - 14})
	case 3: // bands at the sides
		for _, x := range []int{middle - half*55/100, middle + half*55/100} {
			c.stroke(seam, 12, point{x, top + 2}, point{x, bottom - 2})
		}
	}
	if d.chance(55) { // a clasp
		w, y := d.between(6, 12), top+height*d.between(25, 60)/100
		tone := 255
		if cloth.tone > 190 {
			tone = 40
		}
		c.fill(flat(tone), path{{middle - w, y - 7}, {middle + w, y - 7}, {middle + w, y + 8}, {middle - w, y + 8}})
	}
}
