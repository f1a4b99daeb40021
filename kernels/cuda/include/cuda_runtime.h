/*
 * The part of the CUDA runtime API that github.com/barnex/cuda5/cu uses. Programs
 * link it but never call it: this module uses only the driver API.
 */
#ifndef TOPOGEN_CUDA_RUNTIME_H
#define TOPOGEN_CUDA_RUNTIME_H

#include <stddef.h>

typedef int cudaError_t;

enum cudaMemcpyKind {
	cudaMemcpyHostToHost = 0,
	cudaMemcpyHostToDevice = 1,
	cudaMemcpyDeviceToHost = 2,
	cudaMemcpyDeviceToDevice = 3,
	cudaMemcpyDefault = 4,
};

#define cudaDeviceScheduleAuto 0
#define cudaDeviceScheduleSpin 1
#define cudaDeviceScheduleYield 2
#define cudaDeviceScheduleBlockingSync 4
#define cudaDeviceBlockingSync 4
#define cudaDeviceMapHost 8
#define cudaDeviceLmemResizeToMax 16

/* Each function as F(name, (parameters)). */
#define CUDART_FUNCTIONS(F) \
	F(cudaSetDevice, (int device)) \
	F(cudaDeviceReset, (void)) \
	F(cudaSetDeviceFlags, (unsigned int flags)) \
	F(cudaMalloc, (void **p, size_t bytes)) \
	F(cudaMallocHost, (void **p, size_t bytes)) \
	F(cudaFreeHost, (void *p)) \
	F(cudaMemcpy, (void *dst, const void *src, size_t bytes, enum cudaMemcpyKind kind))

#define CUDART_PROTOTYPE(name, parameters) cudaError_t name parameters;
CUDART_FUNCTIONS(CUDART_PROTOTYPE)

#endif
