// Package run holds what runs of all experiments have in common: an output [Folder]
// whose files appear whole or not at all; a [Loop] that makes steps, records them in
// a table of [Metrics] and saves checkpoints from which a run resumes; a [Progress]
// that receives reports; and a [Report], a page that contains its pictures.
//
// A run takes a configuration and writes files. Packages train and synth implement a
// [Stepper] for a loop. The programs parse flags into configurations.
//
// # Layout of an output folder
//
//	config.json              the configuration, enough to repeat the run
//	metrics.csv              one row for each step
//	checkpoint.safetensors   the last saved state, from which the run resumes
//	checkpoint-before.safetensors   the saved state before the last one
//	.lock                    the ID of the process that writes to the folder
//	report.html              pictures and numbers on one page
//	*.png, *.gif             pictures
//	*.safetensors            trained weights
package run
