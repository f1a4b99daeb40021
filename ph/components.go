package ph

// components are the components of a graph that grows, by union and find. The
// root of a component is its first point.
type components struct {
	parent []int32
	count  int
}

func (c *components) begin(n int) {
	c.parent, c.count = resize(c.parent, n), n
	for i := range c.parent {
		c.parent[i] = int32(i)
	}
}

func (c *components) find(x int32) int32 {
	for c.parent[x] != x {
		c.parent[x] = c.parent[c.parent[x]]
		x = c.parent[x]
	}
	return x
}

// join joins two points and returns the root that is one no more, −1 if they
// were connected before.
func (c *components) join(a, b int32) int32 {
	a, b = c.find(a), c.find(b)
	if a == b {
		return -1
	}
	a, b = max(a, b), min(a, b)
	c.parent[a] = b
	c.count--
	return a
}
