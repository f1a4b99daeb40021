// Package train runs the comparison that this project began with: a variational
// autoencoder and its topological twin are trained from equal weights on equal
// batches with equal noise. They differ only in their losses: that of the twin has
// topological terms, too.
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
// that the configuration lists. For a term each example of the batch is a point in the
// space of its values. The term compares this cloud with another one: the twin's
// reconstructions, its latent vectors, or its samples.
package train
