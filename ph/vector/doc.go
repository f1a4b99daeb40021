// Package vector turns persistence diagrams into vectors of a fixed length, as input for
// networks and statistics. Each vector has a gradient with respect to births and
// deaths.
//
//	image := vector.Image{Births: vector.Grid{Lo: 0, Hi: 1, N: 20}, Lengths: vector.Grid{Lo: 0, Hi: 1, N: 20}, Bandwidth: 0.05}
//	v := make([]float64, image.Len())
//	err := image.Vector(v, diagram.Finite())
//
// The vectors, with the length of a bar l = d−b:
//
//   - [Image]: a sum of Gaussians in the plane of birth and length (Adams et al.,
//     Persistence images: a stable vector representation of persistent homology, 2017)
//   - [Heat]: a sum of Gaussians in the plane of birth and death, with their mirror
//     images subtracted (Reininghaus, Huber, Bauer and Kwitt, A stable multi-scale
//     kernel for topological machine learning, 2015)
//   - [Landscape]: the largest tents (Bubenik, Statistical topological data analysis
//     using persistence landscapes, 2015)
//   - [Silhouette]: their weighted mean (Chazal, Fasy, Lecci, Rinaldo and Wasserman,
//     Stochastic convergence of persistence landscapes and silhouettes, 2014)
//   - [Betti]: the number of bars alive
//   - [Entropy] and [EntropyCurve]: entropy of the lengths, of all bars and of the bars
//     alive (Atienza, Gonzalez-Diaz and Soriano-Trigueros, On the stability of
//     persistent entropy and new summary functions, 2020)
//
// Births and deaths are finite, and no bar dies before its birth; another bar is an
// error that names it. Vectors of no bars are 0. A vector keeps memory between calls,
// so that it allocates nothing from the second call on, and serves one goroutine at a
// time.
package vector
