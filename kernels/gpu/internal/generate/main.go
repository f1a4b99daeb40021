// Command generate writes the kernels of package gpu, ptx/*.ptx: one Go file
// here for each of them, with PTX by hand and Go for what repeats.
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

// files returns all files, made anew.
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
