package garment

// Shoes point to the left. A ground line lies at y = ground.

func sneaker(c *canvas, d *dice) {
	ground := d.between(195, 215)
	sole := d.between(16, 30)
	toe, heel := d.between(4, 12), d.between(266, 276)
	height := d.between(75, 115)      // of the shaft above the sole
	opening := d.between(150, 175)    // x where the tongue ends
	dip := height - d.between(10, 30) // of the shaft's lowest point
	toeHeight := d.between(20, 36)
	base := ground - sole
	cloth := d.cloth(15, blocks, checks)
	cloth.folds = d.between(15, 40)
	upper := path{
		{toe + 4, base + 6}, {toe + 8, base - toeHeight + 8}, {toe + 32, base - toeHeight - 4},
		{toe + 85, base - toeHeight - 18}, {opening, base - height}, {opening + 14, base - height - 4},
		{opening + 40, base - dip}, {heel - 20, base - height + 10}, {heel - 8, base - height + 2},
		{heel - 2, base - height/2}, {heel - 4, base + 6},
	}
	c.fill(cloth, upper.rounded())
	tone := d.between(20, 70)
	if cloth.tone < 170 && d.chance(60) || d.chance(20) {
		tone = d.between(210, 255)
	}
	c.fill(flat(tone), path{
		{toe, base - 2}, {toe + 30, base + 3}, {heel - 60, base}, {heel, base - 6},
		{heel + 2, ground - 6}, {heel - 10, ground}, {toe + 22, ground}, {toe + 2, ground - 8},
	})
	c.fill(cloth.shade(d.between(-60, 60)), path{ // toe cap
		{toe + 4, base}, {toe + 8, base - toeHeight + 8}, {toe + 32, base - toeHeight - 2}, {toe + 50, base},
	}.rounded())
	lace := cloth.shade(-90)
	if cloth.tone > 165 {
		lace = cloth.shade(110)
	}
	for i := range d.between(3, 5) { // laces, up the instep
		x := toe + 88 + i*(opening-toe-85)/4
		y := base - toeHeight - 18 - i*(height-toeHeight-18)/4
		c.stroke(lace, 6, point{x, y + 4}, point{x + 16, y + 22})
	}
	switch accent := cloth.shade(d.between(70, 110)); d.between(0, 3) {
	case 0: // three bars
		for i := range 3 {
			x := 120 + 20*i
			c.stroke(lace, 8, point{x, base - 4}, point{x + 22, base - height/2 - 8})
		}
	case 1: // a swoosh
		c.fill(lace, path{{85, base - 18}, {130, base - 14}, {225, base - height/2 - 8}, {130, base - 26}})
	case 2: // a heel counter
		c.fill(accent, path{{heel - 40, base}, {heel - 30, base - height + 14}, {heel - 9, base - height + 4}, {heel - 3, base}})
	}
	c.stroke(cloth.shade(80), 7, point{opening + 6, base - height + 4}, point{opening + 40, base - dip + 3}, point{heel - 18, base - height + 14})
}

func ankleBoot(c *canvas, d *dice) {
	ground := d.between(240, 262)
	heelHeight := d.between(12, 28)
	if d.chance(30) {
		heelHeight = d.between(35, 75)
	}
	top := d.between(20, 62)
	toe, heel := d.between(6, 18), d.between(250, 268)
	front := d.between(122, 145) // x of the shaft's front
	back := heel - d.between(0, 10)
	sole := ground - 10
	arch := ground - heelHeight // y of the sole under the heel
	toeHeight := d.between(34, 50)
	cloth := d.cloth(15, speckles, quilted)
	cloth.folds = d.between(15, 45)
	if cloth.pattern == quilted {
		cloth.contrast = -40
	}
	boot := path{
		{toe, sole}, {toe + 4, sole - toeHeight + 10}, {toe + 34, sole - toeHeight - 6},
		{front - 24, sole - toeHeight - 40}, {front, sole - toeHeight - 72}, {front - d.between(-4, 10), top + d.between(0, 8)},
		{back, top}, {back + 2, (top + arch) / 2}, {heel, arch - 10}, {heel - 2, arch},
		{heel - 70, arch}, {toe + 100, sole + 2},
	}
	c.fill(cloth, boot)
	leather := flat(max(cloth.tone-d.between(40, 110), 25))
	if d.chance(25) {
		leather.tone = d.between(180, 250)
	}
	c.fill(leather, path{ // sole
		{toe - 2, sole - 2}, {toe + 100, sole}, {heel - 75, arch - 4}, {heel, arch - 4},
		{heel, arch + 4}, {heel - 72, arch + 5}, {toe + 105, ground}, {toe + 4, ground},
	})
	taper := d.between(0, heelHeight/4)
	width := d.between(48, 66) - heelHeight/2
	c.fill(leather, path{{heel - width, arch}, {heel, arch}, {heel - taper, ground}, {heel - width + taper, ground}})
	switch d.between(0, 3) {
	case 0: // an elastic side
		c.fill(cloth.shade(d.between(50, 90)), path{{front + 42, top + 2}, {front + 84, top + 2}, {front + 72, arch - 80}, {front + 54, arch - 80}})
	case 1: // laces
		for i := range 5 {
			y := top + 14 + 20*i
			c.stroke(cloth.shade(-80), 7, point{front - 4, y}, point{front + 26, y + 6})
		}
	case 2: // a strap
		y := sole - d.between(60, 85)
		c.stroke(cloth.shade(60), 14, point{front - 14, y + 4}, point{heel, y - 8})
	case 3: // a zip
		c.stroke(cloth.shade(65), 6, point{front + 70, top + 4}, point{front + 66, arch - 14})
	}
	if d.chance(40) { // a cuff
		c.fill(cloth.shade(d.between(30, 60)), path{{front - 4, top - 2}, {back + 2, top - 4}, {back + 2, top + 18}, {front - 4, top + 20}})
	}
}

