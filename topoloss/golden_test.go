package topoloss_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/internal/golden"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/topoloss"
)

// A reference is what the original computed for one loss on one pair of clouds.
type reference struct {
	Loss    *float64     `json:"loss"`
	Got     bool         `json:"got"`
	Grad    [][]*float64 `json:"grad"`
	RowNorm []float64    `json:"row_norm"`
	RowDot  []float64    `json:"row_dot"`
}

type ambiguity struct {
	Ambiguous      bool `json:"ambiguous"`
	ValueAmbiguous bool `json:"value_ambiguous"`
}

type pair struct {
	Learnable string `json:"learnable"`
	True      string `json:"true"`
	F64       struct {
		Default  map[string]reference `json:"default"`
		Alt      map[string]reference `json:"alt"`
		Push     reference            `json:"push0"`
		Combined struct {
			reference
			Weights [7]float64 `json:"weights"`
		} `json:"combined"`
	} `json:"f64"`
	Ambig map[string]ambiguity `json:"ambig"`
}

// A trial is one loss as the reference names it.
type trial struct {
	name, ambig string
	want        reference
	regularizer topoloss.Regularizer
	tolerance   float64
	degree      int
}

func TestGoldenLosses(t *testing.T) {
	clouds := make(map[string]golden.Cloud)
	for _, c := range golden.Clouds(t) {
		clouds[c.Name] = c
	}
	var file struct {
		Pairs []pair `json:"pairs"`
	}
	golden.Read(t, &file, "golden", "pairs.json")
	require.NotEmpty(t, file.Pairs)
	dev := cpu.New()
	defer dev.Close()
	for _, p := range file.Pairs {
		t.Run(p.Learnable+"/"+p.True, func(t *testing.T) {
			x, y := clouds[p.Learnable], clouds[p.True]
			entropy := 4e-5
			if p.Learnable == "img128" {
				entropy = 2e-3 // the reference's own error where the loss is near 0
			}
			trials := []trial{{"push0", "push0", p.F64.Push, topoloss.Push{}, 3e-5, 0}}
			for degree, suffix := range []string{"0", "1"} {
				d, a := p.F64.Default, p.F64.Alt
				e, k := "persentropy"+suffix, "dsigma"+suffix
				delta := []float64{0.08, 0.02}[degree]
				trials = append(trials,
					trial{"bottleneck" + suffix, "bottleneck" + suffix, d["bottleneck"+suffix], &topoloss.Bottleneck{}, 2e-6, degree},
					trial{e, e + "_default", d[e], topoloss.Entropy{Delta: 0.001}, entropy, degree},
					trial{e + " alt", e + "_alt", a[e], topoloss.Entropy{Delta: delta}, entropy, degree},
					trial{k, k, d[k], topoloss.Dsigma{Sigma: 0.05}, 1e-4, degree},
					trial{k + " alt", k, a[k], topoloss.Dsigma{Sigma: 0.7}, 1e-4, degree},
				)
			}
			trials = append(trials,
				trial{"density", "density", p.F64.Default["density"], &topoloss.Density{Sigma: 0.2, Scale: 0.002, Range: 35, Points: 30}, 3e-5, 0},
				trial{"density alt", "density", p.F64.Alt["density"], &topoloss.Density{Sigma: 0.9, Scale: 0.05, Range: 6, Points: 13}, 3e-5, 0},
			)
			for _, tr := range trials {
				loss := &topoloss.Loss{Terms: []topoloss.Term{{Name: tr.name, Degree: tr.degree, Weight: 1, Regularizer: tr.regularizer}}}
				compare(t, dev, loss, x, y, tr, p.Ambig[tr.ambig])
			}
			combined, err := topoloss.Weighted(p.F64.Combined.Weights, 1, topoloss.DefaultHyperparameters())
			require.NoError(t, err)
			var any ambiguity
			for _, a := range p.Ambig {
				any.Ambiguous = any.Ambiguous || a.Ambiguous
				any.ValueAmbiguous = any.ValueAmbiguous || a.ValueAmbiguous
			}
			compare(t, dev, combined, x, y, trial{"combined", "", p.F64.Combined.reference, nil, 10 * entropy, 0}, any)
		})
	}
}

func compare(t *testing.T, dev *cpu.Device, loss *topoloss.Loss, x, y golden.Cloud, tr trial, ambig ambiguity) {
	t.Helper()
	tape := autograd.NewTape(dev)
	defer tape.Free()
	learnable := tape.Variable(autograd.TensorOf(dev, x.Coords, x.N, x.Dim))
	target, err := loss.Target(tape.Constant(y.Coords, y.N, y.Dim))
	require.NoError(t, err)
	r, err := loss.Apply(learnable, target)
	require.NoError(t, err)

	identical := x.Name == y.Name // the reference returns noise there
	grad := make([]float32, len(x.Coords))
	if r.OK {
		tape.Backward(r.Var)
		require.NoError(t, dev.Read(grad, learnable.Grad()))
		for i, g := range grad {
			require.False(t, math.IsNaN(float64(g)) || math.IsInf(float64(g), 0), "%s: gradient %d is %v", tr.name, i, g)
		}
	}
	if !ambig.Ambiguous {
		if tr.name != "push0" {
			require.Equal(t, tr.want.Got, r.OK, "%s: depends on something learnable", tr.name)
		}
	}
	if !r.OK || tr.want.Loss == nil {
		return
	}
	if !ambig.ValueAmbiguous {
		require.InDelta(t, *tr.want.Loss, r.Value, tr.tolerance*max(math.Abs(*tr.want.Loss), 1), "%s: value", tr.name)
	}
	if ambig.Ambiguous || identical {
		return
	}
	var scale float64
	for _, row := range tr.want.Grad {
		for _, g := range row {
			if g == nil {
				return // the reference failed: NaN at coinciding points
			}
			scale = max(scale, math.Abs(*g))
		}
	}
	for i, row := range tr.want.Grad {
		for k, g := range row {
			require.InDelta(t, *g, grad[i*x.Dim+k], tr.tolerance*scale+1e-9, "%s: gradient of point %d", tr.name, i)
		}
	}
	for _, n := range tr.want.RowNorm {
		scale = max(scale, n)
	}
	for i, want := range tr.want.RowNorm {
		var square, dot float64
		for k, g := range grad[i*x.Dim : (i+1)*x.Dim] {
			square += float64(g) * float64(g)
			dot += float64(g) * math.Sin(0.37*float64(k)+0.1)
		}
		require.InDelta(t, want, math.Sqrt(square), tr.tolerance*scale+1e-9, "%s: gradient of point %d", tr.name, i)
		require.InDelta(t, tr.want.RowDot[i], dot, 10*tr.tolerance*scale+1e-9, "%s: gradient of point %d", tr.name, i)
	}
}
