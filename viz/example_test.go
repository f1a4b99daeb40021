package viz_test

import (
	"bytes"
	"context"
	"fmt"
	"image/gif"
	"image/png"
	"log"
	"math"
	"time"

	"github.com/topogen/topogen/data/cloud"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/ph/distance"
	"github.com/topogen/topogen/viz"
)

// A diagram with the one it is compared with, and the bars that a bottleneck loss
// moves at the moment.
func ExampleDiagram() {
	diagrams := []ph.Diagram{{Degree: 1, Bars: []ph.Bar{{Birth: 0.3, Death: 0.5}, {Birth: 0.4, Death: 1.2}}}}
	target := []ph.Diagram{{Degree: 1, Bars: []ph.Bar{{Birth: 0.5, Death: 1.6}}}}
	var matcher distance.Matcher
	length, witness, err := matcher.Bottleneck(context.Background(), diagrams[0].Bars, target[0].Bars)
	if err != nil {
		log.Fatal(err)
	}

	var file bytes.Buffer // or a file
	err = viz.Diagram(&file, viz.PNG, viz.Scene{
		Title:    fmt.Sprintf("Bottleneck distance %.2f", length),
		Diagrams: diagrams,
		Target:   target,
		Matches:  []viz.Match{{Degree: 1, Match: witness}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	picture, err := png.DecodeConfig(&file)
	fmt.Println(picture.Width, picture.Height, err)
	// Output: 749 749 <nil>
}

func ExampleCurves() {
	var steps, loss []float64
	for step := range 100 {
		steps = append(steps, float64(step))
		loss = append(loss, 20*math.Exp(-float64(step)/10))
	}
	var file bytes.Buffer
	err := viz.Curves(&file, "Training", "step", "loss", viz.Series{Name: "bottleneck", X: steps, Y: loss})
	picture, _ := png.DecodeConfig(&file)
	fmt.Println(picture.Width, err)
	// Output: 1008 <nil>
}

// Three clusters that drift apart.
func ExampleAnimate() {
	c, err := cloud.Shape("clusters:3,n=30", 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	var scenes []viz.Scene
	for step := range 20 {
		for i := range c.Coords {
			c.Coords[i] *= 1.05
		}
		scene := viz.Scene{Title: fmt.Sprint("step ", step), Cloud: c}
		scenes = append(scenes, scene.Clone()) // c moves on
	}
	var file bytes.Buffer
	if err := viz.Animate(&file, scenes, 50*time.Millisecond); err != nil {
		fmt.Println(err)
		return
	}
	animation, err := gif.DecodeAll(&file)
	fmt.Println(len(animation.Image), "frames", err)
	// Output: 20 frames <nil>
}
