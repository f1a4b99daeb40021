// Rips prints the persistent homology of Vietoris–Rips filtrations and of images. It reads
// what the program ripser reads and prints intervals as that does:
//
//	rips -format point-cloud points.txt
//	rips -dim 2 -modulus 3 -threshold 1.5 lower-distances.txt
//	rips -format point-cloud -png circle points.txt
//	rips -complex cubical image.png
//
// Run rips -help for all flags.
package main

import "github.com/topogen/topogen/internal/cli"

func main() { cli.Main("rips", program) }
