package topoloss_test

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/autograd"
	"github.com/topogen/topogen/internal/golden"
	"github.com/topogen/topogen/kernels"
	"github.com/topogen/topogen/ph"
	"github.com/topogen/topogen/topoloss"
)

// A referenceCloud is a cloud of the reference losses.
type referenceCloud struct {
	N        int         `json:"n"`
	Dim      int         `json:"d"`
	Points   [][]float32 `json:"points"`
	Coincide [][]int     `json:"coincide"`
}

func (c referenceCloud) coords() []float32 { return slices.Concat(c.Points...) }

// extent is the longest side of the box around the cloud.
func (c referenceCloud) extent() float64 {
	longest := 0.0
	for k := range c.Dim {
		lo, hi := math.Inf(1), math.Inf(-1)
		for _, p := range c.Points {
			lo, hi = min(lo, float64(p[k])), max(hi, float64(p[k]))
		}
		longest = max(longest, hi-lo)
	}
	return longest
}

// A referenceLoss holds the values that the reference computed in float64.
type referenceLoss struct {
	Value            *float64    `json:"value"`
	Cost             *float64    `json:"cost"`
	Distance         *float64    `json:"distance"`
	GradX            [][]float64 `json:"grad_x"`
	GradZ            [][]float64 `json:"grad_z"`
	GradP            [][]float64 `json:"grad_p"`
	GradQ            [][]float64 `json:"grad_q"`
	GradC            []float64   `json:"grad_c"`
	Slopes           [][2]float64
	Ambiguous        []string  `json:"ambiguous"`
	ValuesOfAllTrees []float64 `json:"values_of_all_trees"`
}

type referenceCase struct {
	X, Y, Z, P, Q   string
	C               float64
	BandwidthMedian float64                  `json:"bandwidth_median"`
	Losses          map[string]referenceLoss `json:"losses"`
}

type reference struct {
	Clouds                                map[string]referenceCloud
	Signature, Wasserstein, Sliced, Total []referenceCase
	Cross, RTD, Sorted                    []referenceCase
	RTDLite                               []referenceCase `json:"rtd_lite"`
	TwoSample                             []referenceCase `json:"two_sample"`
	Diagrams                              map[string][][2]float64
	Bars                                  []referenceCase
}

// A check is one term between two clouds, with the values of the reference.
type check struct {
	name             string
	term             string // as text, without its place and weight
	learnable, truth string // names of clouds
	value            *float64
	grad             [][]float64
	gradScale        []float64
	ambiguous        bool
	values           []float64 // all legitimate ones, if not value alone
	scale            float64
}

