package garment

// A top is the cut of everything that is worn on the upper body. Widths are
// distances from the middle.
type top struct {
	neck, neckline   int // half width and y of the deepest point of the opening
	collar, shoulder int // y of the shoulder seam's ends: at the neck, at the arm
	shoulders        int // half width
	armpit, chest    int // y and half width
	waistline, waist int
	hemline, hem     int
}

// body returns the outline without sleeves.
func (t *top) body(dip int) path {
	return symmetric(
		point{0, t.neckline},
		point{t.neck * 2 / 3, t.neckline - (t.neckline-t.collar)/4},
		point{t.neck, t.collar},
		point{t.shoulders, t.shoulder},
		point{t.chest, t.armpit},
		point{t.waist, t.waistline},
		point{t.hem, t.hemline},
		point{t.hem / 2, t.hemline + dip},
		point{0, t.hemline + dip},
	)
}

// sleeve returns the outline of the left sleeve: reach is how far its end lies
// outside of the shoulder, end the y of its end, width that of the end.
func (t *top) sleeve(reach, end, width int) path {
	out := middle - t.shoulders - reach
	return path{
		{middle - t.shoulders + 12, t.shoulder - 3},
		{middle - t.shoulders - 3, t.shoulder + 2},
		{middle - t.shoulders - reach*2/3 - 2, t.shoulder + (end-t.shoulder)/3},
		{out, end - width/6},
		{out + width, end + width/8},
		{middle - t.chest + 4, t.armpit + (end-t.armpit)/10},
	}
}

// sew draws the top: sleeves, body, and the seams between them.
func (t *top) sew(c *canvas, cloth *cloth, dip int, sleeve path) {
	if sleeve != nil {
		c.fill(cloth.shift(14), sleeve)
		c.fill(cloth.shift(18), sleeve.mirrored())
	}
	c.fill(cloth, t.body(dip))
	if sleeve != nil {
		seam := cloth.shade(55)
		left := path{{middle - t.shoulders + 6, t.shoulder + 2}, {middle - t.shoulders + 9, (t.shoulder + t.armpit) / 2}, {middle - t.chest, t.armpit}}
		c.stroke(seam, 5, left...)
		c.stroke(seam, 5, left.mirrored()...)
	}
}

// neckband draws a band along the neck opening.
func (t *top) neckband(c *canvas, cloth *cloth, width int) {
	line := curve(point{middle - t.neck, t.collar}, point{middle, 2*t.neckline - t.collar}, point{middle + t.neck, t.collar})
	c.stroke(cloth, width, line...)
}

// foldCollar draws a turned-down collar.
func (t *top) foldCollar(c *canvas, cloth *cloth, size int) {
	left := path{
		{middle - t.neck, t.collar - 4}, {middle - t.neck - size/2, t.collar + size/2},
		{middle - size/2 - 4, t.neckline + size}, {middle, t.neckline + 2},
	}
	c.fill(cloth, left)
	c.fill(cloth, left.mirrored())
	c.stroke(cloth.shade(70), 5, left[1], left[2], left[3])
	c.stroke(cloth.shade(70), 5, left.mirrored()[1:]...)
}

// front draws the vertical line where the garment opens, and its buttons.
func (t *top) front(c *canvas, cloth *cloth, width, buttons int) {
	c.stroke(cloth.shade(60), width, point{middle, t.neckline}, point{middle, t.hemline})
	for i := range buttons {
		y := t.neckline + 14 + i*(t.hemline-t.neckline-20)/buttons
		c.fill(cloth.shade(-70), path{{middle + 4, y}, {middle + 12, y}, {middle + 12, y + 9}, {middle + 4, y + 9}})
	}
}

// print draws something on the chest.
func (t *top) print(c *canvas, cloth *cloth, d *dice) {
	ink := flat(d.between(30, 250))
	if cloth.tone > 140 {
		ink.tone = d.between(20, 80)
	} else {
		ink.tone = d.between(190, 255)
	}
	w, h := d.between(25, t.chest-12), d.between(18, 60)
	y := d.between(t.armpit-15, t.armpit+25)
	switch d.between(0, 2) {
	case 0: // a line or two of writing
		for row := range d.between(1, 3) {
			for x := -w; x+9 < w; x += d.between(13, 19) {
				c.fill(ink, path{{middle + x, y + 22*row}, {middle + x + 9, y + 22*row}, {middle + x + 9, y + 22*row + 14}, {middle + x, y + 22*row + 14}})
			}
		}
	case 1: // a disc
		c.fill(ink, path{{middle - w, y}, {middle, y - w}, {middle + w, y}, {middle, y + w}}.rounded().rounded())
	case 2: // a picture
		ink.pattern, ink.period, ink.contrast, ink.seed = speckles, 60, cloth.tone-ink.tone, d.next()
		c.fill(ink, path{{middle - w, y}, {middle + w, y}, {middle + w, y + h}, {middle - w, y + h}})
	}
}

