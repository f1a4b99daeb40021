// Package run holds what runs of all experiments have in common: an output [Folder]
// whose files appear whole or not at all, a [Loop] that makes steps, records them in
// a table of [Metrics] and saves checkpoints from which a run goes on, a [Progress]
// to report to, and a one-page [Report] that shows everything without a network.
//
// A run is a value: a configuration goes in, files come out. Packages train and
// synth implement a [Stepper] and leave the rest to a loop; the programs parse flags
// into configurations.
//
// # Layout of an output folder
//
//	config.json              the configuration, enough to repeat the run
//	metrics.csv              one row a step
//	checkpoint.safetensors   what a resumed run needs, and checkpoint-before.safetensors
//	.lock                    the process that writes to the folder
//	report.html              pictures and numbers on one page
//	*.png, *.gif             pictures
//	*.safetensors            trained weights
package run
