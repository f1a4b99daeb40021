package cloud

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"codeberg.org/sbinet/npyio"
	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph"
)

func TestParseReadsEveryFormat(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	npy := filepath.Join(dir, "c.npy")
	f, err := os.Create(npy)
	require.NoError(t, err)
	require.NoError(t, npyio.Write(f, [3][2]float32{{0, 0}, {1, 0}, {0.5, -2}}))
	require.NoError(t, f.Close())

	for _, word := range []string{
		" [[0,0],[1,0],[0.5,-2]]",
		write("a.json", "[[0,0],[1,0],[0.5,-2]]\n"),
		write("a.csv", "x,y\n0,0\n1,0\n0.5,-2\n"),
		write("a.txt", "# a cloud\n0 0\n\n1\t0 # the second\n0.5;-2"),
		write("mark.csv", "\ufeff0,0\n1,0\n0.5,-2\n"),
		npy,
	} {
		c, err := Parse(word, 1)
		require.NoError(t, err, word)
		require.Equal(t, &ph.Points[float32]{Dim: 2, Coords: []float32{0, 0, 1, 0, 0.5, -2}}, c, word)
	}

	for _, bad := range []struct{ word, want string }{
		{"[[0,0],[1]]", "point 1 has 1 coordinates, point 0 has 2"},
		{"[]", "no points"},
		{"[[]]", "point 0 has no coordinates"},
		{"[[1e60]]", "point 0, coordinate 0"},
		{"[[0,0]] x", "after top-level value"},
		{"[[0,0],[null,1]]", "point 1, coordinate 0 is null"},
		{"[[0,0],null]", "point 1 has 0 coordinates"},
		{"[[0,", "unexpected end of JSON input"},
		{"nowhere.csv", "nor a file"},
		{"circel", "nor a shape; shapes are annulus, circle, circles, clusters:k, disk,"},
		{"circel:2,n=3", "nor a shape; shapes are annulus, circle"},
		{write("b.csv", "1,2\n3,x\n"), `line 2: "x" is not a number`},
		{write("n.csv", "1,2\n3,NaN\n"), "line 2: NaN: numbers must be finite"},
		{write("first.csv", "nan,2\n3,4\n"), "line 1: nan: numbers must be finite"},
		{write("gap.csv", "1,,2\n"), "line 1: a number is missing before a comma"},
		{write("letter.txt", "1 O\n1 2\n"), `line 1: "O" is not a number`},
		{write("ragged.txt", "1 2\n3\n"), "line 2: 1 coordinates, where line 1 has 2"},
		{write("b.npy", "not numpy"), "not a .npy file"},
		{write("cut.npy", header("(1, 3)")[:20]), "the file ends within its header"},
		{write("negative.npy", header("(-1, -3)")), `the length "-1"`},
		{write("far.npy", header("(1000000000, 1000000000)")), "the file ends after 3 of the 1000000000000000000 values"},
		{write("long.npy", header("(3000000000, 2)")), "the file ends after 3 of the 6000000000 values"},
		{write("wide.npy", header("(2, 4611686018427387904)")), "asks for more values than memory has"},
		{write("none.npy", header("(0, 4611686018427387904)")[:128]), "no points"},
		{write("empty.csv", ""), "no points"},
	} {
		_, err := Parse(bad.word, 1)
		require.ErrorContains(t, err, bad.want, bad.word)
		require.NotContains(t, err.Error(), "\n")
	}
	_, err = Shape("circel", 1)
	require.EqualError(t, err, `cloud: no shape is called "circel"; shapes are annulus, circle, circles, clusters:k, disk, `+
		"figure-eight, gaussians:k, linked-rings, moons, segments:k, sphere, spheres:k, square, swiss-roll, torus, trefoil")
}

// header returns the beginning of a .npy file, and three values.
func header(shape string) string {
	text := fmt.Sprintf("{'descr': '<f8', 'fortran_order': False, 'shape': %s, }", shape)
	text += strings.Repeat(" ", 117-len(text)) + "\n"
	return "\x93NUMPY\x01\x00" + string([]byte{byte(len(text)), 0}) + text + strings.Repeat("\x00", 24)
}

