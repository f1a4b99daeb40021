package ptxsim

import "github.com/topogen/topogen/kernels/ptxsim/syntax"

// semantics are the properties of an access in the memory model (PTX ISA chapter 8). The
// zero value is a weak access, which orders nothing.
type semantics struct {
	strong           bool // two strong accesses do not race
	acquire, release bool // the access acts as if followed, or preceded, by a fence
	scope            int  // of that fence: blockScope or gpuScope
}

// semantics consumes the modifiers of a load or store that come before the state space. A
// load can be "acquire" and a store "release"; ordered names which.
func (c *compiler) semantics(ordered string) semantics {
	switch c.mod("weak", "volatile", "relaxed", ordered) {
	case "volatile":
		return semantics{strong: true}
	case "relaxed":
		return semantics{strong: true, scope: c.scope()}
	case "acquire":
		c.fences = true
		return semantics{strong: true, acquire: true, scope: c.scope()}
	case "release":
		c.fences = true
		return semantics{strong: true, release: true, scope: c.scope()}
	}
	return semantics{}
}

// scope consumes the scope modifier and returns blockScope or gpuScope.
func (c *compiler) scope() int {
	if c.need("cta", "gpu", "sys") == "cta" {
		return blockScope
	}
	return gpuScope
}

// space consumes the next modifier if it is one of names, and returns the state space of
// that name. Otherwise it consumes nothing and returns Generic.
func (c *compiler) space(names ...string) syntax.Space {
	space, _ := syntax.ParseSpace(c.mod(names...))
	return space
}

// around returns an exec that runs do with a fence before it for release, and with a fence
// after it for acquire.
func (s semantics) around(do exec) exec {
	if !s.acquire && !s.release {
		return do
	}
	return func(w *warp, m uint32) {
		checked := !w.block.launch.options.Unchecked
		if s.release && checked {
			w.fence(s.scope)
		}
		do(w, m)
		if s.acquire && checked {
			w.fence(s.scope)
		}
	}
}

// finish returns the exec of access a with semantics s. It also records what the access
// means for the kernel: a strong access to global memory makes the blocks run one after
// another (serial), and an access of less than a word makes the cells of shared memory
// bytes (sharedGrain).
func (c *compiler) finish(a memoryAccess, s semantics) exec {
	a.strong = s.strong
	c.out.storesOnly = a.writes && c.in.Op != "atom"
	if a.strong && (a.space == syntax.Global || a.space == syntax.Generic) {
		c.serial = true
	}
	if a.size < 4 && (a.space == syntax.Shared || a.space == syntax.Generic) {
		c.sharedGrain = 0
	}
	return s.around(a.exec())
}

// accessElements returns the registers that a load writes or a store reads: the single
// register o, or the n registers of vector o. typ is the type of one value in memory.
func (c *compiler) accessElements(o *syntax.Operand, typ syntax.Type, n int, load bool) []element {
	list := []syntax.Operand{*o}
	if o.Kind == syntax.VectorOperand {
		list = o.Elements
	}
	if len(list) != n {
		c.fail("needs a vector of %d registers, not %d", n, len(list))
	}
	var elements []element
	for i := range list {
		o := &list[i]
		e := element{bits: 8 * typ.Size(), long: typ.Size() == 8}
		if o.Kind == syntax.RegisterOperand && o.Register >= 0 {
			size := c.register(o).Type.Size()
			e.bits, e.long = 8*size, size == 8
		}
		if load {
			e.slot = c.destinationOf(o, typ, true)
		} else {
			if o.Kind == syntax.ImmediateOperand && typ.Size() < 4 {
				e.bits = 32
			}
			e.slot = c.sourceOf(o, typ, true)
		}
		elements = append(elements, e)
	}
	return elements
}

// vector consumes .v2 or .v4, if present, and the type. It returns the number of values that
// one lane accesses (1, 2 or 4) and their type.
func (c *compiler) vector() (n int, typ syntax.Type) {
	n = map[string]int{"": 1, "v2": 2, "v4": 4}[c.mod("v2", "v4")]
	typ = c.typ(1, 2, 4, 8)
	if n*typ.Size() > 16 {
		c.fail("accesses more than 16 bytes")
	}
	return n, typ
}

// load compiles ld (PTX ISA 9.7.8).
func (c *compiler) load() exec {
	s := c.semantics("acquire")
	space := c.space("global", "shared", "local", "const", "param")
	c.mod("ca", "cg", "cs", "lu", "cv")
	readOnly := c.mod("nc") != ""
	if readOnly && (space != syntax.Global || s.strong) {
		c.fail(".nc is for ld.global without ordering")
	}
	n, typ := c.vector()
	c.args(2, 2)
	a := c.memoryOperand(&c.in.Args[1], space)
	a.reads, a.readOnly, a.size = true, readOnly, n*typ.Size()
	elements := c.accessElements(&c.in.Args[0], typ, n, true)
	if space == syntax.ParamSpace {
		c.checkParameter(&a, c.in.Args[1].Base().Param)
		return loadParameter(int(a.offset), elements, typ)
	}
	a.move = loadMove(elements, typ)
	return c.finish(a, s)
}

// loadParameter compiles ld.param, which gives all lanes the same values. offset is that of
// the first value in the launch's parameters, in bytes.
func loadParameter(offset int, elements []element, typ syntax.Type) exec {
	return func(w *warp, m uint32) {
		for j, e := range elements {
			v := widening(typ, e.bits)(getInteger(w.block.launch.params[offset+j*typ.Size():], typ.Size()))
			if e.long {
				for i := range w.longs {
					w.longs[i] = v
				}
				copyLanes(&w.x[e.slot], &w.longs, m)
				continue
			}
			for i := range w.words {
				w.words[i] = uint32(v)
			}
			copyLanes(&w.r[e.slot], &w.words, m)
		}
	}
}

// checkParameter fails unless access a lies within the parameter and is aligned.
func (c *compiler) checkParameter(a *memoryAccess, index int) {
	p := c.entry.Params[index]
	switch at := int(a.offset) - p.Offset; {
	case at < 0 || at+a.size > p.Size():
		c.fail("reads %d bytes at byte %d of parameter %s, which has %d bytes", a.size, at, p.Name, p.Size())
	case a.offset%uint64(a.size) != 0:
		c.fail("byte %d of parameter %s is not a multiple of the %d bytes read", at, p.Name, a.size)
	}
}

// store compiles st.
func (c *compiler) store() exec {
	s := c.semantics("release")
	space := c.space("global", "shared", "local")
	c.mod("wb", "cg", "cs", "wt")
	n, typ := c.vector()
	c.args(2, 2)
	a := c.memoryOperand(&c.in.Args[0], space)
	a.writes, a.size = true, n*typ.Size()
	a.move = storeMove(c.accessElements(&c.in.Args[1], typ, n, false), typ)
	return c.finish(a, s)
}

// prefetch compiles prefetch.{global,local}.{L1,L2} [a]. It does nothing, since the simulator
// has no caches.
func (c *compiler) prefetch() exec {
	space := c.space("global", "local")
	c.need("L1", "L2")
	c.args(1, 1)
	c.memoryOperand(&c.in.Args[0], space)
	return func(*warp, uint32) {}
}
