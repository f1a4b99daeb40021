// Package syntax parses PTX, the assembly language of NVIDIA's GPUs, into a syntax tree
// with resolved names: registers are indices, labels are positions in the code, parameters
// and variables have offsets and sizes.
//
// The package does not know the instructions. For it `fma.rn.f32 d, a, b, c` is an opcode
// with modifiers and operands; package kernels/ptxsim decides whether the instruction
// exists and what it does. A module may have entry functions, with their registers and
// their shared and local variables, and global, constant and shared variables. Parse
// returns an error for device functions (.func) and calls.
//
//	f, err := syntax.Parse("scale.ptx", text)
//	for _, e := range f.Entries {
//		fmt.Println(e.Signature())
//	}
//
// Errors name file, line and column. Parse reports up to ten errors at once.
//
// Reference: NVIDIA, Parallel Thread Execution ISA, version 6.3, chapters 4
// (syntax), 5 (state spaces and types) and 11 (directives).
package syntax
