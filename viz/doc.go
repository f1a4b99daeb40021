// Package viz draws training runs and topology: image grids, curves, latent
// scatters; point clouds, persistence diagrams, barcodes, and animations of a
// cloud and its diagram side by side.
//
// Every function writes one picture to a writer: PNG, or SVG where it takes a [Format],
// or GIF. What belongs together about a cloud is a [Scene]: the cloud, its diagrams, and
// what they are compared with.
//
//	diagrams, err := engine.Rips(ctx, distances, 1)
//	…
//	err = viz.Diagram(w, viz.PNG, viz.Scene{Title: "A noisy circle", Diagrams: diagrams})
//
// # What the pictures have in common
//
// Colours are those of Okabe and Ito, which people with any colour vision tell
// apart, and shapes differ too: classes and homology degrees never differ by
// colour alone. Degree 0 is blue and round, degree 1 vermillion and triangular,
// degree 2 green and square. What is aimed at is hollow, what moves is solid.
// One unit is as long on both axes wherever lengths and angles matter. Legends
// stand beside the data, or where no data can be.
//
// # Data that cannot be drawn
//
// NaN and infinite coordinates are refused with an error that names the place.
// The death of an essential bar is infinite as it should be, and drawn so.
package viz