func tShirt(c *canvas, d *dice) {
	t := &top{
		neck: d.between(24, 44), collar: d.between(6, 14), shoulder: d.between(22, 36),
		shoulders: d.between(64, 82), armpit: d.between(88, 105), hemline: d.between(250, 272),
	}
	t.neckline = t.collar + d.between(8, 30)
	t.chest = t.shoulders - d.between(4, 14)
	t.waist, t.waistline = t.chest-d.between(0, 10), 180
	t.hem = t.waist + d.between(-2, 14)
	cloth := d.cloth(40, across, across, dots, speckles, blocks)
	end := t.armpit + d.between(-8, 40)
	t.sew(c, cloth, d.between(0, 8), t.sleeve(d.between(32, 54), end, d.between(32, 46)))
	if d.chance(70) {
		t.neckband(c, cloth.shade(d.between(-50, 60)), 9)
	}
	if cloth.pattern == plain && d.chance(55) {
		t.print(c, cloth, d)
	}
}

func pullover(c *canvas, d *dice) {
	t := &top{
		neck: d.between(24, 38), collar: d.between(8, 16), shoulder: d.between(28, 44),
		shoulders: d.between(62, 78), armpit: d.between(92, 112), hemline: d.between(240, 268),
	}
	t.neckline = t.collar + d.between(4, 16)
	if d.chance(25) {
		t.neckline += 35 // V-neck
	}
	t.chest = t.shoulders - d.between(6, 14)
	t.waist, t.waistline = t.chest+d.between(-6, 6), 190
	t.hem = t.waist - d.between(0, 6)
	cloth := d.cloth(45, across, across, speckles, blocks, quilted)
	cloth.grain = d.between(6, 20)
	end := t.hemline - d.between(0, 30)
	width := d.between(26, 34)
	sleeve := t.sleeve(d.between(36, 54), end, width)
	t.sew(c, cloth, 0, sleeve)
	band := cloth.shade(d.between(25, 60))
	c.fill(band, path{{middle - t.hem, t.hemline - 14}, {middle + t.hem, t.hemline - 14}, {middle + t.hem, t.hemline}, {middle - t.hem, t.hemline}})
	cuff := path{{sleeve[3].x - 1, sleeve[3].y - 12}, sleeve[3], sleeve[4], {sleeve[4].x + 1, sleeve[4].y - 12}}
	c.fill(band, cuff)
	c.fill(band, cuff.mirrored())
	switch d.between(0, 5) {
	case 0: // turtle neck
		c.fill(cloth.shade(20), symmetric(point{t.neck, t.collar - 10}, point{t.neck + 2, t.neckline + 4}))
	case 1: // hood
		c.fill(cloth.shade(35), symmetric(point{10, 2}, point{t.neck + 4, 6}, point{t.neck + 14, t.collar + 26}, point{12, t.neckline + 34}).rounded())
		c.fill(cloth.shade(95), symmetric(point{0, 12}, point{t.neck - 12, 16}, point{8, t.neckline + 20}, point{0, t.neckline + 22}).rounded())
	default:
		t.neckband(c, band, 11)
	}
	if cloth.pattern == plain && d.chance(30) {
		t.print(c, cloth, d)
	}
}

func shirt(c *canvas, d *dice) {
	t := &top{
		neck: d.between(22, 30), collar: d.between(8, 14), shoulder: d.between(26, 40),
		shoulders: d.between(60, 74), armpit: d.between(88, 105), hemline: d.between(248, 264),
	}
	t.neckline = t.collar + d.between(14, 40)
	t.chest = t.shoulders - d.between(4, 12)
	t.waist, t.waistline = t.chest-d.between(2, 14), 175
	t.hem = t.waist + d.between(4, 14)
	cloth := d.cloth(65, checks, checks, along, along, dots, speckles)
	cloth.folds = d.between(15, 45)
	var sleeve path
	long := d.chance(60)
	switch {
	case long:
		sleeve = t.sleeve(d.between(28, 44), t.hemline-d.between(0, 30), d.between(22, 28))
	case d.chance(85):
		sleeve = t.sleeve(d.between(28, 44), t.armpit+d.between(0, 30), d.between(34, 44))
	}
	t.sew(c, cloth, d.between(4, 14), sleeve)
	if long {
		cuff := path{{sleeve[3].x, sleeve[3].y - 10}, sleeve[3], sleeve[4], {sleeve[4].x, sleeve[4].y - 10}}
		c.fill(cloth.shade(40), cuff)
		c.fill(cloth.shade(40), cuff.mirrored())
	}
	t.front(c, cloth, 7, d.between(4, 7))
	t.foldCollar(c, cloth.shade(d.between(-45, 15)), d.between(20, 30))
	if d.chance(40) { // a breast pocket
		x, y := middle+d.between(18, 26), t.armpit-d.between(5, 15)
		c.stroke(cloth.shade(60), 5, point{x, y}, point{x, y + 28}, point{x + 26, y + 28}, point{x + 26, y}, point{x, y})
	}
}

