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
//   - [Landscape]: the largest values, at each x, of the tents max(0, min(x−b, d−x)) of
//     bars (Bubenik, Statistical topological data analysis using persistence landscapes,
//     2015)
//   - [Silhouette]: the weighted mean of the tents (Chazal, Fasy, Lecci, Rinaldo and
//     Wasserman, Stochastic convergence of persistence landscapes and silhouettes, 2014)
//   - [Betti]: the number of bars that are alive at each x
//   - [Entropy]: the entropy of the lengths of all bars, and [EntropyCurve]: the part of it
//     that is due to the bars alive at each x (Atienza, Gonzalez-Diaz and
//     Soriano-Trigueros, On the stability of persistent entropy and new summary
//     functions, 2020)
//
// Births and deaths must be finite, and no bar may die before its birth. Otherwise the
// error names the bar. The vector of no bars is 0. A [Vectorizer] keeps memory between
// calls, so that it allocates nothing from the second call on. It serves one goroutine at
// a time.
package vector
