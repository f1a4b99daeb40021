// Command generate writes the kernels of package gpu to ptx/*.ptx. For each PTX file it has
// a function that writes the file. The instructions in these functions are written by hand;
// Go names registers, unrolls loops, and repeats a kernel for each variant.
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

// files generates all PTX files.
func files() []*asm.File {
	return []*asm.File{
		maps(), zips(), reductions(), losses(), random(), optimizers(), strided(), distances(), rows(), rips(), gemm(), convolutions(), halfGemm(), halfConvolutions(),
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
