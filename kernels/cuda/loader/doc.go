// Package loader defines the functions of NVIDIA's driver API that the binding links with.
// Each function loads libcuda.so.1 on first use and calls its namesake there, so that a
// program built with CUDA starts on machines without it. The package is empty without the
// build tag cuda.
package loader
