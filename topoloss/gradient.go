package topoloss

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"github.com/topogen/topogen/internal/reuse"
	"github.com/topogen/topogen/kernels"
)

// A Gradient says how the gradient of a topological loss reaches points. The plain
// gradient moves only the points at critical edges, at most four for each bar. The other
// methods move more points, so that training needs fewer steps. Average and Interpolate
// move the neighbors of those points along, so that clusters move as clusters. They give
// each point x a combination of the plain gradients gᵢ, where xᵢ are the points that
// have one. The weight of gᵢ follows from the kernel
// K(x, y) = exp(−‖x−y‖²/(2·Bandwidth²)).
//
// The result of another method than Plain is not the derivative of the loss. In small
// steps the loss usually still falls along it, but no method guarantees this.
//
// The text form is the name of the method with its options, as in average(bandwidth=0.3).
// *Gradient is a [flag.Value].
type Gradient struct {
	Method    GradientMethod
	Bandwidth float64  // a length: of the kernel K, or the deviation of the noise of Smooth
	Draws     int      // number of perturbed clouds of Smooth
	Conflict  Conflict // of BigStep: what becomes of an edge with several targets
}

// A GradientMethod is a way in which gradients reach points.
type GradientMethod uint8

const (
	// Plain leaves the gradient as it is.
	Plain GradientMethod = iota
	// Average gives each point x the kernel-weighted mean Σ K(x, xᵢ) gᵢ / Σ K(x, xᵢ)
	// of the gradients gᵢ, after Nadaraya and Watson (Bendahi, Duplessis and
	// Fickinger 2026, arXiv:2605.10996). Every point moves. A point far from all xᵢ
	// receives the gradient of the nearest xᵢ.
	Average
	// Interpolate gives x the value Σ K(x, xᵢ) αᵢ of the smooth field that
	// takes the values gᵢ at xᵢ (Carrière, Theveneau and Lacombe 2024,
	// arXiv:2405.18820). The coefficients αᵢ solve a linear system with the matrix of
	// the K(xᵢ, xⱼ), to whose diagonal Interpolate adds 1e-3. This keeps the system
	// solvable where points coincide. Points far from all xᵢ stay in place.
	Interpolate
	// Smooth averages values and gradients over Draws perturbed clouds. A perturbed
	// cloud is the points plus Gaussian noise of deviation Bandwidth in each coordinate.
	//
	// The means are unbiased estimates of value and gradient of the smoothed loss
	// S(x) = E L(x + noise), with a variance that falls as 1/Draws. The gradient of L jumps
	// where the order of distances changes, so that steps along it may go to and fro over
	// a minimum for ever. If L has the Lipschitz constant C, the smoothed loss differs from
	// L by at most C times the mean length of the noise, and its gradient has the Lipschitz
	// constant M = √(2/π)·C/Bandwidth: Gaussians that are d apart differ by at most
	// √(2/π)·d/Bandwidth in the L1 norm. So k steps of length t ≤ 1/M along the exact
	// gradient of S meet a point where it is no longer than √(2(S(x) − min S)/(tk)). An
	// estimate gets as far as its variance allows.
	//
	// This is a statement on the mean. Leygonie, Carrière, Lacombe and Oudot (2023,
	// arXiv:2109.00530) sample gradients near x, too, and take the shortest vector in their
	// convex hull. For losses that are locally Lipschitz, and smooth on the pieces of a
	// stratification, their abstract states a sublinear rate of convergence. Smooth does not
	// compute that vector, and their result does not apply to it.
	Smooth
	// BigStep moves, for each birth and death in degrees 0 and 1, all edges that keep it
	// from its target: the critical set of Nigmetov and Morozov (2024, arXiv:2203.16748).
	// A plain gradient moves one edge. The target of a birth or death d with derivative g
	// is d − g/2. Conflict says what becomes of an edge of several critical sets. Comparisons and terms of images keep their plain gradients. Degree 1
	// needs all triangles whose edges are at most as long as the largest death or target.
	// More than 2²² triangles are an error: BigStep is meant for small clouds.
	BigStep
)

