package fashionmnist

import "github.com/topogen/topogen/data"

const (
	Side    = 28          // pixels along each side of an image
	Pixels  = Side * Side // pixels of an image
	Classes = 10          // kinds of garments
)

// ClassNames returns the names of the ten classes, in the order of their labels.
func ClassNames() []string {
	return []string{
		"T-shirt", "Trouser", "Pullover", "Dress", "Coat",
		"Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
	}
}

// newSet returns a set of images, one after another, and their labels. 0 is the
// background, 255 the strongest ink.
func newSet(images, labels []uint8) *data.Bytes {
	class := &data.Labels{Classes: make([]int, len(labels)), Names: ClassNames()}
	for i, label := range labels {
		class.Classes[i] = int(label)
	}
	return &data.Bytes{Dims: []int{1, Side, Side}, Values: images, Class: class}
}
