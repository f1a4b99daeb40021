// Package loader defines the functions of NVIDIA's driver API for the binding
// to link with, and passes them on to libcuda.so.1 at run time. It holds
// nothing without the build tag cuda.
package loader
