// Command asm writes the assembly of the CPU device, with its Go declarations; go
// generate in kernels/cpu runs it.
//
// Each target below is one family of functions and becomes a pair of files,
// PACKAGE/NAME_amd64.s and PACKAGE/NAME_amd64.go, in kernels/cpu/internal. A family
// is written once for both vector widths: its functions are methods of an isa (see
// lanes.go), which emits AVX2 or AVX-512 instructions.
package main

import (
	"flag"
	"log"
	"os"
	"os/exec"

	"github.com/mmcloughlin/avo/build"
)

// A target is one pair of files.
type target struct {
	pkg      string
	name     string
	generate func()
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
	{"microkernel", "kernels", microKernels},
	{"microkernel", "pack", pack},
	{"microkernel", "blocks", blocks},
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
	}
}
