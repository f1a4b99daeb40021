// Command generate writes the kernels of package gpu to ptx/*.ptx. Each PTX file has a
// function here that writes it: the PTX is written by hand, and Go unrolls loops and
// instantiates variants.
//
//	go generate ./kernels/gpu
package main

import (
	"flag"
	"log"
	"os"
	"path/filepath"

	"github.com/topogen/topogen/kernels/gpu/internal/asm"
)

// files generates all files.
func files() []*asm.File {
	return []*asm.File{
		maps(), zips(), reductions(), losses(), random(), optimizers(), strided(), distances(), rows(), rips(), gemm(), convolutions(),
	}
}

func main() {
	log.SetFlags(0)
	folder := flag.String("o", "ptx", "`folder` to write to")
	flag.Parse()
	for _, f := range files() {
		if err := os.WriteFile(filepath.Join(*folder, f.Name()), f.Bytes(), 0o666); err != nil {
			log.Fatal(err)
		}
	}
}
