//go:build cuda && !cudasim

/*
 * Defines every function of the driver API that the binding names. Each one forwards to
 * the function of the same name in libcuda.so.1. The first call loads the library. A
 * function that the library lacks returns CUDA_ERROR_STUB_LIBRARY.
 */
#include <cuda.h>
#include <cuda_runtime.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static void *library;
static char problem[512];

static void open_library(void) {
	library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_GLOBAL);
	if (!library)
		snprintf(problem, sizeof problem, "%s", dlerror());
}

static void *find(const char *name) {
	pthread_once(&once, open_library);
	return library ? dlsym(library, name) : 0;
}

const char *topogen_cuda_problem(void) {
	pthread_once(&once, open_library);
	return problem;
}

#define STRING(x) #x
#define FORWARD(name, parameters, arguments) \
	CUresult name parameters { \
		CUresult (*function) parameters = find(STRING(name)); \
		return function ? function arguments : CUDA_ERROR_STUB_LIBRARY; \
	}
CUDA_FUNCTIONS(FORWARD)

#define REFUSE(name, parameters) \
	cudaError_t name parameters { return CUDA_ERROR_NOT_SUPPORTED; }
CUDART_FUNCTIONS(REFUSE)
