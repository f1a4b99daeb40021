// Command asm writes the assembly of package cpu, with its Go declarations:
// run go generate in the folder above. Each target below becomes one pair of
// files, NAME_amd64.s and NAME_amd64.go.
package main

import (
	"flag"
	"log"
	"os"
	"os/exec"

	"github.com/mmcloughlin/avo/build"
)

// A target is what one pair of files holds.
type target struct {
	name     string
	generate func()
}

var targets = []target{
	{"elementwise", elementwise},
	{"maps", maps},
	{"gradients", gradients},
	{"reductions", reductions},
	{"losses", losses},
	{"random", random},
	{"optimizers", optimizers},
	{"distances", distances},
	{"gemm", gemm},
	{"pack", pack},
	{"narrow", narrow},
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("asm: ")
	name := flag.String("target", "", "generate this target alone, to -out and -stubs")
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

// all runs this program once for each target, since the generator's state is
// one per process.
func all() {
	for _, t := range targets {
		cmd := exec.Command("go", "run", ".", "-target", t.name, "-pkg", "cpu",
			"-out", "../"+t.name+"_amd64.s", "-stubs", "../"+t.name+"_amd64.go")
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		if err := cmd.Run(); err != nil {
			log.Fatalf("target %s: %v", t.name, err)
		}
	}
}
