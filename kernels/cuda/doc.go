// Package cuda implements [gpu.Driver] with NVIDIA's driver, through the binding
// github.com/barnex/cuda5/cu. Only this package and its subpackages need cgo, and only
// with the build tags cuda and cudasim. Without the tag cuda, [Open] returns an error that
// says how to build a program with it.
//
//	driver, err := cuda.Open(0) // the first GPU
//
// The script go.sh in this folder runs the go command with the tag and the C flags for the
// binding. It needs a C compiler, but no CUDA toolkit:
//
//	kernels/cuda/go.sh build ./cmd/trainvae
//	kernels/cuda/go.sh test ./kernels/...
//
// Such a program loads NVIDIA's driver library, libcuda.so.1, when it first opens a GPU. It
// starts on machines without the library too; there Open returns an error that names it.
//
// With -sim as first argument go.sh adds the tag cudasim, which replaces the driver's
// functions by those of a simulated GPU (kernels/ptxsim). The code of the binding then
// runs, with the race detector too, on machines without a GPU. A program that was built
// without the tag cudasim can load the simulated driver as a shared library in place of
// NVIDIA's: see kernels/cuda/simulated/libcuda.
//
// The script hardware.sh packs test programs into a folder that runs on a machine with a
// GPU but without Go; see docs/gpu.md.
//
// # The binding
//
// If a driver call fails, the binding panics with the result code (CUresult). This package
// returns an [Error] instead, with the name of the call, the meaning of the code, and the
// launches that may have caused a fault.
//
// A context is the driver's state for one program and one GPU. It is current for one thread
// of the operating system, so each call locks its goroutine to a thread and makes the
// context current there.
//
// The binding never frees the text of a module, so Load compiles each text once. The
// binding reads 8 bytes for each kernel parameter, so Launch passes each parameter in 8
// bytes.
//
// Reference: NVIDIA, CUDA Driver API.
package cuda
