// Ptxsim works on PTX files without a GPU. It lints them, lists their kernels, and runs a
// kernel on a simulated GPU, which reports its mistakes and counts its instructions and
// memory accesses.
//
//	ptxsim lint kernels.ptx
//	ptxsim list kernels.ptx
//	ptxsim run -grid 4 -block 256 vectoradd.ptx vector_add random:1000 random:1000 out:1000 1000
//
// Run ptxsim -help for the commands and ptxsim run -help for its flags.
package main

import "github.com/topogen/topogen/internal/cli"

func main() { cli.Main("ptxsim", program) }
