//go:build cudasim

#include <cuda.h>
#include <cuda_runtime.h>
#include <stdio.h>
#include "_cgo_export.h"

/* The current context of each operating-system thread. */
static __thread CUcontext current;

/* Returns from the calling function if no context is current or the context is lost. */
#define CHECK \
	do { \
		CUresult r = (CUresult)simContextState((void *)current); \
		if (r != CUDA_SUCCESS) \
			return r; \
	} while (0)

CUresult cuInit(unsigned int flags) { return flags ? CUDA_ERROR_INVALID_VALUE : (CUresult)simInit(); }
CUresult cuDriverGetVersion(int *version) { *version = 12000; return CUDA_SUCCESS; }
CUresult cuDeviceGetCount(int *n) { return (CUresult)simDeviceCount(n); }
CUresult cuDeviceGet(CUdevice *d, int ordinal) { *d = ordinal; return ordinal == 0 ? CUDA_SUCCESS : CUDA_ERROR_INVALID_DEVICE; }
CUresult cuDeviceGetName(char *name, int n, CUdevice d) { snprintf(name, n, "PTX simulator"); return CUDA_SUCCESS; }
CUresult cuDeviceTotalMem(size_t *n, CUdevice d) { *n = simMemory(); return CUDA_SUCCESS; }
CUresult cuDeviceComputeCapability(int *major, int *minor, CUdevice d) { *major = simAttribute(75); *minor = simAttribute(76); return CUDA_SUCCESS; }
CUresult cuDeviceGetAttribute(int *v, CUdevice_attribute a, CUdevice d) { *v = simAttribute((int)a); return *v < 0 ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS; }
CUresult cuDeviceGetProperties(CUdevprop *p, CUdevice d) { return CUDA_ERROR_NOT_SUPPORTED; }
CUresult cuDeviceCanAccessPeer(int *can, CUdevice a, CUdevice b) { *can = 0; return CUDA_SUCCESS; }

CUresult cuCtxCreate(CUcontext *c, unsigned int flags, CUdevice d) {
	CUresult r = (CUresult)simContextCreate((void **)c);
	if (r == CUDA_SUCCESS)
		current = *c;
	return r;
}
CUresult cuCtxDestroy(CUcontext c) {
	if (current == c)
		current = 0;
	return (CUresult)simContextDestroy((void *)c);
}
CUresult cuCtxGetApiVersion(CUcontext c, unsigned int *v) { *v = 3020; return CUDA_SUCCESS; }
CUresult cuCtxGetCurrent(CUcontext *c) { *c = current; return CUDA_SUCCESS; }
CUresult cuCtxSetCurrent(CUcontext c) { current = c; return CUDA_SUCCESS; }
CUresult cuCtxGetDevice(CUdevice *d) { CHECK; *d = 0; return CUDA_SUCCESS; }
CUresult cuCtxSynchronize(void) { CHECK; return (CUresult)simSynchronize(current, NULL, 1); }
CUresult cuCtxEnablePeerAccess(CUcontext c, unsigned int flags) { return CUDA_ERROR_NOT_SUPPORTED; }
CUresult cuCtxDisablePeerAccess(CUcontext c) { return CUDA_ERROR_NOT_SUPPORTED; }

CUresult cuModuleLoad(CUmodule *m, const char *file) { return CUDA_ERROR_NOT_SUPPORTED; }
CUresult cuModuleLoadData(CUmodule *m, const void *image) { CHECK; return (CUresult)simModuleLoad(current, (void **)m, (char *)image); }
CUresult cuModuleGetFunction(CUfunction *f, CUmodule m, const char *name) { CHECK; return (CUresult)simModuleGetFunction(current, (void **)f, m, (char *)name); }
/* The simulator assigns no registers: it reports 0, and the greatest block. */
CUresult cuFuncGetAttribute(int *v, CUfunction_attribute a, CUfunction f) { CHECK; *v = a == CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK ? simAttribute(1) : 0; return CUDA_SUCCESS; }
CUresult cuLaunchKernel(CUfunction f, unsigned int gx, unsigned int gy, unsigned int gz, unsigned int bx, unsigned int by, unsigned int bz, unsigned int shared, CUstream s, void **parameters, void **extra) {
	CHECK;
	return (CUresult)simLaunch(current, f, gx, gy, gz, bx, by, bz, shared, s, parameters);
}

