package metrics

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"testing"

	"codeberg.org/sbinet/npyio"
	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/internal/golden"
	"github.com/topogen/topogen/kernels/cpu"
	"github.com/topogen/topogen/ph"
)

// points makes a cloud of rows.
func points(rows [][]float32) ph.Points[float32] {
	p := ph.Points[float32]{Dim: len(rows[0])}
	for _, row := range rows {
		p.Coords = append(p.Coords, row...)
	}
	return p
}

type recordedSamples struct {
	P, Q            string
	PRDC            map[string]PRDC `json:"prdc"`
	NearTie         bool            `json:"near_tie"`
	BandwidthMedian float64         `json:"bandwidth_median"`
	Energy          float64
	EnergyUnbiased  *float64 `json:"energy_unbiased"`
	MMDMedian       *float64 `json:"mmd_median"`
	MMDUnbiased     *float64 `json:"mmd_median_unbiased"`
	MMDHalf         float64  `json:"mmd_half"`
	MMDHalfUnbiased *float64 `json:"mmd_half_unbiased"`
	OneNN           struct {
		Accuracy float64
		Real     float64 `json:"accuracy_real"`
		Fake     float64 `json:"accuracy_fake"`
	} `json:"one_nn"`
	MTopDivPQ float64 `json:"mtopdiv_pq"`
	MTopDivQP float64 `json:"mtopdiv_qp"`
}

type neighborhoods struct {
	Trustworthiness, Continuity float64
	MRREzx                      float64 `json:"mrre_zx"`
	MRRExz                      float64 `json:"mrre_xz"`
	Loss                        float64 `json:"neighbourhood_loss"`
	RankCorrelation             float64 `json:"rank_correlation"`
}

type recordedLatent struct {
	File     string
	Z        [][]float32
	KL001    float64                  `json:"kl_0.01"`
	KL01     float64                  `json:"kl_0.1"`
	KL1      float64                  `json:"kl_1"`
	RMSE     float64                  `json:"rmse"`
	Stress   float64                  `json:"stress"`
	ByK      map[string]neighborhoods `json:"by_k"`
	NearTie  [2]bool                  `json:"near_tie"`
	Pearson  float64
	Spearman float64
	Distance float64            `json:"distance_correlation"`
	Triplets float64            `json:"triplet_accuracy"`
	KNN      map[string]float64 `json:"knn_loo"`
	KNNx     map[string]float64 `json:"knn_loo_x"`
	KNNFolds *float64           `json:"knn_folds_k10"`
	RTD      *float64
	RTDLite  *float64 `json:"rtd_lite"`
}

type recorded struct {
	Clouds map[string]struct {
		Points [][]float32
	}
	TwoSample  []recordedSamples `json:"two_sample"`
	Embeddings []struct {
		Name     string
		X        [][]float32
		Labels   []int
		Folds    []int
		Triplets [][3]int
		Latents  map[string]recordedLatent
	}
	Spheres struct {
		Test    string
		Latents map[string]recordedLatent
	}
}

// near compares with a value of float64 arithmetic, up to what float32 distances
// change.
func near(t *testing.T, want, got float64, what string) {
	t.Helper()
	require.InDelta(t, want, got, 1e-5*math.Max(0.1, math.Abs(want)), what)
}

func read(t *testing.T) recorded {
	var r recorded
	golden.Read(t, &r, "golden2", "metrics.json")
	return r
}

func TestSamplesAgainstRecordedValues(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	r := read(t)
	require.NotEmpty(t, r.TwoSample)
	for _, c := range r.TwoSample {
		t.Run(c.P+"_"+c.Q, func(t *testing.T) {
			p, err := NewPooled(dev, points(r.Clouds[c.P].Points), points(r.Clouds[c.Q].Points))
			require.NoError(t, err)
			if !c.NearTie {
				for k, want := range c.PRDC {
					n, err := strconv.Atoi(k)
					require.NoError(t, err)
					got := p.PRDC(n)
					near(t, want.Precision, got.Precision, "precision")
					near(t, want.Recall, got.Recall, "recall")
					near(t, want.Density, got.Density, "density")
					near(t, want.Coverage, got.Coverage, "coverage")
				}
				one := p.NearestNeighbor()
				near(t, c.OneNN.Accuracy, one.Accuracy, "one_nn")
				near(t, c.OneNN.Real, one.Real, "one_nn real")
				near(t, c.OneNN.Fake, one.Fake, "one_nn fake")
			}
			near(t, c.BandwidthMedian, p.MedianDistance(), "median")
			near(t, c.Energy, p.Energy(), "energy")
			pq, qp, err := p.MTopDiv(t.Context())
			require.NoError(t, err)
			near(t, c.MTopDivPQ, pq, "mtopdiv pq")
			near(t, c.MTopDivQP, qp, "mtopdiv qp")
			near(t, c.MMDHalf, p.MMD(0.5), "mmd half")
			if c.EnergyUnbiased != nil {
				near(t, *c.EnergyUnbiased, p.EnergyUnbiased(), "energy unbiased")
				near(t, *c.MMDHalfUnbiased, p.MMDUnbiased(0.5), "mmd half unbiased")
			}
			if c.MMDMedian != nil {
				near(t, *c.MMDMedian, p.MMD(c.BandwidthMedian), "mmd")
				near(t, *c.MMDUnbiased, p.MMDUnbiased(c.BandwidthMedian), "mmd unbiased")
			}
		})
	}
}

