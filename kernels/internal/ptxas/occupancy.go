package ptxas

// limits are what a multiprocessor has room for.
type limits struct{ warps, blocks, shared int }

// multiprocessors of GPUs for computing. All have 65536 registers.
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
	registers = 65536
	// granule is how many registers a warp's are rounded up to.
	granule = 256
	// reserved is shared memory that the system takes of each block, in bytes,
	// from sm_80 on; it is counted on older GPUs too.
	reserved = 1 << 10
	warpSize = 32
)

// Occupancy returns how many warps of blocks of so many threads can be resident
// on a multiprocessor, and how many at most: what hides the latency of memory.
// It is ok where the GPU's sizes are known here.
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
