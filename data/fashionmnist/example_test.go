package fashionmnist_test

import (
	"context"
	"fmt"

	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/data/fashionmnist"
)

func Example() {
	sets, err := fashionmnist.Open(context.Background(), "embedded:600", fashionmnist.DownloadOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(sets.Note)

	train, validation := data.Split(sets.Train.Len(), 0.8, 1234)
	batches := data.Batches(train, 128, 1234)
	fmt.Println(len(train), "to train on,", len(validation), "to validate,", len(batches), "batches")

	x := make([]float32, len(batches[0])*fashionmnist.Pixels)
	sets.Train.Decode(x, batches[0])
	fmt.Println(len(x), "values; the first image is a", sets.Train.Labels().Names[sets.Train.Labels().Classes[batches[0][0]]])

	// Output:
	// 600 training and 100 test images of embedded garments, drawn by a program
	// 480 to train on, 120 to validate, 4 batches
	// 100352 values; the first image is a Bag
}
