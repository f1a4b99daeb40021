package topoloss_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/internal/golden"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
	"github.com/topogen/topogen/topoloss"
)

// A goldenPair is what the original computed, in float64, for two clouds.
type goldenPair struct {
	Learnable string `json:"learnable"`
	True      string `json:"true"`
	F64       struct {
		Default  map[string]goldenLoss `json:"default"`
		Alt      map[string]goldenLoss `json:"alt"`
		Push     goldenLoss            `json:"push0"`
		Combined goldenLoss            `json:"combined"`
	} `json:"f64"`
	Ambig map[string]goldenAmbiguity `json:"ambig"`
}

// A goldenLoss is one loss. Gradients of many coordinates are given by each
// row's norm and its product with sin(0.37 k + 0.1). A null is not finite.
type goldenLoss struct {
	Loss    *float64     `json:"loss"`
	Got     *bool        `json:"got"`
	Weights [7]float64   `json:"weights"`
	Grad    [][]*float64 `json:"grad"`
	RowNorm []*float64   `json:"row_norm"`
	RowDot  []*float64   `json:"row_dot"`
}

// A goldenAmbiguity says where ties allow another result.
type goldenAmbiguity struct {
	Gradient bool `json:"ambiguous"`
	Value    bool `json:"value_ambiguous"`
}

