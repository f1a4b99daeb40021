// Study finds out whether one way to train is better than another: it trains each arm
// of a plan with many seeds, compares them pair by pair, and writes a report.
//
//	study plans                                the plans that come with this program
//	study run circle                           run one of them, or plan.json
//	study new -data wine.csv -arm VAE -arm 'sig:topo=signature@latent=1' -output plan.json
//	study report runs/circle                   what was found
//	study tune runs/circle -metric far -output tuned.json
//
// Run study -help, or study run -help, for more.
package main

import "github.com/topogen/topogen/internal/cli"

func main() { cli.Main("study", program) }
