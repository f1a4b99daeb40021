package ph_test

import (
	"context"
	"fmt"
	"log"

	"github.com/topogen/topogen/ph"
)

func ExampleEngine() {
	// Four points on a square: a loop from when its sides are there until its
	// diagonals fill it.
	m := ph.Matrix32{N: 4, Data: []float32{
		0, 1, 2, 1,
		1, 0, 1, 2,
		2, 1, 0, 1,
		1, 2, 1, 0,
	}}
	var e ph.Engine
	diagrams, err := e.Rips(context.Background(), m, 1)
	if err != nil {
		log.Fatal(err)
	}
	for _, d := range diagrams {
		fmt.Printf("%+v\n", d)
	}
	// Output:
	// degree 0:
	//   [0, 1) from 1 to 1-0
	//   [0, 1) from 2 to 2-1
	//   [0, 1) from 3 to 3-0
	//   [0, ∞) from 0
	// degree 1:
	//   [1, 2) from 3-2 to 2-0
}

// A loop of four points in the plane, and the cycle that shows it.
func ExampleRips() {
	square := ph.Points[float64]{Dim: 2, Coords: []float64{0, 0, 1, 0, 1, 1, 0, 1}}
	result, err := ph.Rips(context.Background(), square, ph.Options{MaxDegree: 1, Cycles: true})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.3v\n", result.Diagrams()[1])
	for _, term := range result.Classes[1][0].Cycle {
		fmt.Println(term.Simplex)
	}
	// Output:
	// degree 1: [1, 1.41)
	// [2 3]
	// [0 3]
	// [1 2]
	// [0 1]
}
