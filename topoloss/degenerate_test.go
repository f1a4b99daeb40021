package topoloss_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/topoloss"
)

// An imageCloud is a cloud whose points are images: its shape is points×rows×columns.
type imageCloud struct {
	name  string
	shape []int
	x     []float32
}

// imagesOf returns n images of side×side pixels. Pixel k of image i is at(i, k).
func imagesOf(name string, n, side int, at func(i, k int) float64) imageCloud {
	c := imageCloud{name, []int{n, side, side}, nil}
	for i := range n {
		for k := range side * side {
			c.x = append(c.x, float32(at(i, k)))
		}
	}
	return c
}

// largest returns the largest absolute value of a coordinate.
func (c imageCloud) largest() float64 { return maxAbs(c.x) }

// degenerateImages returns clouds whose distances tie, vanish, or are among the least or the
// largest of float32, and those of few points. The first cloud is a general one.
func degenerateImages() []imageCloud {
	const n, side = 6, 2
	random := randomCloud(7, n, 25)
	general := func(i, k int) float64 { return float64(random[25*i+k]) }
	equal := func(_, k int) float64 { return general(0, k) }
	times := func(scale float64) func(i, k int) float64 {
		return func(i, k int) float64 { return scale * general(i, k) }
	}
	farPoint := func(i, k int) float64 { return general(i, k) + 1e18*float64(i/(n-1)) }
	clouds := []imageCloud{
		imagesOf("general", n, side, general),
		imagesOf("zero", n, side, func(_, _ int) float64 { return 0 }),
		imagesOf("equal", n, side, equal),
		imagesOf("two points", n, side, func(i, k int) float64 { return general(i%2, k) }),
		imagesOf("constant images", n, side, func(i, _ int) float64 { return float64(i*i) / n }),
		imagesOf("collinear", n, side, func(i, k int) float64 { return float64(i * (k + 1)) }),
		imagesOf("grid", 16, side, func(i, k int) float64 { return float64(i >> k & 1) }),
		imagesOf("circle", 16, side, func(i, k int) float64 { return math.Cos(math.Pi * (float64(i)/8 - float64(k%2)/2)) }),
		imagesOf("far point", n, side, farPoint),
		imagesOf("large", n, side, times(1e18)),
		imagesOf("larger", n, side, times(4e18)),
		imagesOf("too large", n, side, times(1e30)),
		imagesOf("small", n, side, times(1e-18)),
		imagesOf("smaller", n, side, times(1e-22)),
		imagesOf("too small", n, side, times(1e-30)),
		imagesOf("subnormal", n, side, times(1e-42)),
		imagesOf("large and small", n, side, func(i, k int) float64 { return general(i, k) * []float64{1e18, 1e-22}[i/(n-1)] }),
		imagesOf("line", n, 1, general),
		imagesOf("flat line", n, 1, equal),
		imagesOf("far point of a line", n, 1, farPoint),
		imagesOf("wide", n, 5, general),
		imagesOf("wide and equal", n, 5, equal),
		imagesOf("wide with a far point", n, 5, farPoint),
		imagesOf("wide and small", n, 5, times(1e-22)),
	}
	for n := 1; n <= 3; n++ {
		clouds = append(clouds,
			imagesOf(fmt.Sprint("batch of ", n), n, side, general),
			imagesOf(fmt.Sprint("equal batch of ", n), n, side, equal))
	}
	return clouds
}

// everySpec returns the text forms of each kind of term with its defaults and of each
// variant, at each place where it may be.
func everySpec(t testing.TB) (specs []string) {
	for _, text := range append(topoloss.Names(), append(variants, moreVariants...)...) {
		name, options, _ := strings.Cut(text, "=1")
		for _, where := range topoloss.Places() {
			spec := fmt.Sprintf("%s@%s=1%s", name, where, options)
			if _, err := topoloss.Parse(spec); err != nil {
				require.Equal(t, topoloss.Samples, where)
				require.ErrorContains(t, err, "compares each point with its true point, which samples do not have")
				continue
			}
			specs = append(specs, spec)
		}
	}
	return specs
}