// checks lists what the reference says of every term.
func (r reference) checks() []check {
	var all []check
	add := func(list string, c referenceCase, loss, term, learnable, truth, variable string, grad [][]float64) {
		l := c.Losses[loss]
		if l.Value == nil {
			l.Value = l.Cost
		}
		all = append(all, check{
			name: fmt.Sprintf("%s/%s,%s/%s", list, learnable, truth, loss), term: term,
			learnable: learnable, truth: truth, value: l.Value, grad: grad, values: l.ValuesOfAllTrees,
			ambiguous: slices.Contains(l.Ambiguous, variable) || slices.Contains(l.Ambiguous, "kink"),
		})
	}
	for _, c := range r.Signature {
		for _, kind := range []string{"plain", "max"} {
			if l, ok := c.Losses[kind]; ok {
				add("signature", c, kind, "signature(normalize="+kind+")", c.Z, c.X, "z", l.GradZ)
				last := &all[len(all)-1]
				last.scale, last.gradScale = c.C, l.GradC
			}
		}
	}
	for _, c := range r.Wasserstein {
		for name, l := range c.Losses {
			var degree, order int
			var norm string
			fmt.Sscanf(name, "h%d_p%d_n%s", &degree, &order, &norm)
			add("wasserstein", c, name, fmt.Sprintf("wasserstein%d(order=%d,norm=%s)", degree, order, norm), c.X, c.Y, "x", l.GradX)
		}
	}
	for _, c := range r.Sliced {
		for name, l := range c.Losses {
			var degree, directions int
			fmt.Sscanf(name, "h%d_%d", &degree, &directions)
			add("sliced", c, name, fmt.Sprintf("sliced%d(directions=%d)", degree, directions), c.X, c.Y, "x", l.GradX)
		}
	}
	for _, c := range r.Total {
		for name, l := range c.Losses {
			var degree, power, k int
			term := ""
			if n, _ := fmt.Sscanf(name, "h%d_p%d_rest%d", &degree, &power, &k); n == 3 {
				term = fmt.Sprintf("rest%d(power=%d,k=%d)", degree, power, k)
			} else if n, _ := fmt.Sscanf(name, "h%d_p%d_top%d", &degree, &power, &k); n == 3 {
				term = fmt.Sprintf("longest%d(power=%d,k=%d)", degree, power, k)
			} else {
				term = fmt.Sprintf("total%d(power=%d)", degree, power)
			}
			add("total", c, name, term, c.X, c.X, "x", l.GradX)
		}
	}
	for _, c := range r.Cross {
		for degree := range 2 {
			q, p := fmt.Sprintf("keep_q_h%d", degree), fmt.Sprintf("keep_p_h%d", degree)
			term := func(side string) string { return fmt.Sprintf("cross%d(k=0,side=%s)", degree, side) }
			add("cross", c, q, term("fidelity"), c.Q, c.P, "q", c.Losses[q].GradQ)
			add("cross", c, p, term("coverage"), c.Q, c.P, "q", c.Losses[p].GradQ)
			add("cross", c, q, term("coverage"), c.P, c.Q, "p", c.Losses[q].GradP)
			add("cross", c, p, term("fidelity"), c.P, c.Q, "p", c.Losses[p].GradP)
		}
	}
	for list, cases := range map[string][]referenceCase{"rtd": r.RTD, "rtdlite": r.RTDLite} {
		for _, c := range cases {
			for _, kind := range []string{"plain", "q90"} {
				if l, ok := c.Losses[kind]; ok {
					add(list, c, kind, list+"(normalize="+kind+")", c.Z, c.X, "z", l.GradZ)
					add(list, c, kind, list+"(normalize="+kind+")", c.X, c.Z, "x", l.GradX)
				}
			}
		}
	}
	for _, c := range r.Sorted {
		add("sorted", c, "h0", "deaths0", c.X, c.Y, "x", c.Losses["h0"].GradX)
	}
	for _, c := range r.TwoSample {
		for name, term := range map[string]string{
			"energy": "energy(estimate=biased)", "energy_unbiased": "energy",
			"mmd_median": "mmd(estimate=biased)", "mmd_median_unbiased": "mmd",
			"mmd_half": "mmd(estimate=biased,bandwidth=.5)", "mmd_half_unbiased": "mmd(bandwidth=.5)",
		} {
			if l, ok := c.Losses[name]; ok {
				add("two_sample", c, name, term, c.X, c.Y, "x", l.GradX)
			}
		}
	}
	return all
}

// TestReference compares every term that the original does not have with a reference
// in float64.
func TestReference(t *testing.T) {
	var r reference
	golden.Read(t, &r, "golden2", "losses.json")
	checks := r.checks()
	require.Greater(t, len(checks), 600)
	for name, dev := range devices(t) {
		t.Run(name, func(t *testing.T) {
			failed, made := 0, map[string]int{} // checks by term
			for _, c := range checks {
				if term, _, _ := cutOptions(c.term); name != "cpu" {
					// The simulator is slow. Terms are the same code on every device.
					if r.Clouds[c.learnable].N+r.Clouds[c.truth].N > 64 || made[term] == 3 {
						continue
					}
					made[term]++
				}
				if !t.Run(c.name, func(t *testing.T) { c.run(t, dev, r.Clouds) }) {
					if failed++; failed > 20 {
						t.FailNow()
					}
				}
			}
		})
	}
}

