// Package nn builds models from layers, trains them with optimizers, and keeps
// their weights in files.
//
// A [Module] is anything with named parameters, a [Layer] a module that maps one
// variable to another. Parameters carry PyTorch's names and shapes and start
// from PyTorch's distribution, so that weights saved here load there and the
// other way round: see [Save] and [Load].
//
// A training step puts a batch on a tape, runs the model, calls Backward and lets
// an [Optimizer] step. Optimizers pack their parameters into one span of memory
// and update them in one kernel.
//
// The [VAE] is the model that topological losses are tried on.
package nn
