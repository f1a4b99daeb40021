package synth

// EstimateMemory returns a lower estimate of the bytes that a run takes: the distances of
// all pairs of points of the cloud and of the true cloud, with the copies that the device and
// the search for loops hold, and the frames of the animation.
func (c Config) EstimateMemory() int64 {
	pairs := func(n int) float64 { return float64(n) * float64(n) }
	bytes := 0.0
	if c.Start != nil {
		bytes += bytesPerPair * pairs(c.Start.Len())
		if c.FrameEvery > 0 {
			bytes += 4 * float64(len(c.Start.Coords)) * float64(c.Steps/c.FrameEvery)
		}
	}
	if c.Truth != nil {
		bytes += bytesPerPair * pairs(c.Truth.Len())
	}
	return int64(min(bytes, 1<<62))
}

// bytesPerPair is the number of bytes that a step takes for each pair of points, at least.
const bytesPerPair = 16
