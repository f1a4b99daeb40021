package conv

import (
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu/internal/aligned"
)

// A Transpose holds the operands of a transposed convolution, x = act(wᵀ·y + bias). Here
// wᵀ is the adjoint of the convolution of x with w. Bias is empty or has one value for
// each channel of x. If Add is set, the result is added to X, and Activation must be
// Identity.
type Transpose struct {
	Shape      kernels.ConvShape
	X, Y, W    []float32
	Bias       []float32
	Activation kernels.Func
	Add        bool
}

// Transpose computes a transposed convolution.
func (c *Convolver) Transpose(t Transpose) {
	s := &t.Shape
	if s.N == 0 {
		return
	}
	if col2imPays(s) {
		c.runTransposeCol2im(t)
		return
	}
	g := phasesOf(c.kernels, s)
	job := &c.transpose
	*job = transposeJob{convolver: c, Transpose: t, phases: g, packedFilters: c.packPhases(s, t.W), packedBias: c.packBias(t.Bias, s.C, g.joined)}
	rowFloats := g.paddedColumns*s.K + s.StrideH*s.W*c.kernels.PaddedWidth(s.C)
	job.images, job.rows = blockSize(s.N, g.rows, rowFloats, c.pool.Workers())
	c.pool.Run(ceilDiv(s.N, job.images)*ceilDiv(g.rows, job.rows), job)
}

// A transposeJob is the job of Transpose for many channels. A part computes several whole
// images of x, or those rows of one image that belong to a range of i. phases defines i.
type transposeJob struct {
	convolver *Convolver
	Transpose
	phases                    phases
	packedFilters, packedBias []float32
	images, rows              int // images of x in a part, and values of i for each of them
}

// Part implements workers.Job.
func (job *transposeJob) Part(worker, part int) {
	s, w, g := &job.Shape, job.convolver.spaces[worker], &job.phases
	bands := ceilDiv(g.rows, job.rows)
	n, i := part/bands*job.images, part%bands*job.rows
	images, rows := min(job.images, s.N-n), min(job.rows, g.rows-i)
	top, bottom := max(0, i*s.StrideH-s.PadH), min(s.H, (i+rows)*s.StrideH-s.PadH)
	if top >= bottom {
		return
	}
	f := paddedNHWC{
		images: images, channels: s.K, height: s.OutH, width: s.OutW,
		top: i - (g.tapsH - 1), left: g.tapsW - 1,
		rows: rows + g.tapsH - 1, columns: g.paddedColumns,
	}
	image := w.load(&f, job.Y[n*s.K*s.OutH*s.OutW:])
	p := phasePart{firstRow: i, rows: rows, top: top, height: bottom - top, columns: w.kernels.PaddedWidth(s.C)}
	out := aligned.Grow(&w.out, images*p.height*s.W*p.columns)
	plane := s.H * s.W
	w.prefetch = prefetchImages(s.N, job.images, imageRange{
		first: n, images: images,
		dst: job.X, dstSize: s.C * plane, src: job.Y, srcSize: s.K * s.OutH * s.OutW,
	})
	filters := job.packedFilters
	for phase := 0; phase < s.StrideH*s.StrideW; phase += g.joined {
		tapsH, tapsW := taps(s.R, s.StrideH, phase/s.StrideW), taps(s.S, s.StrideW, phase%s.StrideW)
		x := correlation{
			image: image, runs: tapsH, run: tapsW * s.K, gap: (f.columns - tapsW) * s.K,
			filters: filters, bias: job.packedBias, out: out, act: job.Activation,
		}
		if g.joined > 1 {
			x.pitch, x.columns = g.joined*s.C, g.joined*s.C
			w.correlatePhase(&x, w.phaseOffsets(s, &f, p, phase, g.joined, true))
		}
		for b := range g.joined {
			x.filters, x.columns = filters[min(b*s.C, len(filters)):], s.C
			w.correlatePhase(&x, w.phaseOffsets(s, &f, p, phase+b, g.joined, false))
		}
		filters = filters[tapsH*tapsW*s.K*g.joined*p.columns:]
	}
	if !fused(job.Activation) {
		w.loops.Map[job.Activation](out, out)
	}
	for g := range images {
		w.unload(nchw{data: job.X[(n+g)*s.C*plane+top*s.W:], plane: plane, channels: s.C},
			out[g*p.height*s.W*p.columns:], p.columns, p.height*s.W, job.Add)
	}
}

// correlatePhase computes the given pixels, which belong to one phase or begin groups of
// joined phases.
func (w *workspace) correlatePhase(x *correlation, pixels *phaseOffsets) {
	x.aOffsets, x.cOffsets = pixels.aOffsets, pixels.cOffsets
	x.pixels = pixels.len()
	if x.pixels == 0 {
		return
	}
	if x.runs*x.run > 0 {
		w.correlate(x)
		return
	}
	// The phase has no taps: its pixels are act(bias).
	for _, offset := range x.cOffsets[:x.pixels] {
		c := x.out[offset/4:][:w.kernels.PaddedWidth(x.columns)]
		clear(c[copy(c, x.bias):])
		if x.act == kernels.ReLU {
			w.loops.Map[x.act](c, c)
		}
	}
}
