package fashionmnist

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/data/fashionmnist/internal/garment"
)

// Embedded draws a data set of n training images and n/6 test images (at least
// one) of the same ten classes, so that everything runs with no network and no
// file. The images are always the same, on every platform, and the set of n
// begins with the images of every smaller one.
//
// Simple geometry draws the garments. They are easier to distinguish than the photographs
// of FashionMNIST: results on drawn images say nothing about results on photographs. A
// thread takes about 40 µs to draw an image.
func Embedded(n int) *data.Sets {
	const trainSeed, testSeed = 1, 2
	train, test := Draw(n, trainSeed), Draw(max(1, n/6), testSeed)
	return &data.Sets{
		Train: train, Test: test, Source: fmt.Sprintf("embedded:%d", n), Unit: true,
		Note: fmt.Sprintf("%d training and %d test images of embedded garments, drawn by a program", train.Len(), test.Len()),
	}
}

// Draw draws n labelled images. The seed decides them; image i does not depend on
// n. Every ten images in a row, from a multiple of ten on, show the ten classes
// in a random order.
func Draw(n int, seed uint64) *data.Bytes {
	images, labels := make([]uint8, n*Pixels), make([]uint8, n)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			var painter garment.Painter
			for {
				block := int(next.Add(1)) - 1
				first := block * Classes
				if first >= n {
					return
				}
				classes := garment.Order(seed, block)
				for i := first; i < min(n, first+Classes); i++ {
					labels[i] = classes[i-first]
					painter.Draw((*[Pixels]uint8)(images[i*Pixels:]), classes[i-first], seed, i)
				}
			}
		})
	}
	workers.Wait()
	return newSet(images, labels)
}
