package ptxsim

import (
	"fmt"
	"sort"

	"github.com/topogen/topogen/kernels/gpu"
)

// storers numbers the instructions of all kernels that were loaded, so that each word
// of memory can say which of them wrote it.
type storers struct {
	kernels []*kernel // by their number
	next    uint32
}

func (s *storers) add(k *kernel) {
	if s.next == 0 {
		s.next = 1 // 0 is the host
	}
	k.number = s.next
	s.next += uint32(len(k.code))
	s.kernels = append(s.kernels, k)
}

// Writer says which instruction wrote the word at an address last, among the work
// that is done: file and line, kernel, and the instruction. It is how a wrong result
// leads to the place that it comes from. The answer is "" where the host wrote the
// word, or nobody, and with Options.Unchecked.
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
