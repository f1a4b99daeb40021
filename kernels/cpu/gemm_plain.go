package cpu

const (
	gemmRows    = 4   // rows of C in a part
	gemmColumns = 256 // columns of C kept on the stack while their sums grow
)

// gemmPlain computes a block of rows of C.
func gemmPlain(a *args, part int) {
	g := &a.gemm
	rowStep, depthStep := g.LDA, 1
	if g.TransA {
		rowStep, depthStep = 1, g.LDA
	}
	for i := part * gemmRows; i < min(g.M, (part+1)*gemmRows); i++ {
		for j := 0; j < g.N; j += gemmColumns {
			var sums [gemmColumns]float32
			acc := sums[:min(gemmColumns, g.N-j)]
			if g.TransB {
				for jj := range acc {
					b := a.y[(j+jj)*g.LDB:][:g.K]
					var sum float32
					at := i * rowStep
					for _, v := range b {
						sum += a.x[at] * v
						at += depthStep
					}
					acc[jj] = sum
				}
			} else {
				for k := range g.K {
					v := a.x[i*rowStep+k*depthStep]
					for jj, w := range a.y[k*g.LDB+j:][:len(acc)] {
						acc[jj] += v * w
					}
				}
			}
			c := a.dst[i*g.LDC+j:][:len(acc)]
			for jj, v := range acc {
				v *= g.Alpha
				if g.Beta != 0 {
					v += g.Beta * c[jj]
				}
				if len(a.z) != 0 {
					v += a.z[j+jj]
				}
				c[jj] = v
			}
			activate(g.Act, c)
		}
	}
}