// TestShapes checks that each shape lies where its description says.
func TestShapes(t *testing.T) {
	radius := func(p []float32, k int) float64 {
		var s float64
		for _, x := range p[:k] {
			s += float64(x) * float64(x)
		}
		return math.Sqrt(s)
	}
	onShape := map[string]func(p []float32) bool{
		"circle":  func(p []float32) bool { return math.Abs(radius(p, 2)-1) < 1e-6 },
		"annulus": func(p []float32) bool { r := radius(p, 2); return r > 0.5-1e-6 && r < 1+1e-6 },
		"disk":    func(p []float32) bool { return radius(p, 2) < 1+1e-6 },
		"square":  func(p []float32) bool { return max(p[0], p[1], -p[0], -p[1]) <= 1 },
		"figure-eight": func(p []float32) bool {
			q := []float32{float32(math.Abs(float64(p[0]))) - 0.5, p[1]}
			return math.Abs(radius(q, 2)-0.5) < 1e-6
		},
		"circles": func(p []float32) bool {
			return math.Abs(radius(p, 2)-1) < 1e-6 || math.Abs(radius(p, 2)-0.4) < 1e-6
		},
		"gaussians": func(p []float32) bool { return math.Abs(radius(p, 2)-2) < 1 },
		"trefoil": func(p []float32) bool { // on the torus with radii ⅔ and ⅓
			axis := math.Hypot(float64(p[0]), float64(p[1])) - 2./3
			return math.Abs(math.Hypot(axis, float64(p[2]))-1./3) < 1e-6
		},
		"linked-rings": func(p []float32) bool {
			a, b := []float32{p[0] + 0.5, p[1]}, []float32{p[0] - 0.5, p[2]}
			return p[2] == 0 && math.Abs(radius(a, 2)-1) < 1e-6 || p[1] == 0 && math.Abs(radius(b, 2)-1) < 1e-6
		},
		"spheres":  func(p []float32) bool { r := radius(p, 101); return r < 20 || math.Abs(r-25) < 1e-4 },
		"clusters": func(p []float32) bool { return math.Abs(radius(p, 2)-1) < 0.3 },
		"segments": func(p []float32) bool { return math.Abs(float64(p[0])) <= 1 && (p[1] == 0.5 || p[1] == -0.5) },
		"moons":    func(p []float32) bool { return radius(p, 2) < 2 },
		"torus":    func(p []float32) bool { return math.Abs(math.Hypot(radius(p, 2)-1, float64(p[2]))-0.4) < 1e-6 },
		"sphere":   func(p []float32) bool { return math.Abs(radius(p, 3)-1) < 1e-6 },
		"swiss-roll": func(p []float32) bool {
			r := math.Hypot(float64(p[0]), float64(p[2]))
			return r > 1./3-1e-6 && r < 1+1e-6 && p[1] >= -1 && p[1] <= 1
		},
	}
	require.Len(t, onShape, len(shapes))
	for name, on := range onShape {
		c, err := Shape(name, 7)
		require.NoError(t, err)
		require.Equal(t, 100, c.Len())
		for i := range c.Len() {
			require.True(t, on(c.At(i)), "%s: point %d is %v", name, i, c.At(i))
		}
		again, err := Shape(name, 7)
		require.NoError(t, err)
		require.Equal(t, c, again, "the seed decides")
		other, err := Shape(name, 8)
		require.NoError(t, err)
		require.NotEqual(t, c, other)
	}
	require.Len(t, Shapes(), len(shapes))
}

// TestLabelled: points of one part lie together.
func TestLabelled(t *testing.T) {
	for spec, parts := range map[string]int{"circle": 0, "circles": 2, "moons": 2, "clusters:4": 4, "gaussians": 8, "spheres:3": 4, "linked-rings": 2} {
		points, part, err := Labelled(spec+",n=48", 1)
		require.NoError(t, err)
		if parts == 0 {
			require.Nil(t, part)
			continue
		}
		count := make([]int, parts)
		for _, c := range part {
			count[c]++
		}
		for c, n := range count {
			want := 48 / parts
			if spec == "spheres:3" {
				want = []int{8, 8, 8, 24}[c]
			}
			require.Equal(t, want, n, "%s: part %d", spec, c)
		}
		if spec == "circles" {
			for i, c := range part {
				require.InDelta(t, []float64{1, 0.4}[c], math.Hypot(float64(points.At(i)[0]), float64(points.At(i)[1])), 1e-6)
			}
		}
	}
}

func TestShapeOptions(t *testing.T) {
	c, err := Shape("clusters:4,n=10,scale=100,at=1000/0,noise=0.5", 1)
	require.NoError(t, err)
	require.Equal(t, 10, c.Len())
	require.InDelta(t, 1100, c.At(0)[0], 25)
	for _, bad := range []struct{ spec, want string }{
		{"circle:2", "only in shapes that have parts"},
		{"clusters:0", "one or more"},
		{"circle,n=0", "1 to"},
		{"circle,n=x", `option "n=x"`},
		{"circle,noise=NaN", "not finite"},
		{"circle,noise=-1", "a deviation is at least 0"},
		{"circle,at=1", "want 2 numbers"},
		{"circle,scale=1e300", "coordinates must be finite float32 values"},
		{"circle,scale=1e-300", "too small for a float32"},
		{"circle,n=4,noise=1,n=5", `option "n=5": n is there twice`},
		{"circle,at=1/2,at=1/2", "at is there twice"},
		{"clusters:101", "has 101 parts, more than its 100 points"},
		{"clusters:9223372036854775807,n=10", "more than its 10 points"},
		{"spheres:100000000,n=10", "more than its 10 points"},
		{"circle,colour=red", "options are n, noise, scale and at"},
	} {
		_, err := Shape(bad.spec, 1)
		require.ErrorContains(t, err, bad.want, bad.spec)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"[[1,2]]", "circle,n=3", "clusters:3,n=4,at=1/2", "torus,,"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.Contains(s, "n=") && len(s) > 12 {
			return // not a test of patience
		}
		if c, err := Parse(s, 1); err == nil && (c.Len() < 1 || len(c.Coords) != c.Len()*c.Dim) {
			t.Fatalf("%q: %d points in R^%d with %d coordinates", s, c.Len(), c.Dim, len(c.Coords))
		}
	})
}

func ExampleShape() {
	c, err := Shape("circle,n=3,scale=2", 1)
	if err != nil {
		panic(err)
	}
	p := c.At(0)
	fmt.Printf("%d points in R^%d, the first at radius %.1f\n", c.Len(), c.Dim, math.Hypot(float64(p[0]), float64(p[1])))
	// Output: 3 points in R^2, the first at radius 2.0
}
