// Package unionfind keeps the connected components of a graph that grows.
//
// A component is a tree of parents whose root is its lowest node. Find halves the
// path that it walks (Tarjan and van Leeuwen, Worst-case analysis of set union
// algorithms, 1984), so that an operation takes O(log n) amortized. Roots are chosen
// by the elder rule of persistent homology and not by size: when two components
// merge, the component with the higher root ends.
package unionfind

import "github.com/topogen/topogen/internal/reuse"

// Components are the connected components of a graph.
type Components struct {
	Parent []int32 // the parent of each node; a root is its own parent
	Count  int     // the number of components
}

// Reset makes n components of one node each.
func (c *Components) Reset(n int) {
	c.Parent, c.Count = reuse.Slice(c.Parent, n), n
	for i := range c.Parent {
		c.Parent[i] = int32(i)
	}
}

// Find returns the root of the component of a node.
func (c *Components) Find(x int32) int32 {
	for c.Parent[x] != x {
		c.Parent[x] = c.Parent[c.Parent[x]]
		x = c.Parent[x]
	}
	return x
}

// Join connects two nodes. It returns the root of the component that ends, −1 if both
// nodes were in one component before.
func (c *Components) Join(a, b int32) int32 {
	a, b = c.Find(a), c.Find(b)
	if a == b {
		return -1
	}
	a, b = max(a, b), min(a, b)
	c.Parent[a] = b
	c.Count--
	return a
}
