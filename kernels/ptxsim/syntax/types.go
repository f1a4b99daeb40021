package syntax

// A Type is one of PTX's fundamental types.
type Type uint8

// The fundamental types (PTX ISA 5.2.1). No instruction of kernels/ptxsim takes F16.
const (
	NoType Type = iota
	Pred
	B8
	B16
	B32
	B64
	U8
	U16
	U32
	U64
	S8
	S16
	S32
	S64
	F16
	F32
	F64
	numTypes
)

// A Kind tells how to interpret the bits of a type.
type Kind uint8

// The kinds of types. Bits are untyped: registers of the other numeric kinds may hold them if
// the sizes are equal.
const (
	Bits Kind = iota
	Unsigned
	Signed
	Float
	Predicate
)

var types = [numTypes]struct {
	name string
	size int
	kind Kind
}{
	NoType: {"", 0, Bits},
	Pred:   {"pred", 0, Predicate},
	B8:     {"b8", 1, Bits}, B16: {"b16", 2, Bits}, B32: {"b32", 4, Bits}, B64: {"b64", 8, Bits},
	U8: {"u8", 1, Unsigned}, U16: {"u16", 2, Unsigned}, U32: {"u32", 4, Unsigned}, U64: {"u64", 8, Unsigned},
	S8: {"s8", 1, Signed}, S16: {"s16", 2, Signed}, S32: {"s32", 4, Signed}, S64: {"s64", 8, Signed},
	F16: {"f16", 2, Float}, F32: {"f32", 4, Float}, F64: {"f64", 8, Float},
}

// ParseType returns the type with that name, such as "f32", or NoType.
func ParseType(name string) Type {
	for t := Pred; t < numTypes; t++ {
		if types[t].name == name {
			return t
		}
	}
	return NoType
}

// String returns the type's name without the dot: "f32".
func (t Type) String() string { return types[t].name }

// Size returns the size in bytes, 0 for predicates.
func (t Type) Size() int { return types[t].size }

// Kind returns how the bits of a value of type t are read, [Bits] for [NoType].
func (t Type) Kind() Kind { return types[t].kind }
