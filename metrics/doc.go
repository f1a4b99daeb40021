// Package metrics measures how well generated samples match data, and how well
// an embedding keeps the shape of what it embeds.
//
// # Samples
//
// [NewPooled] computes all distances among real and generated points once. Its
// methods are functions of these distances:
//
//   - [Pooled.PRDC]: precision and recall (Kynkäänniemi et al. 2019,
//     arXiv:1904.06991), density and coverage (Naeem et al. 2020,
//     arXiv:2002.09797);
//   - [Pooled.Energy]: the energy distance (Székely and Rizzo 2013);
//   - [Pooled.MMD]: the squared maximum mean discrepancy of a Gaussian kernel
//     (Gretton et al. 2012);
//   - [Pooled.Frechet]: the Fréchet distance of Gaussians fitted to both (Heusel et
//     al. 2017, arXiv:1706.08500);
//   - [Pooled.NearestNeighbor]: the accuracy of a classifier that tells samples
//     from data by the nearest other point (Lopez-Paz and Oquab 2017,
//     arXiv:1610.06545); ½ is best;
//   - [Pooled.MTopDiv]: the manifold topology divergence (Barannikov et al. 2021,
//     arXiv:2106.04024);
//   - [Pooled.Far]: the share of samples that are far from all data.
//
// For example:
//
//	p, err := metrics.NewPooled(dev, real, fake)
//	if err != nil {
//		return err
//	}
//	q := p.PRDC(5)
//	fmt.Printf("precision %.2f, recall %.2f, energy distance %.3f", q.Precision, q.Recall, p.Energy())
//
// # Embeddings
//
// [NewEmbedding] does the same for a cloud and its image under an encoder, row by row.
// [Embedding.Neighborhoods] has trustworthiness, continuity and the mean relative
// rank errors; [Embedding.KL] compares densities, [Embedding.RMSE] distances.
// [RTD] and [RTDLite] compare their topology. [Embedding.KNNAccuracy],
// [Embedding.Silhouette] and [LinearAccuracy] say how well an embedding tells labels
// apart.
//
// # Scores
//
// [Pooled.Scores] and [Embedding.Scores] compute what evaluations of models record, by name.
// [SampleScores] and [EmbeddingScores] list the names, and which values are better.
//
// # Conventions
//
// A point is not its own neighbor, but a coinciding point is one, at distance 0.
// Comparisons with a radius are strict. Neighbors at equal distance are ordered by
// their index. Distances are float32, as the device computes them; sums are
// float64. Nothing depends on the number of processors.
package metrics
