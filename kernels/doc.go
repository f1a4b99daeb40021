// Package kernels is the contract between mathematics and hardware. A [Device] owns
// memory and runs float32 kernels on it. Tensors, layers and losses call the contract
// only, so they run on every device:
//
//	dev := cpu.New() // or device.Open("cuda")
//	defer dev.Close()
//	x := dev.Alloc(3)
//	dev.Write(x, []float32{1, 2, 3})
//	dev.Map(kernels.Sigmoid, x, x)
//	host := make([]float32, 3)
//	err := dev.Read(host, x) // waits
//
// # Devices
//
// Packages kernels/cpu and kernels/gpu implement the contract. The conformance suite
// of package kernels/kerneltest compares every kernel of a device with a float64
// oracle.
//
// A new device implements [Device]. It may add the kernels of the optional interfaces,
// such as [Convolution] and [Optimizer]. Package kernels/fused calls an optional kernel
// on any device, and composes it of [Device]'s methods if the device lacks it. Package
// kernels/rips declares the optional kernels for persistent homology.
//
// # Memory
//
// A [Buffer] is a span of float32 values in a device's memory. It is a value that can
// be copied and sliced. Arrays are dense and row-major; images are N×C×H×W. A device
// may keep private copies in another layout.
//
// # Overwriting and accumulating
//
// Kernels that produce gradients take a [Store]: [Set] overwrites the destination,
// [Add] adds to it. The first contribution to a gradient uses Set and later ones Add,
// so no gradient needs to be cleared first.
//
// # Scalars stay on the device
//
// Losses are stored into buffers of length 1, and gradient kernels read the incoming
// gradient from such a buffer. A training step therefore does not wait for the device
// until the host reads a result.
//
// # Random numbers
//
// Uniform and Normal are functions of (seed, stream, index), the same on every device.
// The generator is Philox4x32-10 (Salmon et al., SC 2011) with key (low, high word of
// seed) and counter (low, high word of index/4, low, high word of stream). Element
// index takes output word index mod 4. A word w gives the uniform value (w>>8)·2⁻²⁴.
// The Box–Muller transform takes two words: with u = ((w₀>>8)+1)·2⁻²⁴ and
// v = (w₁>>8)·2⁻²⁴, the even element is √(−2 ln u)·cos(2πv) and the odd element is
// √(−2 ln u)·sin(2πv). Uniform values agree to the bit between devices. Normal values
// agree up to rounding.
package kernels
