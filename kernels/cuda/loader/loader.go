//go:build cuda && !cudasim

package loader

/*
#cgo CFLAGS: -I${SRCDIR}/../include
#cgo LDFLAGS: -ldl -lpthread
const char *topogen_cuda_problem(void);
*/
import "C"

// Problem returns the reason why libcuda.so.1 could not be loaded, or "" if it could.
func Problem() string { return C.GoString(C.topogen_cuda_problem()) }
