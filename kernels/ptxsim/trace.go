package ptxsim

import (
	"fmt"
	"sort"

	"github.com/topogen/topogen/kernels/gpu"
)

// storers numbers the instructions of all loaded kernels: instruction pc of kernel k has
// number k.number + pc. The cell of a word (see race.go) holds the number of the
// instruction that last wrote the word.
type storers struct {
	kernels []*kernel // in ascending order of number
	next    uint32    // number of the first instruction of the next kernel
}

func (s *storers) add(k *kernel) {
	if s.next == 0 {
		s.next = 1 // 0 stands for the host
	}
	k.number = s.next
	s.next += uint32(len(k.code))
	s.kernels = append(s.kernels, k)
}

// Writer describes the instruction that last wrote the word at address p: file and line,
// kernel, and the instruction's text. It leads from a wrong result to the instruction
// that stored it. Writer does not wait for enqueued work. It returns "" if the host wrote
// the word, if the word has not been written, and with Options.Unchecked.
func (g *GPU) Writer(p gpu.Pointer) string {
	a := g.memory.near(uint64(p))
	if a == nil || a.freed || a.cells == nil || uint64(p)-a.base >= uint64(a.size) {
		return ""
	}
	number := a.cells[(uint64(p)-a.base)/4].storer
	if number == 0 {
		return ""
	}
	all := g.storers.kernels
	k := all[sort.Search(len(all), func(i int) bool { return all[i].number > number })-1]
	in := k.entry.Code[number-k.number]
	return fmt.Sprintf("%s:%d: kernel %s [%s]", k.file, in.Line, k.entry.Name, in.Text)
}
