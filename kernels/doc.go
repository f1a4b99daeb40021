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
// Packages kernels/cpu and kernels/gpu implement the contract. The functions of package
// kernels/fused run optional kernels, such as those of [Convolution] and [Optimizer], on any
// device: if the device lacks a kernel, they call several methods of [Device] that together
// do the same. Package kernels/rips declares the optional kernels for persistent homology.
//
// # Adding a device
//
// A device is a package with a type that has the methods of [Device]. In this order, each step
// can be tested:
//
//  1. Memory. Declare a type for allocations with the method Device ([Memory]). Alloc returns
//     [NewBuffer] of one. A kernel that gets a [Buffer] finds the allocation by
//     [Buffer.Memory], panics if it is another device's, and counts elements from
//     [Buffer.Offset] on.
//  2. The other methods of Device. A kernel first checks its arguments by the function of its
//     name in kernels/internal/check, so that all devices panic for the same misuse.
//  3. One test, which calls kerneltest.Run. That suite compares every kernel with a float64
//     oracle, and names the kernel, the sizes and the element that is wrong. Package
//     kerneltest states the errors that it allows.
//  4. Optional kernels, one interface of [FusedDevice] after another, where a profile asks for
//     them. The suite tests them from then on, in place of their composition by
//     kernels/fused.
//  5. A line in package device, which gives the device a name for the flag -device.
//
// Read kernels/cpu first; the files in which its methods are have their names.
//
// # Precision
//
// Values are float32. On request a device rounds the operands of matrix products and
// convolutions to bfloat16 ([Precision]), which hardware multiplies faster. Sums, and all other
// kernels, stay float32. A product whose operands must not be rounded says so by
// [Gemm].Unrounded: those of topological terms do.
//
// # Memory
//
// A [Buffer] is a span of float32 values in a device's memory. It is a value that can
// be copied and sliced. Arrays are dense and row-major. Batches of images are N×C×H×W:
// images, channels, rows, columns. A device may keep private copies in another layout.
//
// # Overwriting and accumulating
//
// Kernels that produce gradients take a [WriteMode]: [Overwrite] overwrites the
// destination, [Accumulate] adds to it. The first contribution to a gradient overwrites
// and later ones accumulate, so no gradient needs to be cleared first.
//
// # Scalars stay on the device
//
// Losses are stored into buffers of length 1, and gradient kernels read the gradient with
// respect to the loss from such a buffer. A training step therefore does not wait for the
// device until the host reads a result.
//
// # Random numbers
//
// Uniform and Normal are functions of (seed, stream, index), the same on every device.
// The generator is Philox4x32-10 (Salmon et al., SC 2011). Its key is the low and the high
// word of seed. Its counter is the low and the high word of index/4, then those of stream.
// Element index takes word index mod 4 of the four output words. A word w gives the uniform
// value (w>>8)·2⁻²⁴. The Box–Muller transform takes the words w₀ and w₁ of an even element
// and the next: with u = ((w₀>>8)+1)·2⁻²⁴ and v = (w₁>>8)·2⁻²⁴, the even element is
// √(−2 ln u)·cos(2πv) and the odd element is √(−2 ln u)·sin(2πv). Uniform values agree to
// the bit between devices. Normal values agree up to rounding.
package kernels
