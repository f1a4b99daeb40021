package ptxsim_test

import (
	"encoding/binary"
	"fmt"
	"log"
	"math"
	"os"

	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
)

// Run a vector addition, print its counters, and provoke a fault.
func Example() {
	text, err := os.ReadFile("testdata/vectoradd.ptx")
	if err != nil {
		log.Fatal(err)
	}
	sim := ptxsim.New(ptxsim.Options{})
	module, err := sim.Load("vectoradd.ptx", string(text))
	if err != nil {
		log.Fatal(err)
	}
	kernel, err := module.Kernel("vector_add")
	if err != nil {
		log.Fatal(err)
	}

	const n = 1000
	host := make([]byte, 4*n)
	var buffers [3]gpu.Pointer
	for i := range buffers {
		if buffers[i], err = sim.Alloc(4 * n); err != nil {
			log.Fatal(err)
		}
	}
	for i := range n {
		binary.LittleEndian.PutUint32(host[4*i:], math.Float32bits(float32(i)))
	}
	for _, p := range buffers[:2] {
		if err := sim.CopyIn(0, p, host); err != nil {
			log.Fatal(err)
		}
	}
	launch := func(n int) error {
		args := []gpu.Arg{gpu.Ptr(buffers[0]), gpu.Ptr(buffers[1]), gpu.Ptr(buffers[2]), gpu.Int32(n)}
		return sim.Launch(0, kernel, gpu.Dim{X: 4}, gpu.Dim{X: 256}, 0, args)
	}
	if err := launch(n); err != nil {
		log.Fatal(err)
	}
	if err := sim.CopyOut(0, host, buffers[2]); err != nil { // waits
		log.Fatal(err)
	}
	fmt.Println("c[21] =", math.Float32frombits(binary.LittleEndian.Uint32(host[4*21:])))

	c := sim.Counters("vector_add")
	fmt.Println("additions:", c.Threads[ptxsim.FloatArithmetic])
	fmt.Println("bytes wanted:", c.GlobalLoad.Bytes+c.GlobalStore.Bytes, "moved:", c.GlobalBytes())
	fmt.Println("divergent branches:", c.DivergentBranches)

	// n is one more than the buffers hold.
	if err := launch(n + 1); err != nil {
		log.Fatal(err)
	}
	fmt.Println(sim.Sync(0))
	// Output:
	// c[21] = 42
	// additions: 1000
	// bytes wanted: 12000 moved: 12000
	// divergent branches: 1
	// vectoradd.ptx:29: kernel vector_add, block (3,0,0) of 4, thread (232,0,0) of 256: access out of bounds: 4 bytes at address 0x2000000fa0: at the end of the 4000 bytes allocated at 0x2000000000 [ld.global.nc.f32 %x, [%a]]
}

// Lint reports a product that NVIDIA's compiler may fuse with an addition.
func ExampleLint() {
	warnings, err := ptxsim.Lint("scale.ptx", `.version 6.3
.target sm_70
.address_size 64
.visible .entry scale(.param .u64 x) .maxntid 32
{
	.reg .f32 %f;
	.reg .u64 %p;
	ld.param.u64 %p, [x];
	ld.global.f32 %f, [%p];
	mul.f32 %f, %f, 2.0;
	st.global.f32 [%p], %f;
	ret;
}`)
	fmt.Println(warnings, err)
	// Output: [scale.ptx:10: kernel scale: the compiler may fuse mul.f32 to an fma; write mul.rn] <nil>
}