// gradientKinds returns the name, description and options of each method, in the order of
// the constants of GradientMethod.
func gradientKinds() []Kind {
	bandwidth := []Option{positive("bandwidth", 1, "how far the gradient reaches, a length")}
	return []Kind{
		{Name: "plain", Doc: "the gradient as it is"},
		{Name: "average", Doc: "each point receives the mean of the gradients near it", Options: bandwidth},
		{Name: "interpolate", Doc: "each point receives the smooth field through the gradients", Options: bandwidth},
		{Name: "smooth", Doc: "the mean of the gradients at perturbed clouds", Options: []Option{
			positive("bandwidth", 0.01, "deviation of the noise, a length"),
			count(1, "draws", 8, "number of perturbed clouds"),
		}},
		{Name: "bigstep", Doc: "all edges in the way of a birth or death move to its target", Options: []Option{
			choice("conflict", "what becomes of an edge with several targets", conflictNames...),
		}},
	}
}

// GradientHelp returns a description of the text form of each method, for people.
func GradientHelp() string { return help(gradientKinds()) }

// ParseGradient reads the text form of a gradient. The empty text stands for
// plain.
func ParseGradient(text string) (Gradient, error) {
	if text == "" {
		return Gradient{}, nil
	}
	p := parser{text: text}
	p.blanks()
	kinds := gradientKinds()
	name := p.word()
	method := slices.IndexFunc(kinds, func(k Kind) bool { return k.Name == name })
	if method < 0 {
		return Gradient{}, fmt.Errorf("topoloss: no gradient is named %q: the names are %s", name, strings.Join(namesOf(kinds), ", "))
	}
	options, err := p.options(kinds[method])
	if err == nil && p.at < len(text) {
		err = p.errorAt(p.at, fmt.Errorf("found %q after the gradient", p.text[p.at:]))
	}
	if err != nil {
		return Gradient{}, err
	}
	g := Gradient{Method: GradientMethod(method)}
	settings := kinds[method].settings(options)
	if g.hasBandwidth() {
		g.Bandwidth = settings.number("bandwidth")
	}
	switch g.Method {
	case Smooth:
		g.Draws = settings.count("draws")
	case BigStep:
		g.Conflict = Conflict(slices.Index(conflictNames, settings["conflict"]))
	}
	return g, nil
}

// String returns the text form.
func (g Gradient) String() string {
	kinds := gradientKinds()
	switch {
	case int(g.Method) >= len(kinds):
		return fmt.Sprintf("method %d", g.Method)
	case g.Method == BigStep && g.Conflict != ConflictMax:
		return fmt.Sprintf("bigstep(conflict=%s)", g.Conflict)
	case !g.hasBandwidth():
		return kinds[g.Method].Name
	case g.Method == Smooth:
		return fmt.Sprintf("smooth(bandwidth=%s,draws=%d)", number(g.Bandwidth), g.Draws)
	}
	return fmt.Sprintf("%s(bandwidth=%s)", kinds[g.Method].Name, number(g.Bandwidth))
}

func (g Gradient) hasBandwidth() bool { return g.Method != Plain && g.Method != BigStep }

// Set replaces g by the gradient that [ParseGradient] reads from text.
func (g *Gradient) Set(text string) error {
	parsed, err := ParseGradient(text)
	if err == nil {
		*g = parsed
	}
	return err
}

// MarshalText returns the text form, so that JSON holds it as a string.
func (g Gradient) MarshalText() ([]byte, error) { return []byte(g.String()), nil }

// UnmarshalText is Set.
func (g *Gradient) UnmarshalText(text []byte) error { return g.Set(string(text)) }

// Validate returns an error that names an unknown method, or a Bandwidth or Draws out of
// range.
func (g Gradient) Validate() error {
	switch {
	case g.Method > BigStep:
		return fmt.Errorf("topoloss: no gradient method %d", g.Method)
	case g.hasBandwidth() && !(g.Bandwidth > 0 && isFinite(g.Bandwidth)):
		return fmt.Errorf("topoloss: a gradient of bandwidth %v, must be positive and finite", g.Bandwidth)
	case int(g.Conflict) >= len(conflictNames):
		return fmt.Errorf("topoloss: a gradient with %v: no such strategy", g.Conflict)
	case g.Method == Smooth && g.Draws < 1:
		return fmt.Errorf("topoloss: a gradient of %d draws, must be at least 1", g.Draws)
	}
	return nil
}

