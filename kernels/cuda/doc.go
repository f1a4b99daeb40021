// Package cuda implements [gpu.Driver] with NVIDIA's driver, through the binding
// github.com/barnex/cuda5/cu. It is the only package that needs cgo, and needs it only
// with the build tag cuda. Without the tag [Open] returns an error that says how to build
// a program with it.
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
// With -sim as first argument the script adds the tag cudasim, which replaces the driver's
// functions by those of a simulated GPU (kernels/ptxsim). The code of the binding then
// runs, with the race detector too, on machines without a GPU. A program without that tag
// cannot contain the simulated driver, but can run with it as a shared library: see
// kernels/cuda/simulated/libcuda.
//
// The script hardware.sh packs test programs into a folder that runs on a machine with a
// GPU but without Go; see docs/gpu.md.
//
// # The binding
//
// The binding panics with a CUresult when a driver call fails. This package returns an
// [Error] instead, with the call, the result's meaning, and the launches that may have
// caused a fault. A CUDA context is current for one operating-system thread, so each call
// locks its goroutine to a thread and sets the context there first. The binding never
// frees the text of a module, so Load compiles each text once. The binding reads 8 bytes
// for each kernel parameter, so parameters are passed in 8-byte slots.
//
// Reference: NVIDIA, CUDA Driver API.
package cuda
