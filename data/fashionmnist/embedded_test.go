package fashionmnist

import (
	"crypto/sha256"
	"encoding/hex"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/data"
)

// The drawn images are a data set: the same on every platform, for ever. All of
// the drawing is integer arithmetic; this is how we see that it stays so.
func TestDrawnImagesAreFixed(t *testing.T) {
	s := Draw(1000, 1)
	sum := sha256.Sum256(append(s.Values, labels(s)...))
	require.Equal(t, "4b880380786ce50c5d8d5b01bf23af8c77f91cb706838493a75bc1088a825cce", hex.EncodeToString(sum[:]))
}

func TestDrawIgnoresThreads(t *testing.T) {
	want := Draw(205, 9)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	require.Equal(t, want, Draw(205, 9))
	require.Equal(t, want.Values[:33*Pixels], Draw(33, 9).Values)
	require.NotEqual(t, want.Values, Draw(205, 10).Values)
	require.Zero(t, Draw(0, 1).Len())
}

func TestDrawBalancesClasses(t *testing.T) {
	s := Draw(100, 3)
	for block := 0; block < 100; block += Classes {
		var counts [Classes]int
		for _, label := range s.Class.Classes[block : block+Classes] {
			counts[label]++
		}
		require.Equal(t, [Classes]int{1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, counts)
	}
	require.NotEqual(t, s.Class.Classes[:10], s.Class.Classes[10:20])
}

// Training and test images differ from each other and among themselves.
func TestEveryDrawnImageIsDifferent(t *testing.T) {
	sets := Embedded(3000)
	seen := map[string]bool{}
	for _, set := range []data.Dataset{sets.Train, sets.Test} {
		s := set.(*data.Bytes)
		for i := range s.Len() {
			seen[string(s.Values[i*Pixels:(i+1)*Pixels])] = true
		}
	}
	require.Len(t, seen, 3500)
}

// A garment fills its picture as those of FashionMNIST do, leaves a background,
// and has many tones.
func TestDrawnImagesAreGarments(t *testing.T) {
	s := Draw(2000, 4)
	for i, label := range s.Class.Classes {
		var inked int
		tones := map[uint8]bool{}
		columns, rows := map[int]bool{}, map[int]bool{}
		for p, v := range s.Gray(i).Pix {
			tones[v] = true
			if v > 0 {
				inked++
				columns[p%Side], rows[p/Side] = true, true
			}
		}
		name := s.Class.Names[label]
		require.Greater(t, inked, 70, "%s %d", name, i)
		require.Less(t, inked, 660, "%s %d", name, i)
		require.Greater(t, len(tones), 20, "%s %d", name, i)
		if name == "Trouser" || name == "Dress" {
			require.Greater(t, len(rows), 24, "%s %d is tall", name, i)
			require.Less(t, len(columns), 24, "%s %d is slim", name, i)
		}
		if name == "Sneaker" || name == "Sandal" || name == "Ankle boot" {
			require.Greater(t, len(columns), 24, "%s %d is long", name, i)
		}
	}
}

// The simplest classifier, the nearest mean image, tells every class apart.
func TestClassesAreRecognisable(t *testing.T) {
	sets := Embedded(3000)
	train, test := sets.Train.(*data.Bytes), sets.Test.(*data.Bytes)
	var mean [Classes][Pixels]float64
	for i, label := range train.Class.Classes {
		for p, v := range train.Gray(i).Pix {
			mean[label][p] += float64(v) / 300
		}
	}
	var right [Classes]float64
	for i, label := range test.Class.Classes {
		best, least := 0, 1e18
		for class := range mean {
			var distance float64
			for p, v := range test.Gray(i).Pix {
				d := float64(v) - mean[class][p]
				distance += d * d
			}
			if distance < least {
				best, least = class, distance
			}
		}
		if best == label {
			right[label] += 2 // percent: there are 50 of each class
		}
	}
	t.Log("recognised by the nearest mean image, in percent:", right)
	for class, percent := range right {
		require.Greater(t, percent, 35.0, ClassNames()[class])
	}
}

func BenchmarkDraw(b *testing.B) {
	for b.Loop() {
		Draw(100, 1)
	}
}
