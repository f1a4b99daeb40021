//go:build cuda

package cuda

// #cgo CFLAGS: -I${SRCDIR}/include
// #include <cuda.h>
import "C"

import (
	"unsafe"

	"github.com/barnex/cuda5/cu"
)

// An event is a place in the work of a stream, for which the host can wait. The binding has no
// events. Functions of this file panic with a result code, as those of the binding do.
type event struct{ handle C.CUevent }

// newEvent makes an event that measures no time, which is cheaper.
func newEvent() event {
	var e event
	must(C.cuEventCreate(&e.handle, C.CU_EVENT_DISABLE_TIMING))
	return e
}

// record sets the event to the place after all work enqueued on a stream.
func (e event) record(s cu.Stream) {
	must(C.cuEventRecord(e.handle, *(*C.CUstream)(unsafe.Pointer(&s))))
}

// synchronize waits until the GPU has done the work before the event.
func (e event) synchronize() { must(C.cuEventSynchronize(e.handle)) }

func must(r C.CUresult) {
	if r != C.CUDA_SUCCESS {
		panic(cu.Result(r))
	}
}
