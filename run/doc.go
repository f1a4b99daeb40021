// Package run holds what every run of the programs has in common: one output
// [Folder] whose files appear whole or not at all, a [Metrics] table that grows
// by one row a step and can be cut back when a run resumes from its checkpoint, a
// [Progress] to report to, and a one-page [Report] that shows everything without a network.
//
// A run is a value: a configuration goes in, files come out. Packages train and
// synth build their runs from these parts; the programs only parse flags into
// configurations.
//
// # Layout of an output folder
//
//	config.json              the configuration, enough to repeat the run
//	metrics.csv              one row a step
//	checkpoint.safetensors   what a resumed run needs
//	report.html              pictures and numbers on one page
//	*.png, *.gif             pictures
//	*.safetensors            trained weights
package run
