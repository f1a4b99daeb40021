// Package synth moves point clouds by their persistence. There is no model: the coordinates of
// the points themselves are the parameters that a topological loss trains.
//
// A [Mover] makes the steps. It needs a cloud and a [Loss]:
//
//	mover, err := synth.NewMover(dev, start, loss, synth.Adam, 0.05)
//	…
//	for range 500 {
//		if _, err := mover.Step(ctx); err != nil {
//			return err
//		}
//	}
//	end, err := mover.Cloud()
//
// A [Run] is a mover with an output folder: it records every step
// and, at the end, draws clouds, diagrams, losses and an animation. [Experiment]
// returns the configurations of the three synthetic experiments of the original
// Topo-GEN, [Between] that for clouds of your own:
//
//	config := synth.Between(start, truth)
//	folder, err := run.Create("runs/mine", config)
//	…
//	r, err := synth.New(ctx, config, run.Environment{Device: dev, Folder: folder})
//	…
//	err = r.Move(ctx)
//	summary, err := r.Finish(ctx)
//
// # What helps where the plain gradient does not
//
// A gradient of persistence moves at most four points for each bar, and that of a
// bottleneck distance one bar. Two settings change that. The Gradient of a
// configuration can hand the gradient on to neighbors, so that clusters move as clusters
// where the plain gradient pulls single points out of them, one after another. The option
// attract=yes gives the bottleneck distance a gradient where a true bar without a partner
// decides it: a loop appears because the gradient makes it, and not by chance. Package topoloss
// describes both and names their sources.
//
// # Reference
//
// Jedlicki: Topological regularization of generative models (University of
// Barcelona 2024, hdl:2445/217016), for the experiments.
package synth