// TestGoldenValues compares with the values that the repository holds.
func TestGoldenValues(t *testing.T) {
	var file struct {
		Clouds []golden.Cloud `json:"clouds"`
		Pairs  []goldenPair   `json:"pairs"`
	}
	data, err := os.ReadFile("testdata/original.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &file))
	require.NotEmpty(t, file.Pairs)
	for i, c := range file.Clouds {
		for _, p := range c.Points {
			file.Clouds[i].Coords = append(file.Clouds[i].Coords, p...)
		}
	}
	for name, dev := range devices(t) {
		t.Run(name, func(t *testing.T) { checkGolden(t, dev, file.Clouds, file.Pairs) })
	}
}

// devices returns the processor and the device that [golden.Device] names, or a simulated
// GPU if it names none.
func devices(t *testing.T) map[string]kernels.Device {
	devices := map[string]kernels.Device{"cpu": cpu.New()}
	if dev := golden.Device(t); dev != nil {
		devices[dev.Name()] = dev
	} else {
		sim, err := gpu.New(ptxsim.New(ptxsim.Options{}))
		require.NoError(t, err)
		devices["sim"] = sim
	}
	t.Cleanup(func() {
		for _, dev := range devices {
			require.NoError(t, dev.Close())
		}
	})
	return devices
}

// TestGoldenReference compares with all that was recorded of the original.
func TestGoldenReference(t *testing.T) {
	var file struct {
		Pairs []goldenPair `json:"pairs"`
	}
	golden.Read(t, &file, "golden", "pairs.json")
	require.NotEmpty(t, file.Pairs)
	checkGolden(t, devices(t)["cpu"], golden.Clouds(t), file.Pairs)
}

func checkGolden(t *testing.T, dev kernels.Device, clouds []golden.Cloud, pairs []goldenPair) {
	byName := make(map[string]golden.Cloud)
	for _, c := range clouds {
		byName[c.Name] = c
	}
	for _, p := range pairs {
		t.Run(p.Learnable+"/"+p.True, func(t *testing.T) {
			for _, c := range p.cases(t) {
				t.Run(c.name, func(t *testing.T) {
					c.check(t, dev, byName[p.Learnable], byName[p.True])
				})
			}
		})
	}
}

// A goldenCase is one loss between two clouds. Tolerances are relative: of the
// value, and of the gradient to its largest element.
type goldenCase struct {
	name            string
	loss            *topoloss.Loss
	want            goldenLoss
	ambig           goldenAmbiguity
	value, gradient float64
}

// cases lists the losses of a pair, each with the tolerance by which the
// original in float32 differs from itself in float64; twice that for the gradient
// of the density, whose exponentials multiply the rounding of a distance d by
// 2d(d−x)/σ², which is some hundreds.
func (p *goldenPair) cases(t *testing.T) (cases []goldenCase) {
	entropy := 4e-5
	if p.Learnable == "img128" {
		entropy = 2e-3 // the loss is near 0
	}
	alone := func(name, of string, degree int, r topoloss.Regularizer, want goldenLoss, tolerance float64) {
		loss := &topoloss.Loss{Terms: []topoloss.Term{{Name: name, Degree: degree, Weight: 1, Regularizer: r}}}
		cases = append(cases, goldenCase{name, loss, want, p.Ambig[of], tolerance, tolerance})
	}
	d, a := p.F64.Default, p.F64.Alt
	for degree, k := range []string{"0", "1"} {
		alone("bottleneck"+k, "bottleneck"+k, degree, &topoloss.Bottleneck{}, d["bottleneck"+k], 1e-6)
		alone("entropy"+k, "persentropy"+k+"_default", degree, topoloss.Entropy{Delta: 0.001}, d["persentropy"+k], entropy)
		alone("entropy"+k+"_alt", "persentropy"+k+"_alt", degree, topoloss.Entropy{Delta: []float64{0.08, 0.02}[degree]}, a["persentropy"+k], entropy)
		alone("dsigma"+k, "dsigma"+k, degree, &topoloss.Dsigma{Sigma: 0.05}, d["dsigma"+k], 1e-4)
		alone("dsigma"+k+"_alt", "dsigma"+k, degree, &topoloss.Dsigma{Sigma: 0.7}, a["dsigma"+k], 1e-4)
	}
	alone("density", "density", 0, &topoloss.Density{Sigma: 0.2, Scale: 0.002, Range: 35, Points: 30}, d["density"], 3e-5)
	cases[len(cases)-1].gradient *= 2
	alone("density_alt", "density", 0, &topoloss.Density{Sigma: 0.9, Scale: 0.05, Range: 6, Points: 13}, a["density"], 3e-5)
	alone("push0", "push0", 0, topoloss.Push{}, p.F64.Push, 1e-6)

	loss, err := topoloss.Weighted(p.F64.Combined.Weights, 1, topoloss.DefaultHyperparameters())
	require.NoError(t, err)
	var ambig goldenAmbiguity
	for _, of := range []string{"bottleneck0", "bottleneck1", "persentropy0_default", "persentropy1_default"} {
		ambig.Gradient = ambig.Gradient || p.Ambig[of].Gradient
		ambig.Value = ambig.Value || p.Ambig[of].Value
	}
	return append(cases, goldenCase{"combined", loss, p.F64.Combined, ambig, entropy, entropy})
}

func (c goldenCase) check(t *testing.T, dev kernels.Device, x, y golden.Cloud) {
	tape := autograd.NewTape(dev)
	defer tape.Free()
	learnable := tape.Variable(autograd.TensorOf(dev, x.Coords, x.N, x.Dim))
	target, err := c.loss.Target(t.Context(), tape.Constant(y.Coords, y.N, y.Dim))
	require.NoError(t, err)
	r, err := c.loss.Apply(t.Context(), learnable, target)
	require.NoError(t, err)
	tape.Backward(r.Var)

	got := c.want.Grad != nil || c.want.RowNorm != nil // as with push0, which has no flag
	if c.want.Got != nil {
		got = *c.want.Got
	}
	require.Equal(t, got, r.OK, "depends on something learnable")
	if !r.OK {
		require.Zero(t, r.Value)
		require.Zero(t, learnable.Grad().Len())
		return
	}
	grad := make([]float32, len(x.Coords))
	require.NoError(t, dev.Read(grad, learnable.Grad()))
	for i, g := range grad {
		require.False(t, math.IsNaN(float64(g)) || math.IsInf(float64(g), 0), "gradient %d is %v", i, g)
	}
	floor := 1e-13           // what the original leaves where a derivative is 0
	same := x.Name == y.Name // nothing but rounding is left, and the original's is not ours
	if same {
		floor = 1e-7
	}
	if c.want.Loss != nil && !c.ambig.Value {
		require.InDelta(t, *c.want.Loss, r.Value, c.value*math.Abs(*c.want.Loss)+rounding(r)+floor)
	}
	if c.ambig.Gradient {
		return
	}
	c.checkRows(t, c.want.Grad, func(row, k int) float64 { return float64(grad[row*x.Dim+k]) }, floor)
	pointwise := func(want []*float64, f func(v float64, k int) float64, finish func(float64) float64) {
		rows := make([][]*float64, len(want))
		for i := range want {
			rows[i] = want[i : i+1]
		}
		c.checkRows(t, rows, func(row, _ int) float64 {
			var sum float64
			for k, g := range grad[row*x.Dim : (row+1)*x.Dim] {
				sum += f(float64(g), k)
			}
			return finish(sum)
		}, floor)
	}
	pointwise(c.want.RowNorm, func(v float64, _ int) float64 { return v * v }, math.Sqrt)
	pointwise(c.want.RowDot, func(v float64, k int) float64 { return v * math.Sin(0.37*float64(k)+0.1) }, func(v float64) float64 { return v })
}

// rounding bounds the change of a value if each length, a float32, changes by two units in the
// last place.
func rounding(r topoloss.Result) (sum float64) {
	for degree, bars := range r.Bars {
		for i, b := range bars {
			s := r.BarGradients[degree][i]
			sum += 0x1p-22 * (math.Abs(s.Birth)*b.Birth + math.Abs(s.Death)*b.Death)
		}
	}
	return sum
}

// checkRows compares numbers with those that the original got; its NaN, at
// points that coincide, are not compared.
func (c goldenCase) checkRows(t *testing.T, want [][]*float64, got func(row, k int) float64, floor float64) {
	scale := 0.0
	for _, row := range want {
		for _, v := range row {
			if v != nil {
				scale = max(scale, math.Abs(*v))
			}
		}
	}
	for i, row := range want {
		for k, v := range row {
			if v != nil {
				require.InDelta(t, *v, got(i, k), c.gradient*scale+floor, "gradient of point %d", i)
			}
		}
	}
}
