package cpu

// products is what matrix products and convolutions keep between calls.
type products struct {
	tiling  *tiling
	threads int
	spaces  chan *workspace // those that nobody uses

	filters, bias []float32 // of the convolution that is running, in panels
	partial       []float32 // sums of parts
}

func newProducts(t *tiling, l *loops, threads int) *products {
	p := &products{tiling: t, threads: threads, spaces: make(chan *workspace, threads)}
	for range threads {
		p.spaces <- &workspace{tiling: t, loops: l}
	}
	return p
}

// borrow returns a workspace for the part that is running, to be given back.
func (p *products) borrow() *workspace { return <-p.spaces }

func (p *products) giveBack(w *workspace) { p.spaces <- w }
