package ptxsim

import "sort"

// A profile holds the counts of each instruction of a kernel, over all launches of the
// kernel since the last ResetCounters.
type profile struct {
	kernel    *kernel
	launches  int64
	footprint int64   // in bytes; see Counters.Footprint
	counts    []count // one for each instruction
}

// profile returns the profile of k, and creates it for the first launch of k.
func (g *GPU) profile(k *kernel) *profile {
	p := g.profiles[k]
	if p == nil {
		p = &profile{kernel: k, counts: make([]count, len(k.code))}
		g.profiles[k] = p
	}
	return p
}

// add adds the counts of one launch. counts is empty if nothing is counted.
func (p *profile) add(counts []count, footprint int64) {
	p.launches++
	p.footprint += footprint
	for i := range counts {
		p.counts[i].add(&counts[i])
	}
}

// A LineCount holds the counters of one instruction of a kernel.
type LineCount struct {
	Line        int    // in the PTX file
	Label       string // the last label in front of the instruction, or ""
	Instruction string // as written in the file
	Counters
}

// ResetCounters sets all counters to zero.
func (g *GPU) ResetCounters() { clear(g.profiles) }

// Counters returns the sum of the counters of all launches of a kernel since the last
// ResetCounters. kernel is its name; "" stands for all kernels. A launch that is still
// enqueued does not count.
func (g *GPU) Counters(kernel string) Counters {
	var sum Counters
	for _, p := range g.profiles {
		if kernel == "" || p.kernel.entry.Name == kernel {
			sum.Launches += p.launches
			sum.Footprint += p.footprint
			for pc := range p.counts {
				c := p.counters(pc)
				sum.Add(&c)
			}
		}
	}
	return sum
}

// CountersBetween returns the counters of the instructions from label from up to label
// to, such as those of a loop. from = "" means the kernel's first instruction, to = ""
// the kernel's end. Launches and Footprint are 0, since they belong to whole kernels. ok
// is false if the kernel has not been launched, or lacks a label.
func (g *GPU) CountersBetween(kernel, from, to string) (c Counters, ok bool) {
	inside := from == ""
	for _, l := range g.Lines(kernel) {
		if l.Label == to && inside && to != "" {
			return c, ok
		}
		if l.Label == from && from != "" {
			inside = true
		}
		if inside {
			ok = true
			c.Add(&l.Counters)
		}
	}
	return c, ok && to == ""
}

// Lines returns the counters of each instruction of the kernel, in the order of the file.
// It returns nil if the kernel has not been launched.
func (g *GPU) Lines(kernel string) []LineCount {
	var lines []LineCount
	for _, p := range g.profiles {
		if p.kernel.entry.Name != kernel {
			continue
		}
		labels := map[int]string{}
		for _, l := range p.kernel.entry.Labels {
			labels[l.Index] = l.Name
		}
		for pc := range p.kernel.entry.Code {
			in := &p.kernel.entry.Code[pc]
			lines = append(lines, LineCount{Line: in.Line, Label: labels[pc], Instruction: in.Text, Counters: p.counters(pc)})
		}
	}
	return lines
}

// KernelNames returns the names of all kernels that have been launched, sorted.
func (g *GPU) KernelNames() []string {
	var names []string
	for k := range g.profiles {
		names = append(names, k.entry.Name)
	}
	sort.Strings(names)
	return names
}

// counters returns the count of the instruction with index pc as Counters. An instruction
// that has accessed shared memory counts as shared traffic only, even if a generic address
// has also led it to global memory.
func (p *profile) counters(pc int) Counters {
	in, n := &p.kernel.code[pc], &p.counts[pc]
	var c Counters
	c.Warps[in.kind], c.Threads[in.kind] = n.warps, n.threads
	if in.flow == branch {
		c.Branches, c.DivergentBranches = n.warps, n.divergent
	}
	if n.wavefronts > 0 {
		c.Shared = SharedTraffic{Requests: n.requests, Bytes: n.bytes, Wavefronts: n.wavefronts, Conflicts: n.conflict}
		return c
	}
	traffic := Traffic{Requests: n.requests, Bytes: n.bytes, Sectors: n.sectors}
	if in.storesOnly {
		c.GlobalStore = traffic
	} else {
		c.GlobalLoad = traffic
	}
	return c
}
