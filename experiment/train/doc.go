// Package train runs the comparison that this project began with: a variational
// autoencoder and its topological twin are trained from equal weights on equal
// batches with equal noise, and differ only in that the twin's loss also compares
// the shape of its reconstructions with the shape of the true batch.
//
// A [Config] decides a run entirely, together with its data. [New] begins one in an
// output folder or goes on with the one that is there, bit for bit, from its last
// checkpoint; [Run.Train] trains to the end or until its context is cancelled, and
// [Run.Finish] evaluates and writes pictures, weights and report:
//
//	folder, err := run.Create("runs/mine", config)
//	…
//	r, err := train.New(config, sets, run.Environment{Device: dev, Folder: folder})
//	…
//	err = r.Train(ctx)
//	summary, err := r.Finish(ctx)
//
// # Losses
//
// For a batch of N examples the plain model minimises the sum of its own losses,
// each summed over the batch, divided by N: (BCE + KLD)/N for a variational
// autoencoder of images. The twin adds T/N, with T the weighted sum of the terms
// that the configuration lists. A term compares the batch, each example a point in
// the space of its values, with what the twin makes of it: its reconstruction, its
// latent vectors, or samples from the prior.
package train
