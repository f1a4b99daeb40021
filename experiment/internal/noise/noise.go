// Package noise numbers the streams of random numbers of a run, of which each seed has its
// own. A purpose has the streams from its first one on, as many as it needs. The first ones are
// far apart, so that no two purposes share a stream. The initial weights of models count from
// stream 0.
package noise

// The first stream for each purpose.
const (
	Training   = (iota + 1) << 40 // noise of the models in a step, by step
	Evaluation                    // noise of the models in an evaluation
	Samples                       // draws from the prior for terms, by step
	Critic                        // noise of the critic, by step
	Measured                      // samples that are measured, by their number
	Bounds                        // latent vectors for bounds of the likelihood
	Pictures                      // samples in the last pictures
)
