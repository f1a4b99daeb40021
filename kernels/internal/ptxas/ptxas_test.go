package ptxas

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	require.Equal(t, []Use{
		{Name: "a", Registers: 255, Shared: 4224, Stack: 16, Spills: 12},
		{Name: "b", Registers: 40},
	}, parse([]byte(`ptxas info    : 0 bytes gmem
ptxas info    : Compiling entry function 'b' for 'sm_90'
ptxas info    : Function properties for b
    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Used 40 registers, used 0 barriers
ptxas info    : Compile time = 40.986 ms
ptxas info    : Compiling entry function 'a' for 'sm_90'
ptxas info    : Function properties for a
    16 bytes stack frame, 4 bytes spill stores, 8 bytes spill loads
ptxas info    : Used 255 registers, used 1 barriers, 4224 bytes smem, 384 bytes cmem[0]
`)))
	require.Empty(t, parse(nil))
}

func TestOccupancy(t *testing.T) {
	for _, c := range []struct {
		use         Use
		gpu         string
		threads     int
		warps, most int
		ok          bool
	}{
		{Use{Registers: 32}, "sm_90", 256, 64, 64, true},
		{Use{Registers: 33}, "sm_90", 256, 48, 64, true}, // rounded up to 40 registers a thread
		{Use{Registers: 128}, "sm_70", 256, 16, 64, true},
		{Use{Registers: 128, Shared: 48 << 10}, "sm_70", 256, 8, 64, true},
		{Use{Registers: 16}, "sm_80", 32, 32, 64, true}, // limited by the number of blocks
		{Use{Registers: 16}, "sm_120", 1024, 32, 48, true},
		{Use{Registers: 255}, "sm_90", 1024, 0, 64, true}, // too many registers: cannot launch
		{Use{Registers: 16}, "sm_121", 1024, 0, 0, false},
	} {
		warps, most, ok := c.use.Occupancy(c.gpu, c.threads)
		require.Equal(t, []any{c.warps, c.most, c.ok}, []any{warps, most, ok}, "%+v on %s", c.use, c.gpu)
	}
}

// The assembler accepts valid PTX and reports errors in invalid PTX.
func TestAssemble(t *testing.T) {
	a, err := Find()
	if err != nil {
		t.Skipf("SKIPPED: %v", err)
	}
	const head = ".version 6.3\n.target sm_70\n.address_size 64\n"
	all, err := a.Architectures()
	require.NoError(t, err)
	require.Contains(t, all, "sm_90")
	uses, err := a.Assemble(all[len(all)-1], "k.ptx", head+".visible .entry k() { .shared .b32 x[4]; .reg .b32 %a; ld.shared.b32 %a, [x]; st.shared.b32 [x+4], %a; ret; }")
	require.NoError(t, err)
	require.Len(t, uses, 1)
	require.Equal(t, "k", uses[0].Name)
	_, err = a.Assemble("sm_90", "k.ptx", head+".visible .entry k() { nonsense; }")
	require.ErrorContains(t, err, "k.ptx: ")
	require.ErrorContains(t, err, "nonsense")
}

func TestFind(t *testing.T) {
	t.Setenv("PTXAS", "/opt/ptxas")
	a, err := Find()
	require.NoError(t, err)
	require.Equal(t, Assembler("/opt/ptxas"), a)
	t.Setenv("PTXAS", "")
	t.Setenv("PATH", t.TempDir())
	_, err = Find()
	require.ErrorContains(t, err, "PTXAS is not set")
}
