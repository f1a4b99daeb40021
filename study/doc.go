// Package study finds out whether one way to train is better than another, by
// how much, at what cost, and whether the difference is more than chance.
//
// A [Plan] names arms, which differ in their settings, and seeds. Each arm runs
// once with each seed: that is a [Unit]. Runs with equal seeds share their data,
// batches, initial weights and noise, so that arms are compared pair by pair.
//
//	plan, err := study.Parse(file)
//	store, err := study.Create("runs/circle", plan)
//	err = store.Run(ctx, plan.Units(study.Test), runner, study.Options{})
//	evidence, err := store.Evidence()
//
// A [Runner] turns settings and a seed into numbers. This package knows nothing
// of models: package experiment/trial has the runner that trains them.
//
// # Units
//
// A unit's folder is named by a hash of its settings, its seed and the data that
// it is measured on. It appears whole or not at all, and units that are there are
// not run again: an interrupted study goes on where it stopped. Processes that
// share a folder, on one machine or on several with a file system that keeps
// locks, share the work. [Shard] divides units among machines that share nothing
// until the report.
//
// # Evidence
//
// For each metric and each arm, [Store.Evidence] gives the mean and deviation, the
// mean paired difference from the baseline with a bootstrap interval, Wilcoxon's
// exact p-value, that p-value after Holm's correction over all comparisons of
// the study, Cliff's δ, and ε of almost stochastic order. Only the corrected
// p-value decides a [Verdict]. What got worse stands beside what got better. A
// metric that an arm's loss contains is marked and decides nothing.
//
// # Tuning
//
// Settings are chosen on the plan's tuning seeds, measured on validation data
// ([Store.Tune]), and reported on other seeds, measured on test data. A plan that
// mixes them is refused.
//
// The protocol follows X. Bouthillier et al., Accounting for variance in machine
// learning benchmarks (2021, arXiv:2103.03098), and R. Dror, S. Shlomov and
// R. Reichart, Deep dominance: how to properly compare deep neural models (2019).
package study
