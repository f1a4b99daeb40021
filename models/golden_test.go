package models_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/internal/golden"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/gpu"
	"github.com/topogen/topogen/kernels/ptxsim"
	"github.com/topogen/topogen/models"
	"github.com/topogen/topogen/nn"
	"github.com/topogen/topogen/topoloss"
)

// tolerance is how far from the reference values may be, relative to their size.
const tolerance = 1e-4

// A reference is what PyTorch computed of a batch.
type reference struct {
	Latent int   `json:"latent"`
	Images []int `json:"images"` // numbers of real images, or
	Batch  int   `json:"batch"`  // how many images of the hash
	Params []struct {
		Name  string    `json:"name"`
		Shape []int     `json:"shape"`
		Bound float64   `json:"bound"`
		First []float64 `json:"first4"`
	} `json:"params"`
	F64 struct {
		Mean         [][]float64 `json:"mu"`
		LogVar       [][]float64 `json:"logvar"`
		Latent       [][]float64 `json:"z"`
		Images       summary     `json:"recon"`
		RowSums      []float64   `json:"recon_row_sums"`   // of each image
		Row14        []float64   `json:"recon_img0_row14"` // of the first image
		Grads        []summary   `json:"grads"`
		Adam5        []step      `json:"adam5"`
		ParamsAfter5 []summary   `json:"params_after5"`
		topological
	} `json:"f64"`
	F32 topological `json:"f32"`
}

// topological are steps with the topological loss, in either precision: rounding
// can choose another bar to move, which later steps amplify.
type topological struct {
	Weights [7]float64 `json:"topo_weights"`
	Steps   []step     `json:"adam5_topo"`
}

// A step holds the losses of the reference before a step of Adam. The last one of a list holds
// those after all steps.
type step struct {
	BCE, KLD float64
	Topo     float64   `json:"topo"`
	Grads    []summary `json:"grads"`
}

// TestVAEAgainstRecordedPyTorch needs no file from elsewhere: a hash makes its images, too.
func TestVAEAgainstRecordedPyTorch(t *testing.T) {
	data, err := os.ReadFile("testdata/vae.json")
	require.NoError(t, err)
	var file struct{ Cases []reference }
	require.NoError(t, json.Unmarshal(data, &file))
	require.NotEmpty(t, file.Cases)
	for _, r := range file.Cases {
		testReference(t, device(t), r, pictures(r.Batch))
	}
	if dev := golden.Device(t); dev != nil {
		for _, r := range file.Cases {
			testReference(t, dev, r, pictures(r.Batch))
		}
		require.NoError(t, dev.Close())
		return // in place of the simulator
	}
	// The simulator's checks are for the tests of package gpu.
	sim, err := gpu.New(ptxsim.New(ptxsim.Options{Unchecked: true}))
	require.NoError(t, err)
	r := file.Cases[0]
	testReference(t, sim, r, pictures(r.Batch))
	require.NoError(t, sim.Close())
}

func TestVAEAgainstPyTorch(t *testing.T) {
	var file struct{ Cases []reference }
	golden.Read(t, &file, "golden", "vae.json")
	require.NotEmpty(t, file.Cases)
	images := golden.Images(t)
	for _, r := range file.Cases {
		testReference(t, device(t), r, golden.Pixels(images, r.Images))
	}
}

func testReference(t *testing.T, dev kernels.Device, r reference, images []float32) {
	tr := newTrial(t, dev, r, images)
	tr.requireOutputs(t, r)
	tr.requireTrajectory(t, trajectory{name: "Adam", steps: r.F64.Adam5, grads: r.F64.Grads, after: r.F64.ParamsAfter5})
	if len(r.F64.Steps) > 0 {
		loss, err := topoloss.Weighted(r.F64.Weights, 1, topoloss.DefaultHyperparameters())
		require.NoError(t, err)
		tr.requireTrajectory(t, trajectory{name: "Adam with topology", steps: r.F64.Steps, rounded: r.F32.Steps, grads: r.F64.Steps[0].Grads, loss: loss})
	}
}

