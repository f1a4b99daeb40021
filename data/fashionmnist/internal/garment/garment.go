// Package garment draws pictures of garments: the ten classes of FashionMNIST as
// 28×28 grey silhouettes, each different from all others in shape, cloth and
// brightness.
package garment

// Classes are numbered as in FashionMNIST.
var drawers = [...]func(*canvas, *dice){
	tShirt, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag, ankleBoot,
}

// Order returns the ten classes in the random order of a block of ten images.
func Order(seed uint64, block int) [len(drawers)]uint8 {
	var order [len(drawers)]uint8
	d := newDice(^seed, block)
	for i := range order {
		j := d.between(0, i)
		order[i] = order[j]
		order[j] = uint8(i)
	}
	return order
}

// A Painter draws pictures. Its zero value is ready to use, by one goroutine at a
// time.
type Painter struct{ canvas canvas }

// Draw draws image i of a seed, of the given class: 28 rows of 28 pixels, 0 for the
// background. pix must be all 0.
func (p *Painter) Draw(pix *[side * side]uint8, class uint8, seed uint64, i int) {
	p.canvas.pix = pix
	drawers[class](&p.canvas, newDice(seed, i))
}
