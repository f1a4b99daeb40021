// Package noise assigns streams of random numbers to the purposes of a run. Each seed has its
// own streams, which have numbers. A purpose uses as many streams as it needs, from its first
// one on. The first ones are far apart, so that no two purposes share a stream. The initial
// weights of models use the streams from 0 on.
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
