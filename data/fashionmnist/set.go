package fashionmnist

import (
	"fmt"
	"image"
	"math/rand/v2"
)

const (
	Side    = 28          // pixels along each side of an image
	Pixels  = Side * Side // pixels of an image
	Classes = 10
)

var classNames = [Classes]string{
	"T-shirt", "Trouser", "Pullover", "Dress", "Coat",
	"Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
}

// ClassName returns the name of a class, 0 to 9.
func ClassName(label uint8) string { return classNames[label] }

// A Set is a sequence of labelled images.
type Set struct {
	// Images holds the images one after the other, [Pixels] bytes each, row by
	// row from the top. 0 is the background, 255 the strongest ink.
	Images []uint8
	// Labels holds the class of each image, 0 to 9.
	Labels []uint8
}

// Len returns the number of images.
func (s *Set) Len() int { return len(s.Labels) }

// Image returns image i as a picture that shares the set's memory.
func (s *Set) Image(i int) *image.Gray {
	return &image.Gray{
		Pix:    s.Images[i*Pixels : (i+1)*Pixels : (i+1)*Pixels],
		Stride: Side,
		Rect:   image.Rect(0, 0, Side, Side),
	}
}

// unit maps a byte to [0, 1]: v/255, rounded to float32.
var unit = func() (table [256]float32) {
	for v := range table {
		table[v] = float32(v) / 255
	}
	return table
}()

// Decode writes the images with the given numbers into dst as values in [0, 1],
// [Pixels] for each image. It allocates nothing. It panics unless dst has
// exactly that length.
func (s *Set) Decode(dst []float32, numbers []int) {
	if len(dst) != len(numbers)*Pixels {
		panic(fmt.Sprintf("fashionmnist: decoding %d images of %d pixels into %d values", len(numbers), Pixels, len(dst)))
	}
	for k, i := range numbers {
		out := dst[k*Pixels : (k+1)*Pixels]
		for p, v := range s.Images[i*Pixels : (i+1)*Pixels] {
			out[p] = unit[v]
		}
	}
}

// Split divides the numbers 0 … n−1 at random into two parts, the first with the
// given fraction of them, rounded: training and validation, for instance. The
// seed decides the parts and their order.
func Split(n int, fraction float64, seed uint64) (first, second []int) {
	if n < 0 || !(fraction >= 0 && fraction <= 1) {
		panic(fmt.Sprintf("fashionmnist: splitting %d images at the fraction %v, want a count and a fraction from 0 to 1", n, fraction))
	}
	order := rand.New(rand.NewPCG(seed, splitStream)).Perm(n)
	cut := int(fraction*float64(n) + 0.5)
	return order[:cut:cut], order[cut:]
}

// Batches deals numbers into batches of the given size, in an order that the seed
// decides; the last batch may be smaller. The batches are views of one new slice.
func Batches(numbers []int, size int, seed uint64) [][]int {
	if size < 1 {
		panic(fmt.Sprintf("fashionmnist: batches of %d images", size))
	}
	order := append([]int(nil), numbers...)
	rand.New(rand.NewPCG(seed, batchStream)).Shuffle(len(order), func(i, j int) {
		order[i], order[j] = order[j], order[i]
	})
	var batches [][]int
	for len(order) > size {
		batches = append(batches, order[:size:size])
		order = order[size:]
	}
	if len(order) > 0 {
		batches = append(batches, order)
	}
	return batches
}

// One seed decides several things, each from a stream of its own.
const (
	splitStream = 0x73706c6974 // "split"
	batchStream = 0x6261746368 // "batch"
)
