//go:build !purego

package simd

import (
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/cpu"
)

// The operations of the system call arch_prctl that concern state of the processor which
// programs must ask for (Linux, Documentation/arch/x86/xstate.rst), and the state of AMX.
const (
	getSupported      = 0x1021 // ARCH_GET_XCOMP_SUPP
	requestPermission = 0x1023 // ARCH_REQ_XCOMP_PERM

	tileConfig = 17 // XFEATURE_XTILE_CFG
	tileData   = 18 // XFEATURE_XTILE_DATA
)

// hasTiles reports whether the processor has the tiles of AMX with products of bfloat16
// numbers, and Linux saves them (from version 5.16 on).
func hasTiles() bool {
	if !cpu.X86.HasAMXTile || !cpu.X86.HasAMXBF16 {
		return false
	}
	var supported uint64
	_, _, errno := syscall.RawSyscall(syscall.SYS_ARCH_PRCTL, getSupported, uintptr(unsafe.Pointer(&supported)), 0)
	const needed = 1<<tileConfig | 1<<tileData
	return errno == 0 && supported&needed == needed
}

// PermitTiles asks the system to let this process use the tiles of AMX, for which [Best] must
// be AMX. The permission holds for all threads, until the process ends. Linux then needs 8 KB
// more of a signal stack to save the tiles. Those of Go have 32 KB; Linux refuses permission
// to a process whose C code has registered one that is too small.
func PermitTiles() error {
	if Best() < AMX {
		return fmt.Errorf("cpu: this processor or system has no AMX")
	}
	if _, _, errno := syscall.RawSyscall(syscall.SYS_ARCH_PRCTL, requestPermission, tileData, 0); errno != 0 {
		return fmt.Errorf("cpu: Linux does not let this process use AMX: %w", errno)
	}
	return nil
}
