// Package kernels is the contract between mathematics and hardware: a [Device]
// owns memory and runs a few dozen float32 kernels on it. Everything above this
// package (tensors, layers, losses) is written once, against the contract;
// everything below it (kernels/cpu, kernels/gpu) implements the contract and is
// held to it by one conformance suite, kernels/kerneltest, which compares every
// kernel on every device with a plain float64 oracle.
//
// # Memory
//
// A [Buffer] is a span of float32 values in a device's memory, a value that can
// be copied and sliced. Arrays are dense and row-major; images are N×C×H×W.
// A device may keep private copies in another layout, but what it reads and
// writes through the contract is always this one.
//
// # Overwriting and accumulating
//
// Kernels that produce gradients take a [Store]: [Set] overwrites the
// destination, [Add] adds to it. The first contribution to a gradient is Set,
// later ones Add, so that no gradient needs to be cleared first.
//
// # Scalars stay on the device
//
// Losses are stored into buffers of length 1, and their gradient kernels read
// the incoming gradient from such a buffer, so that a training step does not
// wait for the device until its results are wanted.
//
// # Random numbers
//
// Uniform and Normal are functions of (seed, stream, index) alone, the same on
// every device: Philox4x32-10 (Salmon et al., SC 2011) with key
// (low, high word of seed) and counter (low, high word of index/4, low, high
// word of stream); element index takes output word index mod 4. A word w gives
// the uniform value (w>>8)·2⁻²⁴. Words are paired for the Box–Muller transform:
// with u = ((w₀>>8)+1)·2⁻²⁴ and v = (w₁>>8)·2⁻²⁴, the even element is
// √(−2 ln u)·cos(2πv) and the odd one √(−2 ln u)·sin(2πv). Uniform values agree
// to the bit between devices, normal ones up to rounding.
package kernels
