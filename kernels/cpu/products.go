package cpu

// products is what matrix products and convolutions keep between calls.
type products struct {
	tiling  *tiling
	threads int
	spaces  []*workspace // one for each worker

	filters, bias []float32 // of the convolution that is running, in panels
	partial       []float32 // sums of parts
}

func newProducts(t *tiling, l *loops, threads int) *products {
	p := &products{tiling: t, threads: threads, spaces: make([]*workspace, threads)}
	for i := range p.spaces {
		p.spaces[i] = &workspace{tiling: t, loops: l}
	}
	return p
}

// space returns the workspace of the worker that runs a part.
func (a *args) space() *workspace { return a.products.spaces[a.worker] }
