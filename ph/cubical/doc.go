// Package cubical computes the persistent homology of images of two or three
// dimensions.
//
// # What it computes
//
// A level rises from the least value of an image to the greatest. At each level the
// pixels that are not above it form a set. Connected components of that set appear and
// merge; holes, and in space voids, appear and are filled: each is a class, a
// [ph.Class], that is born at one level and dies at another. With the option
// Superlevel the level falls and the set is that of the pixels not below it.
//
// Two constructions turn pixels into a complex of cubes (Garin, Heiss, Maggs, Bleile
// and Robins, Duality in persistent homology of images, 2020):
//
//   - [TopCells], the T-construction: a pixel is a square or a cube. Its sides, edges and
//     corners enter with it, unless they have entered with a neighbor. Pixels that share
//     only a corner are connected.
//   - [Vertices], the V-construction: a pixel is a vertex, and an edge, square or cube
//     enters with the last of its vertices. Pixels that share only a corner are not
//     connected.
//
// # Gradients
//
// Birth and death are values of pixels, and the bar names these pixels: BirthCell is {i, i}
// for the pixel Values[i]. So the derivative of a birth by this pixel is 1, and by all other
// pixels 0. With Superlevel the derivative is −1, since the bars are those of the negated
// image. Of pixels with equal values, those with lower index enter first.
//
// # Example
//
//	img := cubical.Image[float32]{Shape: []int{28, 28}, Values: pixels}
//	result, err := cubical.Compute(ctx, img, cubical.Options{Superlevel: true})
//	holes := result.Classes[1]
package cubical