// moreVariants are terms of images, and terms whose options matter for lengths that are tiny,
// or for points that are few.
var moreVariants = []string{
	"cubical0=1(by=total)", "cubical1=1(by=bottleneck,level=sub)", "cubical1=1(touch=side,balance=yes)", "cubical0=1(share=0.5)",
	"total0=1(power=0.01)", "longest1=1(power=0.5,k=4)", "entropy0=1(delta=0)", "entropy1=1(delta=0)", "wasserstein0=1(order=1,root=yes)",
	"density=1(sigma=1e-5,maxrange=1e-5)", "dsigma0=1(sigma=1e-12,constant=yes)", "mmd=1(estimate=biased,k=2)",
	"rtd=1(balance=yes)", "rtdlite=1(share=0.2)", "cross1=1(balance=yes)", "bottleneck0=1(balance=yes)",
}

// refusals are what the reasons for refusing two clouds say, and when each may be given.
var refusals = []struct {
	text string
	may  func(x, y imageCloud) bool
}{
	{"compares each point with its true point, but there are", func(x, y imageCloud) bool { return x.shape[0] != y.shape[0] }},
	{"compares each image with its true image, but there are", func(x, y imageCloud) bool { return len(x.x) != len(y.x) }},
	{"measures distances between learnable and true points, but these have", func(x, y imageCloud) bool { return x.shape[1] != y.shape[1] }},
	{"too far apart for a float32 to say how far", func(x, y imageCloud) bool { return max(x.largest(), y.largest()) > 2e18 }},
	{"is +Inf: distances must be finite", func(x, y imageCloud) bool { return max(x.largest(), y.largest()) > 2e18 }},
	{"too large for a float32", func(x, y imageCloud) bool { return max(x.largest(), y.largest()) > 1e17 }},
}

// TestEveryTermAtEveryPlaceOnDegenerateClouds: values and gradients are finite, and the same
// for any number of threads, or the term is refused for a reason. An objective serves all
// clouds in turn, so that none leaves anything behind.
func TestEveryTermAtEveryPlaceOnDegenerateClouds(t *testing.T) {
	t.Parallel()
	single, dev := cpu.New(cpu.Threads(1)), cpu.New(cpu.Threads(3))
	defer single.Close()
	defer dev.Close()
	clouds := degenerateImages()
	for _, spec := range everySpec(t) {
		for _, method := range []string{"plain", "average(bandwidth=0.5)", "interpolate(bandwidth=0.5)", "smooth(bandwidth=0.1,draws=2)", "bigstep"} {
			one, other := newTrial(t, single, spec, method), newTrial(t, dev, spec, method)
			for i, x := range clouds {
				for k, y := range clouds {
					if i != k && i > 0 && k > 0 {
						continue
					}
					name := fmt.Sprintf("%s by %s, %q against %q", spec, method, x.name, y.name)
					values, err := one.run(t, x, y)
					if err != nil {
						requireReason(t, err, x, y, name)
						continue
					}
					for _, v := range values {
						require.False(t, math.IsNaN(v) || math.IsInf(v, 0), "%s: %v", name, values)
					}
					if method == "plain" {
						again, err := other.run(t, x, y)
						require.NoError(t, err, name)
						require.Equal(t, values, again, name)
					}
				}
			}
			one.tape.Free()
			other.tape.Free()
		}
	}
}

func requireReason(t *testing.T, err error, x, y imageCloud, name string) {
	t.Helper()
	for _, r := range refusals {
		if strings.Contains(err.Error(), r.text) && r.may(x, y) {
			return
		}
	}
	require.NoError(t, err, name)
}

// A trial is an objective of one term at one place, and its tape.
type trial struct {
	obj   *topoloss.Objective
	tape  *autograd.Tape
	where topoloss.Place
}

func newTrial(t testing.TB, dev kernels.Device, spec, method string) *trial {
	g, err := topoloss.ParseGradient(method)
	require.NoError(t, err)
	r := &trial{obj: objective(t, spec, topoloss.Options{Gradient: g}), tape: autograd.NewTape(dev)}
	r.where = r.obj.Specs()[0].Where
	r.obj.Parameters(dev)
	return r
}

