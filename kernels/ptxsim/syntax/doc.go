// Package syntax reads PTX, the assembly language of NVIDIA's GPUs, into a
// tree whose names are resolved: registers are indices, labels are positions,
// parameters and variables have offsets and sizes.
//
// It knows the language's form, not the instructions: `fma.rn.f32 d, a, b, c`
// is an opcode, modifiers and operands here; what they mean, and whether they
// exist, is for kernels/ptxsim to say. It reads modules of entry functions with
// their registers, shared, local and constant variables. Device functions
// (.func) and calls are refused with a message that says so.
//
//	f, err := syntax.Parse("scale.ptx", text)
//	for _, e := range f.Entries {
//		fmt.Println(e.Signature())
//	}
//
// Errors name file, line and column; as many as can be found in one reading
// are reported together.
//
// Reference: NVIDIA, Parallel Thread Execution ISA, version 6.3, chapters 4
// (syntax), 5 (state spaces and types) and 11 (directives).
package syntax
