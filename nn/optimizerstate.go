package nn

import (
	"fmt"
	"slices"
)

// countsName is the name of the tensor of a [State] that holds, for each parameter, the
// number of steps that changed it.
const countsName = "steps"

// State waits for the number of steps and the optimizer's memory.
func (g *group) State() (State, error) {
	if len(g.memory) == 0 {
		return State{}, fmt.Errorf("nn: the state of %w", errNoOptimizer)
	}
	s := State{Steps: g.steps, Tensors: make(map[string][]float32)}
	for _, m := range g.memory {
		values := make([]float32, m.Len())
		if err := g.device.Read(values, m.Buffer); err != nil {
			return State{}, fmt.Errorf("nn: reading an optimizer's %q: %w", m.name, err)
		}
		s.Tensors[m.name] = values
	}
	g.saveCounts()
	if slices.ContainsFunc(g.counts, func(n int) bool { return n != g.steps }) {
		counts := make([]float32, len(g.counts))
		for i, n := range g.counts {
			counts[i] = float32(n)
		}
		s.Tensors[countsName] = counts
	}
	return s, nil
}

// Restore puts back what State returned for an optimizer of the same kind and
// parameters of the same sizes. If it returns an error, nothing is changed.
func (g *group) Restore(s State) error {
	if len(g.memory) == 0 {
		return fmt.Errorf("nn: the state of %w", errNoOptimizer)
	}
	if s.Steps < 0 {
		return fmt.Errorf("nn: an optimizer's state after %d steps", s.Steps)
	}
	for name := range s.Tensors {
		if name != countsName && !slices.ContainsFunc(g.memory, func(m memory) bool { return m.name == name }) {
			return fmt.Errorf("nn: an optimizer's state with %q, which this one does not have: it is another kind's", name)
		}
	}
	for _, m := range g.memory {
		values := s.Tensors[m.name]
		if len(values) != m.Len() {
			return fmt.Errorf("nn: an optimizer's state with %d values of %q, want %d: it is another model's", len(values), m.name, m.Len())
		}
		if i := slices.IndexFunc(values, notFinite); i >= 0 {
			return fmt.Errorf("nn: an optimizer's state whose %q has %v at %d", m.name, values[i], i)
		}
	}
	counts, err := g.countsOf(s)
	if err != nil {
		return err
	}
	for _, m := range g.memory {
		g.device.Write(m.Buffer, s.Tensors[m.name])
	}
	g.steps, g.counts, g.runs = s.Steps, counts, nil
	g.findRuns()
	return nil
}

// countsOf returns, for each parameter, the number of steps that changed it up to state s.
func (g *group) countsOf(s State) ([]int, error) {
	counts := make([]int, len(g.params))
	saved, several := s.Tensors[countsName]
	if several && len(saved) != len(counts) {
		return nil, fmt.Errorf("nn: an optimizer's state with numbers of steps for %d parameters, want %d: it is another model's", len(saved), len(counts))
	}
	for i := range counts {
		counts[i] = s.Steps
		if several {
			n := saved[i]
			if !(n >= 0 && n <= float32(s.Steps)) || n != float32(int(n)) {
				return nil, fmt.Errorf("nn: an optimizer's state after %d steps in which parameter %s took part in %v", s.Steps, g.params[i].Name, n)
			}
			counts[i] = int(n)
		}
	}
	return counts, nil
}
