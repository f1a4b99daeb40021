package ptxas

// limits are the capacity of a multiprocessor; shared is in bytes.
type limits struct{ warps, blocks, shared int }

// multiprocessors are the limits by architecture.
var multiprocessors = map[string]limits{
	"sm_70":  {64, 32, 96 << 10},
	"sm_75":  {32, 16, 64 << 10},
	"sm_80":  {64, 32, 164 << 10},
	"sm_86":  {48, 16, 100 << 10},
	"sm_89":  {48, 24, 100 << 10},
	"sm_90":  {64, 32, 228 << 10},
	"sm_100": {64, 32, 228 << 10},
	"sm_120": {48, 24, 100 << 10},
}

const (
	registers = 65536 // of a multiprocessor, on every architecture
	// granule is the allocation unit of a warp's registers.
	granule = 256
	// reserved is the shared memory that the system takes for each block, in bytes,
	// from sm_80 on. Occupancy counts it on older GPUs too.
	reserved = 1 << 10
	warpSize = 32
)

// Occupancy returns the number of warps that can be resident on a multiprocessor with
// blocks of the given number of threads, and the maximum for any kernel. Resident warps
// hide latency. ok is false if the limits of gpu, "sm_90", are unknown.
func (u Use) Occupancy(gpu string, threads int) (warps, most int, ok bool) {
	m, ok := multiprocessors[gpu]
	if !ok {
		return 0, 0, false
	}
	each := (threads + warpSize - 1) / warpSize
	blocks := min(m.blocks, m.warps/each, m.shared/(u.Shared+reserved))
	if perWarp := (u.Registers*warpSize + granule - 1) / granule * granule; perWarp > 0 {
		blocks = min(blocks, registers/perWarp/each)
	}
	return blocks * each, m.warps, true
}