// run returns the value of the objective of x against y, as float64 and as float32, the
// values of its terms, its gradient at x, and the derivatives by its parameters. They are
// none if nothing is learnable.
func (r *trial) run(t testing.TB, x, y imageCloud) ([]float64, error) {
	r.tape.Reset()
	dev := r.tape.Device()
	v := r.tape.Variable(autograd.TensorOf(dev, x.x, x.shape...))
	step := topoloss.Step{Batch: r.tape.Constant(y.x, y.shape...)}
	switch r.where {
	case topoloss.Output:
		step.Output = v
	case topoloss.Latent:
		step.Latent = v
	case topoloss.Samples:
		step.Samples = v
	}
	target, err := r.obj.Target(t.Context(), step.Batch)
	if err != nil {
		return nil, err
	}
	out, err := r.obj.Apply(t.Context(), step, target)
	if err != nil || !out.OK {
		return nil, err
	}
	for _, p := range r.obj.Parameters(dev) {
		dev.Fill(p.Grad.Buffer(), 0)
	}
	r.tape.Backward(out.Var)
	item, err := out.Var.Item()
	require.NoError(t, err)
	values := []float64{out.Value, float64(item)}
	for _, v := range out.Terms {
		values = append(values, v.Value)
	}
	buffers := []kernels.Buffer{v.Grad()}
	for _, p := range r.obj.Parameters(dev) {
		buffers = append(buffers, p.Grad.Buffer())
	}
	for _, b := range buffers {
		host := make([]float32, b.Len())
		require.NoError(t, dev.Read(host, b))
		for _, g := range host {
			values = append(values, float64(g))
		}
	}
	return slices.Clip(values), nil
}

// TestTooLargeForFloat32: a value or a derivative that is finite as a float64 but not as a
// float32 is refused by name.
func TestTooLargeForFloat32(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	clouds := degenerateImages()
	general, large := clouds[0], clouds[slices.IndexFunc(clouds, func(c imageCloud) bool { return c.name == "large" })]
	require.Equal(t, "general", general.name)
	for spec, want := range map[string]string{
		"wasserstein0=1(order=3)":                  "output: topoloss: wasserstein0 takes the loss to",
		"wasserstein0=1,push0=1e21":                "output: topoloss: push0 takes the loss to -",
		"push0=1e20,push0@latent=1e20":             "latent: topoloss: the terms take the objective to -",
		"signature=1(normalize=plain,scale=1e-15)": "output: topoloss: signature: the derivative with respect to its scale is",
		"total0=1e40":                              "output: topoloss: total0 takes the loss to",
	} {
		obj := objective(t, spec, topoloss.Options{})
		obj.Parameters(dev)
		tape := autograd.NewTape(dev)
		x := general
		if !strings.Contains(spec, "scale") {
			x = large
		}
		v := tape.Variable(autograd.TensorOf(dev, x.x, x.shape...))
		batch := tape.Constant(general.x, general.shape...)
		target, err := obj.Target(t.Context(), batch)
		require.NoError(t, err)
		_, err = obj.Apply(t.Context(), topoloss.Step{Batch: batch, Output: v, Latent: v}, target)
		require.ErrorContains(t, err, want, spec)
		tape.Free()
	}
}

// TestSpreadOutDistances: distances that a float32 cannot hold after division by their
// quantile are refused by name.
func TestSpreadOutDistances(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	random := randomCloud(3, 40, 4)
	at := func(i, k int) float64 { return float64(random[4*i+k]) }
	general := imagesOf("general", 40, 2, at)
	cluster := imagesOf("cluster and a far point", 40, 2, func(i, k int) float64 { return at(i, k) * []float64{1e-22, 4e18}[i/39] })
	for _, spec := range []string{"rtd=1", "rtdlite=1"} {
		for _, c := range []struct {
			x, y imageCloud
			want string
		}{
			{cluster, general, ": the distance of points 39 and 0 is too large"},
			{general, cluster, ": the distance of true points 39 and 0 is too large"},
		} {
			_, err := newTrial(t, dev, spec, "plain").run(t, c.x, c.y)
			require.ErrorContains(t, err, c.want, spec)
		}
	}
}

// TestNoPoints: clouds without points or coordinates are refused by their shape.
func TestNoPoints(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	general := degenerateImages()[0]
	for _, shape := range [][]int{{0, 2, 2}, {6, 0, 2}} {
		empty := imageCloud{"empty", shape, nil}
		for _, spec := range everySpec(t) {
			r := newTrial(t, dev, spec, "plain")
			_, err := r.run(t, empty, general)
			require.ErrorContains(t, err, fmt.Sprint("topoloss: a cloud of shape ", shape), spec)
			_, err = r.run(t, general, empty)
			require.ErrorContains(t, err, fmt.Sprint("topoloss: a cloud of shape ", shape), spec)
			r.tape.Free()
		}
	}
}
