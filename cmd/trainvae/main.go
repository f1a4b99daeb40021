// Trainvae trains a variational autoencoder and its topological twin, from
// equal weights on equal batches of images, and compares them in pictures and
// numbers.
//
//	trainvae                     the images in the cache folder, else embedded ones
//	trainvae -data download      real FashionMNIST, fetched once
//	trainvae -output runs/a -resume
//
// Run trainvae -help for all flags.
package main

import "github.com/topogen/topogen/internal/cli"

func main() { cli.Main("trainvae", program) }
