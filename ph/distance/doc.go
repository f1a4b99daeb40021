// Package distance computes distances between persistence diagrams.
//
// A [Matcher] finds the bottleneck distance, with the pair of bars that attains it
// (Cohen-Steiner, Edelsbrunner and Harer, Stability of persistence diagrams, 2007), and
// the Wasserstein distances of any order and inner norm, both with an optimal
// matching, exactly or with a bounded error; and the sliced Wasserstein distance
// (Carrière, Cuturi and Oudot 2017).
//
//	var m distance.Matcher
//	d, witness, err := m.Bottleneck(ctx, a, b)
//	…
//	pairs := m.Matching(nil) // the optimal matching
package distance
