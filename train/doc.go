// Package train runs the comparison that this project began with: a variational
// autoencoder and its topological twin are trained from equal weights on equal
// batches with equal noise, and differ only in that the twin's loss also compares
// the shape of its reconstructions with the shape of the true batch.
//
// A [Config] decides a run entirely. [New] begins one in an output folder and
// [Resume] goes on with one, bit for bit, from its last checkpoint; [Run.Train]
// trains to the end or until its context is cancelled, and [Run.Finish]
// evaluates and writes pictures, weights and report.
//
// # Losses
//
// For a batch of N images the autoencoder minimises (BCE + KLD)/N, the binary
// cross-entropy and the divergence both summed over the batch; the twin adds T/N,
// with T the weighted sum of topological regularizers between the reconstructed
// and the true batch, each image a point in R^784. With latent weights, the same
// regularizers are also applied between the batch's latent vectors and the true
// batch.
package train