func (c check) run(t *testing.T, dev kernels.Device, clouds map[string]referenceCloud) {
	x, y := clouds[c.learnable], clouds[c.truth]
	name, options, _ := cutOptions(c.term)
	spec := parse(t, name+"=1"+options)
	obj, err := topoloss.New(spec, topoloss.Options{})
	require.NoError(t, err)
	params := obj.Parameters(dev)
	for _, p := range params {
		p.Value.Write([]float32{float32(c.scale)})
	}
	tape := autograd.NewTape(dev)
	defer tape.Free()
	v := tape.Variable(autograd.TensorOf(dev, x.coords(), x.N, x.Dim))
	batch := tape.Constant(y.coords(), y.N, y.Dim)
	target, err := obj.Target(context.Background(), batch)
	require.NoError(t, err)
	out, err := obj.Apply(t.Context(), topoloss.Step{Batch: batch, Output: v}, target)
	require.NoError(t, err)
	got := make([]float32, x.N*x.Dim)
	if out.OK {
		tape.Backward(out.Var)
		require.NoError(t, dev.Read(got, v.Grad()))
	}
	want := slices.Concat(c.grad...)
	largest := 0.0
	for _, g := range want {
		largest = max(largest, math.Abs(g))
	}
	if out.OK {
		unit := max(math.Abs(*c.value), x.extent()*largest)
		closest := math.Abs(out.Value - *c.value)
		for _, other := range c.values {
			closest = min(closest, math.Abs(out.Value-other))
		}
		require.LessOrEqual(t, closest, 1e-6*unit+1e-12, "value %v, want %v", out.Value, *c.value)
	}
	if c.ambiguous || c.grad == nil {
		return
	}
	for _, group := range x.Coincide {
		for k := range x.Dim {
			for _, i := range group[1:] {
				got[group[0]*x.Dim+k] += got[i*x.Dim+k]
				want[group[0]*x.Dim+k] += want[i*x.Dim+k]
				got[i*x.Dim+k], want[i*x.Dim+k] = 0, 0
			}
		}
	}
	for i := range want {
		require.InDelta(t, want[i], got[i], max(1e-5*largest, 1e-6), "gradient %d", i)
	}
	if out.OK && c.gradScale != nil {
		require.Len(t, params, 1)
		got, err := params[0].Grad.Values()
		require.NoError(t, err)
		require.InDelta(t, c.gradScale[0], got[0], 1e-5*max(1, math.Abs(c.gradScale[0])))
	}
}

// cutOptions cuts a term without a weight into its name and its options.
func cutOptions(term string) (name, options string, found bool) {
	for i, c := range term {
		if c == '(' {
			return term[:i], term[i:], true
		}
	}
	return term, "", false
}

// TestReferenceBars compares diagram terms with the reference for bars given as
// numbers.
func TestReferenceBars(t *testing.T) {
	var r reference
	golden.Read(t, &r, "golden2", "losses.json")
	barsOf := func(name string) (all []ph.Bar) {
		for _, b := range r.Diagrams[name] {
			all = append(all, ph.Bar{Birth: b[0], Death: b[1]})
		}
		return all
	}
	checked := 0
	for _, c := range r.Bars {
		for _, name := range slices.Sorted(maps.Keys(c.Losses)) {
			l := c.Losses[name]
			var order, directions int
			var power, norm float64
			var inf string
			var term topoloss.Regularizer
			if n, _ := fmt.Sscanf(name, "wasserstein_p%d_n%s", &order, &inf); n == 2 {
				norm = 2
				if inf == "inf" {
					norm = math.Inf(1)
				}
				term = &topoloss.Wasserstein{Order: float64(order), Norm: norm}
			} else if n, _ := fmt.Sscanf(name, "sliced_%d", &directions); n == 1 {
				term = &topoloss.Sliced{Directions: directions}
			} else if n, _ := fmt.Sscanf(name, "total_p%g", &power); n == 1 {
				term = &topoloss.Total{Power: power}
			} else if n, _ := fmt.Sscanf(name, "rest2_p%g", &power); n == 1 {
				term = &topoloss.Total{Power: power, Part: topoloss.AllButLongest, K: 2}
			} else if n, _ := fmt.Sscanf(name, "top2_p%g", &power); n == 1 {
				term = &topoloss.Total{Power: power, Part: topoloss.OnlyLongest, K: 2}
			} else {
				t.Fatal(name)
			}
			p := barsOf(c.P)
			got := make([]topoloss.BarGradient, len(p))
			value, ok := term.Evaluate(p, barsOf(c.Q), got)
			if !ok {
				require.True(t, len(p) == 0 || *l.Value == 0)
				continue
			}
			want := l.Value
			if want == nil {
				want = l.Cost
			}
			require.InDelta(t, *want, value, 1e-9*max(1, math.Abs(*want)), "%s %s %s", c.P, c.Q, name)
			checked++
			if l.Distance != nil {
				root := *term.(*topoloss.Wasserstein)
				root.Root = true
				clear(got)
				value, _ := root.Evaluate(p, barsOf(c.Q), got)
				require.InDelta(t, *l.Distance, value, 1e-9*max(1, *l.Distance))
				clear(got)
				term.Evaluate(p, barsOf(c.Q), got)
			}
			if slices.Contains(l.Ambiguous, "p") || slices.Contains(l.Ambiguous, "kink") {
				continue
			}
			for i, s := range l.Slopes {
				require.InDelta(t, s[0], got[i].Birth, 1e-9*max(1, math.Abs(s[0])), "%s %s %s bar %d", c.P, c.Q, name, i)
				require.InDelta(t, s[1], got[i].Death, 1e-9*max(1, math.Abs(s[1])), "%s %s %s bar %d", c.P, c.Q, name, i)
			}
		}
	}
	require.Greater(t, checked, 50)
}
