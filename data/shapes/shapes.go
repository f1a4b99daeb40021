// Package shapes draws data sets, which need no file and no network: points on the
// shapes of package data/cloud, and pictures of digits.
//
//	sets, err := shapes.Open("circles,n=2000,noise=0.02,test=1000", seed)
package shapes

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/data/cloud"
)

const (
	defaultTrain = 2000
	testSeed     = 0x73686170 // "shap"
	glyphs       = "glyphs"
	maxGlyphs    = 1 << 20
)

// Is reports whether a specification begins with the name of a shape.
func Is(spec string) bool {
	name, _, _ := strings.Cut(spec, ",")
	return name == glyphs || cloud.IsShape(spec)
}

// Names describes the data that Open can draw, one line each: the glyphs, then the shapes in
// alphabetical order.
func Names() []string {
	return append([]string{"glyphs (28×28 pixels): the digits, each drawn differently"}, cloud.Shapes()...)
}

// Open draws the data that a specification names: a shape of [cloud.Shape] with its
// options, or "glyphs" with the option n. The option n is the number of training examples,
// by default 2000. The option test is the number of test examples, by default half as many.
// The seed and the specification decide every value.
func Open(spec string, seed uint64) (*data.Sets, error) {
	words := strings.Split(spec, ",")
	train, test := defaultTrain, -1
	kept := words[:1:1]
	given := make(map[string]bool)
	for _, w := range words[1:] {
		key, value, _ := strings.Cut(w, "=")
		var into *int
		switch key {
		case "n":
			into = &train
		case "test":
			into = &test
		default:
			kept = append(kept, w)
			continue
		}
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > 1<<24 {
			return nil, fmt.Errorf("shape %q: option %q: want a number of examples from 1 to %d", spec, w, 1<<24)
		}
		if given[key] {
			return nil, fmt.Errorf("shape %q: option %q: %s is there twice", spec, w, key)
		}
		given[key] = true
		*into = n
	}
	if test < 0 {
		test = max(1, train/2)
	}
	if words[0] == glyphs {
		if len(kept) > 1 {
			return nil, fmt.Errorf("shape %q: option %q: options of glyphs are n and test", spec, kept[1])
		}
		if train+test > maxGlyphs {
			return nil, fmt.Errorf("shape %q: at most %d glyphs are drawn", spec, maxGlyphs)
		}
		return &data.Sets{
			Train: Glyphs(train, seed), Test: Glyphs(test, ^seed), Source: spec, Unit: true,
			Note: fmt.Sprintf("%d training and %d test pictures of digits, drawn by a program", train, test),
		}, nil
	}
	kept = append(kept, fmt.Sprintf("n=%d", train+test))
	points, part, err := cloud.Labelled(strings.Join(kept, ","), seed)
	if err != nil {
		return nil, err
	}
	set := &data.Floats{Dims: []int{points.Dim}, Values: points.Coords, Class: labels(part)}
	second, first := data.Split(train+test, float64(test)/float64(train+test), seed^testSeed)
	return &data.Sets{
		Train: set.Pick(first), Test: set.Pick(second), Source: spec,
		Note: fmt.Sprintf("%d training and %d test points in R^%d, drawn from the shape %s", train, test, points.Dim, words[0]),
	}, nil
}

// labels returns the parts as classes, which are called by their numbers.
func labels(part []int) *data.Labels {
	if part == nil {
		return nil
	}
	l := &data.Labels{Classes: part}
	for _, c := range part {
		for len(l.Names) <= c {
			l.Names = append(l.Names, fmt.Sprintf("part %d", len(l.Names)+1))
		}
	}
	return l
}
