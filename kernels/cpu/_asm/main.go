// Command asm writes the assembly of the CPU device and its Go declarations. Run it with go
// generate in kernels/cpu.
//
// A target is one family of functions. It becomes two files in kernels/cpu/internal: the
// assembly PACKAGE/NAME_amd64.s and the declarations PACKAGE/NAME_amd64.go. The program also
// writes tables of the loops of element-wise functions (see tables.go). Most functions
// are written once for both vector widths, as methods of an isa (see lanes.go), which emit
// AVX2 or AVX-512 instructions.
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

	"github.com/mmcloughlin/avo/build"
)

// A target is one family of functions, which is written to one pair of files.
type target struct {
	pkg      string // the package in kernels/cpu/internal
	name     string
	generate func() // emits the functions
}

var targets = []target{
	{"simd", "elementwise", elementwise},
	{"simd", "maps", maps},
	{"simd", "gradients", gradients},
	{"simd", "reductions", reductions},
	{"simd", "losses", losses},
	{"simd", "random", random},
	{"simd", "optimizers", optimizers},
	{"simd", "distances", distances},
	{"simd", "rounding", rounding},
	{"microkernel", "kernels", microKernels},
	{"microkernel", "pack", pack},
	{"microkernel", "blocks", blocks},
	{"microkernel", "pairs", pairs},
	{"microkernel", "tiles", tiles},
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
		file := "../internal/" + t.pkg + "/" + t.name + "_amd64"
		cmd := exec.Command("go", "run", ".", "-target", t.name, "-pkg", t.pkg, "-out", file+".s", "-stubs", file+".go")
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