func coat(c *canvas, d *dice) {
	t := &top{
		neck: d.between(24, 34), collar: d.between(8, 16), shoulder: d.between(28, 42),
		shoulders: d.between(64, 78), armpit: d.between(95, 112), hemline: d.between(262, 276),
	}
	t.neckline = t.collar + d.between(30, 80)
	t.chest = t.shoulders - d.between(4, 10)
	t.waist, t.waistline = t.chest-d.between(-2, 10), d.between(165, 190)
	t.hem = t.waist + d.between(2, 22)
	cloth := d.cloth(30, quilted, quilted, checks, along)
	cloth.tone = min(cloth.tone+20, 245)
	cloth.folds = d.between(10, 30)
	if cloth.pattern == quilted {
		cloth.period, cloth.contrast = d.between(24, 40), -d.between(50, 90)
	}
	t.sew(c, cloth, 0, t.sleeve(d.between(34, 46), t.hemline-d.between(20, 60), d.between(32, 40)))
	lining := flat(max(cloth.tone-d.between(70, 130), 25))
	if d.chance(30) {
		lining.tone = min(cloth.tone+80, 255)
	}
	gap := d.between(2, 16) // the coat hangs open a little
	c.fill(lining, symmetric(point{t.neck, t.collar}, point{3, t.neckline}, point{gap, t.hemline}))
	lapel := path{
		{middle - t.neck, t.collar - 5}, {middle - t.neck - d.between(10, 24), t.collar + d.between(28, 45)},
		{middle - 4, t.neckline + 12}, {middle - 2, t.neckline},
	}
	c.fill(cloth.shade(-25), lapel)
	c.fill(cloth.shade(-25), lapel.mirrored())
	c.stroke(cloth.shade(75), 6, lapel[1:]...)
	c.stroke(cloth.shade(75), 6, lapel.mirrored()[1:]...)
	doubleBreasted := d.chance(35)
	for i := range d.between(0, 4) {
		y := t.neckline + 22 + 34*i
		button := path{{middle - 14 - gap, y}, {middle - 5 - gap, y}, {middle - 5 - gap, y + 10}, {middle - 14 - gap, y + 10}}
		c.fill(cloth.shade(90), button)
		if doubleBreasted {
			c.fill(cloth.shade(90), button.mirrored())
		}
	}
	if d.chance(60) { // pockets
		y := d.between(185, 205)
		c.stroke(cloth.shade(70), 7, point{middle - t.waist + 14, y + 8}, point{middle - 26, y})
		c.stroke(cloth.shade(70), 7, point{middle + t.waist - 14, y + 8}, point{middle + 26, y})
	}
	if d.chance(25) { // a belt
		c.fill(cloth.shade(60), path{{middle - t.waist - 3, t.waistline - 8}, {middle + t.waist + 3, t.waistline - 8}, {middle + t.waist + 3, t.waistline + 10}, {middle - t.waist - 3, t.waistline + 10}})
	}
}

func dress(c *canvas, d *dice) {
	t := &top{
		neck: d.between(18, 32), collar: d.between(4, 14), shoulder: d.between(12, 26),
		shoulders: d.between(34, 48), armpit: d.between(68, 85), hemline: d.between(262, 277),
	}
	t.shoulder = max(t.shoulder, t.collar+6)
	t.neckline = t.collar + d.between(14, 46)
	t.neck = min(t.neck, t.shoulders-10)
	t.chest = t.shoulders - d.between(-2, 6)
	t.waist, t.waistline = t.chest-d.between(4, 18), d.between(108, 135)
	t.hem = t.waist + d.between(2, 55)
	cloth := d.cloth(50, across, along, dots, speckles, speckles, blocks)
	var sleeve path
	switch d.between(0, 3) {
	case 0:
		sleeve = t.sleeve(d.between(14, 26), t.armpit+d.between(-5, 15), d.between(20, 28))
	case 1:
		sleeve = t.sleeve(d.between(18, 30), d.between(150, 195), d.between(16, 22))
	}
	t.sew(c, cloth, d.between(0, 8), sleeve)
	if d.chance(45) { // a belt
		c.fill(cloth.shade(d.between(40, 90)), path{{middle - t.waist, t.waistline - 5}, {middle + t.waist, t.waistline - 5}, {middle + t.waist, t.waistline + 6}, {middle - t.waist, t.waistline + 6}})
	}
	if d.chance(50) { // pleats
		for i := -2; i <= 2; i++ {
			c.stroke(cloth.shade(35), 5, point{middle + i*t.waist/3, t.waistline + 25}, point{middle + i*t.hem/3, t.hemline - 2})
		}
	}
}
