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
	front := d.between(128, 158) // x of the shaft's front
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
		{front - 30, sole - toeHeight - 34}, {front, sole - toeHeight - 70}, {front - d.between(-4, 10), top + d.between(0, 8)}, {front - d.between(-4, 10), top},
		{back, top}, {back - 2, top + 4}, {back - d.between(0, 10), (top + arch) / 2}, {heel, arch - 40}, {heel + 2, arch - 4}, {heel - 2, arch + 2},
		{heel - 70, arch}, {toe + 100, sole + 2},
	}
	c.fill(cloth, boot.rounded())
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
	ground := d.between(200, 225)
	toe, heel := d.between(4, 14), d.between(264, 276)
	thick := d.between(12, 22)
	cloth := d.cloth(0)
	cloth.tone = max(cloth.tone, 100) // thin and pale would be nothing
	cloth.folds = d.between(5, 30)
	strap := cloth.shade(d.between(-70, 40))
	lift := 0 // of the heel above the toe
	high := false
	switch kind := d.between(0, 9); {
	case kind < 5: // flat
		ground = d.between(200, 225)
	case kind < 7: // wedge
		lift = d.between(25, 60)
		ground += lift / 2
	default: // high heel
		lift = d.between(75, 115)
		ground = d.between(255, 270)
		thick = d.between(9, 14)
		high = true
	}
	// foot returns the height of the footbed at x: level under the toes, then
	// rising to the heel.
	foot := func(x int) int {
		ball, end := toe+75, heel-45
		return ground - thick - lift*min(max(x-ball, 0), end-ball)/(end-ball)
	}
	bed := path{{toe + 2, foot(toe) + 5}, {toe + 14, foot(toe)}, {toe + 75, foot(toe)}, {heel - 45, foot(heel)}, {heel - 4, foot(heel) - 5}, {heel, foot(heel) + 4}}
	if high {
		w := d.between(8, 24)
		c.fill(cloth, append(bed, point{heel - 6, ground}, point{heel - 6 - w, ground}, point{heel - 22 - w, foot(heel) + thick + 8}, point{heel - 70, foot(heel-70) + thick + 2}, point{toe + 75, ground}, point{toe + 8, ground}))
	} else {
		c.fill(cloth, append(bed, point{heel - 4, ground}, point{toe + 10, ground}))
		c.stroke(cloth.shade(60), 5, point{toe + 4, foot(toe) + 7}, point{toe + 75, foot(toe) + 7}, point{heel - 45, foot(heel) + 7}, point{heel, foot(heel) + 4})
	}
	// over draws a strap over the foot, from the sole to the sole.
	over := func(from, to, rise, width int) {
		a, b := point{from, foot(from) + 2}, point{to, foot(to) + 2}
		c.stroke(strap, width, curve(a, point{(from*2 + to*3) / 5, min(a.y, b.y) - 2*rise}, b)...)
	}
	width := d.between(11, 20)
	switch d.between(0, 3) {
	case 0: // one broad band
		from, to, rise := toe+d.between(18, 34), toe+d.between(110, 140), d.between(42, 56)
		a, b := point{from, foot(from) + 2}, point{to, foot(to) + 2}
		c.fill(strap, curve(a, point{(from + to) / 2, a.y - 2*rise}, b))
		if d.chance(40) { // with a slit
			c.stroke(flat(8), 7, curve(point{from + 22, a.y}, point{(from+to)/2 + 6, a.y - rise}, point{to - 22, b.y})...)
		}
	case 1: // crossing straps
		over(toe+16, toe+112, d.between(34, 42), width)
		over(toe+50, toe+d.between(138, 150), d.between(44, 54), width)
	case 2: // thin straps, one behind the other
		for i := range d.between(2, 4) {
			over(toe+16+32*i, toe+62+34*i, 26+7*i, width*3/4)
		}
	case 3: // a thong
		peak := point{toe + d.between(90, 110), foot(toe) - d.between(34, 46)}
		c.stroke(strap, width*3/4, curve(point{toe + 44, foot(toe + 44)}, point{toe + 60, peak.y + 4}, peak)...)
		c.stroke(strap, width, curve(peak, point{peak.x + 60, peak.y - 4}, point{heel - 70, foot(heel-70) + 2})...)
	}
	back := foot(heel) - 2
	ankle := d.between(42, 68)
	switch kind := d.between(0, 9); {
	case kind < 3 && !high: // open at the back
	case kind < 6: // a sling behind the heel
		front := point{toe + d.between(120, 145), 0}
		front.y = foot(front.x) - 4
		c.stroke(strap, width*2/3, curve(front, point{heel - 60, back - ankle}, point{heel - 8, back - ankle + 16})...)
		c.stroke(strap, width*2/3, curve(point{heel - 8, back - ankle + 18}, point{heel + 4, back - 16}, point{heel - 6, back})...)
	default: // a strap around the ankle
		front := point{heel - d.between(82, 96), back - ankle + d.between(0, 14)}
		c.stroke(strap, width*3/4, curve(point{heel - 6, back}, point{heel + 6, back - ankle/2}, point{heel - 14, back - ankle})...)
		c.stroke(strap, width*3/4, curve(point{heel - 14, back - ankle}, point{heel - 55, front.y + 16}, front)...)
		if d.chance(65) {
			c.stroke(strap, width*3/4, curve(front, point{front.x - 4, foot(front.x) - 20}, point{front.x - 26, foot(front.x - 26)})...)
		}
		if d.chance(35) { // another, higher up
			c.stroke(strap, width*2/3, point{heel - 14, back - ankle}, point{heel - 18, back - ankle - 34}, point{front.x, front.y - 26})
		}
	}
}
