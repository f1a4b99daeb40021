//go:build !purego

#include "textflag.h"

// Four float32 operations on all lanes of a warp, 8 lanes at a time: r = x·y+z, x+y, x−y and
// x·y. Every NaN result has the bits 0x7fffffff, as from a GPU. r may be equal to x, y or z.

// NAN fills Y15 with 0x7fffffff.
#define NAN \
	VPCMPEQD Y15, Y15, Y15 \
	VPSRLD   $1, Y15, Y15

// STORE stores Y1, with NaNs replaced by Y15, at the given offset in bytes from r.
#define STORE(offset) \
	VCMPPS    $3, Y1, Y1, Y2 \
	VBLENDVPS Y2, Y15, Y1, Y1 \
	VMOVUPS   Y1, offset(DI)

// FMA8 computes x·y+z in the 8 lanes at the given offset in bytes.
#define FMA8(offset) \
	VMOVUPS     offset(SI), Y0 \
	VMOVUPS     offset(CX), Y1 \
	VFMADD231PS offset(DX), Y0, Y1 \
	STORE(offset)

// func fmaLanes(r, x, y, z *[32]uint32)
TEXT ·fmaLanes(SB), NOSPLIT, $0-32
	MOVQ r+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DX
	MOVQ z+24(FP), CX
	NAN
	FMA8(0)
	FMA8(32)
	FMA8(64)
	FMA8(96)
	VZEROUPPER
	RET

// BINARY8 computes x op y in the 8 lanes at the given offset in bytes.
#define BINARY8(op, offset) \
	VMOVUPS offset(SI), Y0 \
	op      offset(DX), Y0, Y1 \
	STORE(offset)

// BINARY is the body of a function that computes x op y in all lanes.
#define BINARY(op) \
	MOVQ r+0(FP), DI  \
	MOVQ x+8(FP), SI  \
	MOVQ y+16(FP), DX \
	NAN               \
	BINARY8(op, 0)    \
	BINARY8(op, 32)   \
	BINARY8(op, 64)   \
	BINARY8(op, 96)   \
	VZEROUPPER        \
	RET

// func addLanes(r, x, y *[32]uint32)
TEXT ·addLanes(SB), NOSPLIT, $0-24
	BINARY(VADDPS)

// func subLanes(r, x, y *[32]uint32)
TEXT ·subLanes(SB), NOSPLIT, $0-24
	BINARY(VSUBPS)

// func mulLanes(r, x, y *[32]uint32)
TEXT ·mulLanes(SB), NOSPLIT, $0-24
	BINARY(VMULPS)
