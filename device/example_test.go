package device_test

import (
	"errors"
	"fmt"
	"log"

	"github.com/topogen/topogen/device"
)

// The same program computes on every device.
func ExampleOpen() {
	for _, name := range []string{"cpu", "sim"} {
		dev, err := device.Open(name)
		if err != nil {
			log.Fatal(err)
		}
		defer dev.Close()

		x := dev.Alloc(3)
		dev.Write(x, []float32{1, 2, 3})
		dev.AddScaled(x, 10, x)
		host := make([]float32, 3)
		if err := dev.Read(host, x); err != nil {
			log.Fatal(err)
		}
		fmt.Println(name, host)
	}
	// Output:
	// cpu [11 22 33]
	// sim [11 22 33]
}

// A command tells a mistake in a flag from a machine without a GPU.
func ExampleNameError() {
	_, err := device.Open("cuda:first")
	var mistake *device.NameError
	if errors.As(err, &mistake) {
		fmt.Println("usage:", err)
	}
	// Output: usage: device "cuda:first": "first" is not a device number; devices are numbered from 0, as in cuda:0
}