// A trial is a VAE with the weights and the batch of the reference.
type trial struct {
	tape        *autograd.Tape
	vae         *models.VAE
	params      []*autograd.Parameter
	fills       [][]float32
	n           int
	images, eps []float32
}

func newTrial(t *testing.T, dev kernels.Device, r reference, images []float32) *trial {
	vae := models.NewVAE(dev, r.Latent, 1)
	tr := &trial{tape: autograd.NewTape(dev), vae: vae, params: nn.Parameters(vae), n: len(images) / 784, images: images}
	require.Len(t, tr.params, len(r.Params))
	for k, p := range tr.params {
		want := r.Params[k]
		require.Equal(t, want.Name, p.Name)
		require.Equal(t, want.Shape, p.Value.Shape())
		fill := make([]float32, p.Value.Len())
		for i := range fill {
			fill[i] = float32(hash(i, k) * 2 * want.Bound)
		}
		for i, v := range want.First {
			require.InDelta(t, v, fill[i], 1e-7)
		}
		tr.fills = append(tr.fills, fill)
	}
	tr.eps = make([]float32, tr.n*r.Latent)
	for i := range tr.eps {
		tr.eps[i] = float32(hash(i, 1000) * 2 * math.Sqrt(3))
	}
	return tr
}

// restart puts back the reference's weights.
func (tr *trial) restart() {
	for i, p := range tr.params {
		p.Value.Write(tr.fills[i])
	}
}

// An output is an output of the VAE, with the moments of its posterior.
type output struct {
	models.Output
	mean, logVar *autograd.Var
}

// forward runs the VAE on the batch with the reference's noise.
func (tr *trial) forward() (x *autograd.Var, out output) {
	tr.tape.Reset()
	x = tr.tape.Constant(tr.images, tr.n, 1, 28, 28)
	mean, logVar := tr.vae.Posterior(x)
	noise := tr.tape.Constant(tr.eps, mean.Shape()...)
	z := autograd.Add(mean, autograd.Mul(noise, autograd.Exp(autograd.Scale(logVar, 0.5))))
	y := tr.vae.Decode(z)
	bce, kld := nn.BCE(y, x), nn.KLD(mean, logVar)
	return x, output{models.Output{Reconstruction: y, Latent: z, Total: autograd.Add(bce, kld), Losses: []models.Loss{
		{Name: "bce", Var: bce}, {Name: "kld", Var: kld},
	}}, mean, logVar}
}

func (tr *trial) requireOutputs(t *testing.T, want reference) {
	tr.restart()
	_, r := tr.forward()
	read := func(v *autograd.Var) []float32 {
		values, err := v.Values()
		require.NoError(t, err)
		return values
	}
	for _, c := range []struct {
		name string
		want [][]float64
		got  *autograd.Var
	}{{"mean", want.F64.Mean, r.mean}, {"logvar", want.F64.LogVar, r.logVar}, {"latent", want.F64.Latent, r.Latent}} {
		got := read(c.got)
		require.Len(t, c.want, tr.n)
		for i, row := range c.want {
			for j, v := range row {
				require.InDelta(t, v, got[i*len(row)+j], tolerance*max(0.1, math.Abs(v)), "%s[%d][%d]", c.name, i, j)
			}
		}
	}
	images := read(r.Reconstruction)
	require.Less(t, want.F64.Images.deviation(images, 500), tolerance, "reconstruction")
	for i, want := range want.F64.RowSums {
		sum := 0.0
		for _, v := range images[i*784 : (i+1)*784] {
			sum += float64(v)
		}
		require.InEpsilon(t, want, sum, tolerance, "sum of image %d", i)
	}
	for j, want := range want.F64.Row14 {
		require.InEpsilon(t, want, images[14*28+j], tolerance, "pixel %d of row 14", j)
	}
}
