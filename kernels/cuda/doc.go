// Package cuda is NVIDIA's GPU as a [gpu.Driver], through the binding
// github.com/barnex/cuda5/cu. It is the only package that needs cgo, and only
// with the build tag cuda; without the tag [Open] returns an error that says how
// to build.
//
//	driver, err := cuda.Open(0) // the first GPU
//
// The script go.sh beside this file runs the go command with the tag and with
// what the binding needs to compile; no CUDA toolkit is needed:
//
//	kernels/cuda/go.sh build ./cmd/trainvae
//	kernels/cuda/go.sh test ./kernels/...
//
// A program built so finds NVIDIA's driver library, libcuda.so.1, when it opens
// a GPU. It runs on machines that have none, where Open says what was looked for.
//
// With -sim as first argument the script adds the tag cudasim, and the driver's
// functions are those of a simulated GPU (kernels/ptxsim): the binding's own
// code runs, with the race detector too, on machines without a GPU. A simulated
// driver cannot get into a program built without that tag; but such a program
// can be tried over one that comes as a shared library, see
// kernels/cuda/simulated/libcuda.
//
// # The binding
//
// The binding panics with a number where the driver refuses; this package
// returns errors with names, and remembers the launches that a late fault may
// come from. Contexts belong to threads of the operating system, so each call
// runs on one that has been told its context. Modules are loaded once: the
// binding never frees their text. Parameters are passed as 8 bytes each, as the
// binding reads them.
//
// Reference: NVIDIA, CUDA Driver API.
package cuda
