// Synth moves point clouds by their persistence: the three synthetic experiments
// of the original Topo-GEN, and any clouds of your own.
//
//	synth 1                      five clusters become three
//	synth all -steps 2000        all three experiments, shorter
//	synth -point-cloud square,n=80 -true-point-cloud circle
//
// Run synth -help for all flags.
package main

import "github.com/topogen/topogen/internal/cli"

func main() { cli.Main("synth", program) }
