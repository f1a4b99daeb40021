// Command asm writes the assembly of the CPU device and its Go declarations. Run it with go
// generate in kernels/cpu.
//
// A target is one family of functions. It becomes two files in the folder of its package: the
// assembly NAME_amd64.s and the declarations NAME_amd64.go. The program also writes tables of
// the loops of element-wise functions (see tables.go). Most functions are written once for
// both vector widths, as methods of an isa (see lanes.go), which emit AVX2 or AVX-512
// instructions.
//
// The program uses the assembler generator avo. "Generates" and "emits" in comments mean that
// a Go function appends instructions to the assembly. A Go variable of a register type names
// a register of the generated code.
package main

import (
	"flag"
	"log"
	"os"
	"os/exec"
	"path"

	"github.com/mmcloughlin/avo/build"
)

// A target is one family of functions, which is written to one pair of files.
type target struct {
	folder   string // the folder of the package, in kernels/cpu
	name     string
	generate func() // emits the functions
}

var targets = []target{
	{"internal/simd", "elementwise", elementwise},
	{"internal/simd", "maps", maps},
	{"internal/simd", "gradients", gradients},
	{"internal/simd", "reductions", reductions},
	{"internal/simd", "losses", losses},
	{"internal/simd", "random", random},
	{"internal/simd", "optimizers", optimizers},
	{"internal/simd", "distances", distances},
	{"internal/simd", "rounding", rounding},
	{"internal/microkernel", "kernels", microKernels},
	{"internal/microkernel", "pack", pack},
	{"internal/microkernel", "blocks", blocks},
	{"internal/microkernel", "pairs", pairs},
	{"internal/microkernel", "tiles", tiles},
	{"mixed", "mixed", mixed},
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("asm: ")
	name := flag.String("target", "", "generate only this target, to -out and -stubs")
	flag.Parse()
	if *name == "" {
		all()
		return
	}
	for _, t := range targets {
		if t.name == *name {
			build.ConstraintExpr("!purego")
			t.generate()
			build.Generate()
			return
		}
	}
	log.Fatalf("there is no target %q", *name)
}

// all runs this program once for each target, because avo keeps its state in
// package variables.
func all() {
	for _, t := range targets {
		file := "../" + t.folder + "/" + t.name + "_amd64"
		cmd := exec.Command("go", "run", ".", "-target", t.name, "-pkg", path.Base(t.folder), "-out", file+".s", "-stubs", file+".go")
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		if err := cmd.Run(); err != nil {
			log.Fatalf("target %s: %v", t.name, err)
		}
		if err := encode(file + ".s"); err != nil {
			log.Fatalf("target %s: %v", t.name, err)
		}
	}
	if err := tables("../internal/simd/functions_amd64.go"); err != nil {
		log.Fatal(err)
	}
}