func sandal(c *canvas, d *dice) {
	ground := d.between(205, 230)
	toe, heel := d.between(4, 14), d.between(264, 276)
	thick := d.between(10, 18)
	cloth := d.cloth(0)
	cloth.folds = d.between(5, 30)
	strap := cloth.shade(d.between(-70, 70))
	lift := 0 // of the heel
	switch kind := d.between(0, 9); {
	case kind < 5: // flat
		c.fill(cloth, path{{toe, ground - thick - 2}, {toe + 30, ground - thick + 2}, {heel - 70, ground - thick - 2}, {heel, ground - thick - 6}, {heel, ground}, {toe + 14, ground}})
	case kind < 7: // wedge
		lift = d.between(30, 70)
		ground += lift / 3
		c.fill(cloth, path{{toe, ground - thick}, {toe + 70, ground - thick}, {heel - 60, ground - thick - lift}, {heel, ground - thick - lift - 6}, {heel - 8, ground}, {toe + 14, ground}})
	default: // high heel
		lift = d.between(75, 120)
		ground = d.between(255, 270)
		c.stroke(cloth, thick, point{toe, ground - thick/2 - 2}, point{toe + 62, ground - thick/2}, point{170, ground - lift/2 - 10}, point{heel - 50, ground - lift}, point{heel - 10, ground - lift - 8})
		w := d.between(7, 18)
		c.fill(cloth, path{{heel - 12 - 2*w, ground - lift}, {heel - 8, ground - lift - 6}, {heel - 4, ground}, {heel - 4 - w, ground}})
	}
	// foot returns the footbed's height at x.
	foot := func(x int) int {
		return ground - thick - lift*max(x-toe-60, 0)/(heel-toe-100)
	}
	arc := func(x0, x1, rise, width int) {
		y0, y1 := foot(x0), foot(min(x1, heel-40))
		c.stroke(strap, width, curve(point{x0, y0}, point{(x0 + x1) / 2, min(y0, y1) - 2*rise}, point{x1, y1})...)
	}
	width := d.between(10, 20)
	arc(toe+14, toe+d.between(60, 90), d.between(22, 34), width)
	if d.chance(60) {
		arc(toe+60, toe+d.between(105, 135), d.between(34, 48), width)
	}
	if d.chance(35) {
		arc(toe+35, toe+135, d.between(40, 60), width*3/4)
	}
	ankle := d.between(55, 85)
	switch d.between(0, 3) {
	case 0: // open at the back
	default: // a strap around the ankle
		back := foot(heel - 40)
		x := heel - d.between(80, 105)
		c.stroke(strap, width*3/4, point{heel - 12, back}, point{heel - 6, back - ankle}, point{x, back - ankle + 6})
		c.stroke(strap, width*3/4, point{x, back - ankle + 6}, point{x - 20, foot(x - 20)})
	}
	if d.chance(30) { // a strap along the instep
		c.stroke(strap, width*3/4, point{toe + 50, foot(toe+50) - 20}, point{heel - 95, foot(heel-95) - ankle + 12})
	}
}