func checkLatent(t *testing.T, e *Embedding, want recordedLatent) {
	near(t, want.KL001, e.KL(0.01), "kl .01")
	near(t, want.KL01, e.KL(0.1), "kl .1")
	near(t, want.KL1, e.KL(1), "kl 1")
	near(t, want.RMSE, e.RMSE(), "rmse")
	near(t, want.Stress, e.Stress(), "stress")
	near(t, want.Pearson, e.Pearson(), "pearson")
	near(t, want.Spearman, e.Spearman(), "spearman")
	near(t, want.Distance, e.DistanceCorrelation(), "distance correlation")
	require.NotEmpty(t, want.ByK)
	// Where float64 distances nearly tie, float32 may order them otherwise.
	tolerance := 1e-9
	if want.NearTie != [2]bool{} {
		tolerance = 2e-4
	}
	for k, w := range want.ByK {
		n, err := strconv.Atoi(k)
		require.NoError(t, err)
		got := e.Neighborhoods(n)
		require.InDelta(t, w.Trustworthiness, got.Trustworthiness, tolerance, "trustworthiness %d", n)
		require.InDelta(t, w.Continuity, got.Continuity, tolerance, "continuity %d", n)
		require.InDelta(t, w.MRREzx, got.MRREzx, tolerance, "mrre zx %d", n)
		require.InDelta(t, w.MRRExz, got.MRRExz, tolerance, "mrre xz %d", n)
		require.InDelta(t, w.Loss, got.Loss, tolerance, "loss %d", n)
		require.InDelta(t, w.RankCorrelation, got.RankCorrelation, 5*tolerance, "rank correlation %d", n)
	}
}

func TestEmbeddingsAgainstRecordedValues(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	r := read(t)
	require.NotEmpty(t, r.Embeddings)
	for _, c := range r.Embeddings {
		for kind, want := range c.Latents {
			t.Run(fmt.Sprint(c.Name, "_", kind), func(t *testing.T) {
				x, z := points(c.X), points(want.Z)
				e, err := NewEmbedding(dev, x, z)
				require.NoError(t, err)
				checkLatent(t, e, want)
				rtd, err := RTD(t.Context(), dev, x, z)
				require.NoError(t, err)
				near(t, *want.RTD, rtd, "rtd")
				lite, err := RTDLite(t.Context(), dev, x, z)
				require.NoError(t, err)
				near(t, *want.RTDLite, lite, "rtd lite")
				near(t, want.Triplets, e.TripletAccuracy(c.Triplets), "triplets")
				if want.NearTie[1] {
					return
				}
				for k, accuracy := range want.KNN {
					n, err := strconv.Atoi(k)
					require.NoError(t, err)
					near(t, accuracy, e.KNNAccuracy(c.Labels, n), "knn "+k)
				}
				if want.KNNFolds != nil {
					near(t, *want.KNNFolds, e.KNNFolds(c.Labels, c.Folds, 10), "knn folds")
				}
			})
		}
	}
}

// The saved embeddings of TopoAE's authors have the measures that the reference
// found for them.
func TestSpheresAgainstRecordedValues(t *testing.T) {
	dev := cpu.New()
	defer dev.Close()
	r := read(t)
	x := readPoints(t, r.Spheres.Test)
	for kind, want := range r.Spheres.Latents {
		t.Run(kind, func(t *testing.T) {
			e, err := NewEmbedding(dev, x, readPoints(t, want.File))
			require.NoError(t, err)
			checkLatent(t, e, want)
		})
	}
}

func readPoints(t *testing.T, name string) ph.Points[float32] {
	f, err := os.Open(golden.Path(t, "golden2", name))
	require.NoError(t, err)
	defer f.Close()
	reader, err := npyio.NewReader(f)
	require.NoError(t, err)
	var values []float32
	require.NoError(t, reader.Read(&values))
	return ph.Points[float32]{Dim: reader.Header.Descr.Shape[1], Coords: values}
}