// ridge is added to the diagonal of the kernel matrix of Interpolate.
const ridge = 1e-3

// spreader computes the weights of the methods Average and Interpolate: a workspace.
type spreader struct {
	isCritical []bool // by point: it has a gradient, and so is marked
	critical   []int  // the marked points, ascending
	out        []float32
	kernel     []float64
}

// weights returns the n×n matrix W of the method of s. Times the plain gradient, one row
// for each point, W is the gradient that the points receive. Only columns of marked points
// are not 0. The matrix distances is n×n.
func (w *spreader) weights(s Gradient, distances []float32, n int) ([]float32, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	w.critical = w.critical[:0]
	for i, yes := range w.isCritical {
		if yes {
			w.critical = append(w.critical, i)
		}
	}
	w.out = reuse.Slice(w.out, n*n)
	clear(w.out)
	switch s.Method {
	case Average:
		w.average(s.Bandwidth, distances, n)
		return w.out, nil
	case Interpolate:
		return w.out, w.interpolate(s.Bandwidth, distances, n)
	}
	panic(fmt.Sprintf("topoloss: the gradient %v has no weights", s))
}

// begin unmarks all points of a cloud of n points.
func (w *spreader) begin(n int) {
	w.isCritical = reuse.Slice(w.isCritical, n)
	clear(w.isCritical)
}

// mark marks the points of pairs. If row is not nil, it maps the numbers in pairs to points
// of the cloud, and to −1 those that are not of the cloud.
func (w *spreader) mark(pairs []kernels.Pair, row func(int32) int32) {
	for _, p := range pairs {
		for _, u := range [...]int32{p.U, p.V} {
			if row != nil {
				u = row(u)
			}
			if u >= 0 {
				w.isCritical[u] = true
			}
		}
	}
}

func (w *spreader) average(bandwidth float64, distances []float32, n int) {
	for i := range n {
		row, out := distances[i*n:(i+1)*n], w.out[i*n:(i+1)*n]
		// Divide all kernel values of the row by the largest. Else they would all be 0 for
		// a point far from the others, and their mean 0/0.
		nearest := math.Inf(1)
		for _, j := range w.critical {
			nearest = min(nearest, float64(row[j]))
		}
		var total float64
		for _, j := range w.critical {
			total += gaussian(bandwidth, nearest, float64(row[j]))
		}
		for _, j := range w.critical {
			out[j] = float32(gaussian(bandwidth, nearest, float64(row[j])) / total)
		}
	}
}

func (w *spreader) interpolate(bandwidth float64, distances []float32, n int) error {
	m := len(w.critical)
	if m == 0 {
		return nil
	}
	w.kernel = reuse.Slice(w.kernel, m*m+m*n)
	among := mat.NewSymDense(m, w.kernel[:m*m])
	toAll := mat.NewDense(m, n, w.kernel[m*m:])
	for a, i := range w.critical {
		for b, j := range w.critical[:a] {
			among.SetSym(a, b, gaussian(bandwidth, 0, float64(distances[i*n+j])))
		}
		among.SetSym(a, a, 1+ridge)
		for j := range n {
			toAll.Set(a, j, gaussian(bandwidth, 0, float64(distances[i*n+j])))
		}
	}
	var factor mat.Cholesky
	if !factor.Factorize(among) {
		return fmt.Errorf("topoloss: spreading the gradient of %d points: their kernel matrix is singular", m)
	}
	var solved mat.Dense
	if err := factor.SolveTo(&solved, toAll); err != nil {
		return fmt.Errorf("topoloss: spreading the gradient of %d points: %w", m, err)
	}
	for a, j := range w.critical {
		for i := range n {
			w.out[i*n+j] = float32(solved.At(a, i))
		}
	}
	return nil
}

// gaussian returns exp(−(d²−nearest²)/(2·bandwidth²)) for d ≥ nearest ≥ 0. Lengths
// are divided before they are multiplied, so that no square under- or overflows.
func gaussian(bandwidth, nearest, d float64) float64 {
	if d == nearest {
		return 1
	}
	return math.Exp(-(d - nearest) / bandwidth * ((d + nearest) / bandwidth) / 2)
}