CUresult cuMemAlloc(CUdeviceptr *p, size_t n) { CHECK; return (CUresult)simAlloc(current, p, n); }
CUresult cuMemFree(CUdeviceptr p) { CHECK; return (CUresult)simFree(current, p); }
CUresult cuMemAllocHost(void **p, size_t n) { CHECK; return (CUresult)simAllocHost(current, p, n); }
CUresult cuMemFreeHost(void *p) { return CUDA_ERROR_NOT_SUPPORTED; }
CUresult cuMemGetAddressRange(CUdeviceptr *base, size_t *n, CUdeviceptr p) { return CUDA_ERROR_NOT_SUPPORTED; }
CUresult cuMemGetInfo(size_t *available, size_t *total) { return CUDA_ERROR_NOT_SUPPORTED; }
CUresult cuPointerGetAttribute(void *v, CUpointer_attribute a, CUdeviceptr p) { return CUDA_ERROR_NOT_SUPPORTED; }

CUresult cuMemcpyHtoDAsync(CUdeviceptr d, const void *src, size_t n, CUstream s) { CHECK; return (CUresult)simCopyIn(current, s, d, (void *)src, n); }
CUresult cuMemcpyDtoHAsync(void *dst, CUdeviceptr src, size_t n, CUstream s) { CHECK; return (CUresult)simCopyOut(current, s, dst, src, n); }
CUresult cuMemcpyDtoDAsync(CUdeviceptr d, CUdeviceptr src, size_t n, CUstream s) { CHECK; return (CUresult)simCopy(current, s, d, src, n); }
CUresult cuMemcpyAsync(CUdeviceptr d, CUdeviceptr src, size_t n, CUstream s) { return cuMemcpyDtoDAsync(d, src, n, s); }
CUresult cuMemsetD32Async(CUdeviceptr d, unsigned int v, size_t n, CUstream s) { CHECK; return (CUresult)simFill(current, s, d, v, n); }

/* Functions without a stream parameter synchronize the context before and after. */
#define WAITING(call) \
	do { \
		CUresult r = cuCtxSynchronize(); \
		if (r == CUDA_SUCCESS) \
			r = call; \
		return r == CUDA_SUCCESS ? cuCtxSynchronize() : r; \
	} while (0)
CUresult cuMemcpyHtoD(CUdeviceptr d, const void *src, size_t n) { WAITING(cuMemcpyHtoDAsync(d, src, n, 0)); }
CUresult cuMemcpyDtoH(void *dst, CUdeviceptr src, size_t n) { WAITING(cuMemcpyDtoHAsync(dst, src, n, 0)); }
CUresult cuMemcpyDtoD(CUdeviceptr d, CUdeviceptr src, size_t n) { WAITING(cuMemcpyDtoDAsync(d, src, n, 0)); }
CUresult cuMemcpy(CUdeviceptr d, CUdeviceptr src, size_t n) { WAITING(cuMemcpyDtoDAsync(d, src, n, 0)); }
CUresult cuMemsetD32(CUdeviceptr d, unsigned int v, size_t n) { WAITING(cuMemsetD32Async(d, v, n, 0)); }
CUresult cuMemsetD8(CUdeviceptr d, unsigned char v, size_t n) { return CUDA_ERROR_NOT_SUPPORTED; }
CUresult cuMemsetD8Async(CUdeviceptr d, unsigned char v, size_t n, CUstream s) { return CUDA_ERROR_NOT_SUPPORTED; }
CUresult cuMemcpyPeer(CUdeviceptr d, CUcontext a, CUdeviceptr src, CUcontext b, size_t n) { return CUDA_ERROR_NOT_SUPPORTED; }
CUresult cuMemcpyPeerAsync(CUdeviceptr d, CUcontext a, CUdeviceptr src, CUcontext b, size_t n, CUstream s) { return CUDA_ERROR_NOT_SUPPORTED; }

CUresult cuEventCreate(CUevent *e, unsigned int flags) { CHECK; return (CUresult)simEventCreate(current, (void **)e); }
CUresult cuEventRecord(CUevent e, CUstream s) { CHECK; return (CUresult)simEventRecord(current, e, s); }
CUresult cuEventSynchronize(CUevent e) { CHECK; return (CUresult)simEventSynchronize(current, e); }

CUresult cuStreamCreate(CUstream *s, unsigned int flags) { CHECK; return (CUresult)simStreamCreate(current, (void **)s); }
CUresult cuStreamDestroy(CUstream s) { return CUDA_ERROR_NOT_SUPPORTED; }
CUresult cuStreamQuery(CUstream s) { return CUDA_ERROR_NOT_SUPPORTED; }
CUresult cuStreamSynchronize(CUstream s) { CHECK; return (CUresult)simSynchronize(current, s, 0); }

#define REFUSE(name, parameters) \
	cudaError_t name parameters { return CUDA_ERROR_NOT_SUPPORTED; }
CUDART_FUNCTIONS(REFUSE)
