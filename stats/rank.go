package stats

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// A SignedRank is the result of [Wilcoxon].
type SignedRank struct {
	PValues
	N           int     // differences that are not 0
	Plus, Minus float64 // sums of the ranks of positive and of negative differences
}

// Wilcoxon returns the exact signed-rank test of the hypothesis that paired
// differences are distributed symmetrically about 0. Differences of 0 are
// dropped; equal absolute differences share their mean rank. The two-sided
// p-value is twice the smaller tail, at most 1. Without a difference other than
// 0 all p-values are 1.
//
// It counts all 2^N choices of signs by their rank sums, in time and memory
// O(N³) and O(N²).
func Wilcoxon(differences []float64) SignedRank {
	check("differences", differences, 1)
	var r SignedRank
	var sizes []float64
	var positive []bool
	for _, d := range differences {
		if d != 0 {
			sizes = append(sizes, math.Abs(d))
			positive = append(positive, d > 0)
		}
	}
	r.N = len(sizes)
	doubled, total := doubledRanks(sizes), 0
	plus := 0
	for i, rank := range doubled {
		total += rank
		if positive[i] {
			plus += rank
		}
	}
	r.Plus, r.Minus = float64(plus)/2, float64(total-plus)/2

	// probability[s] is that of the positive ranks summing to s half-ranks.
	probability := make([]float64, total+1)
	probability[0] = 1
	reached := 0
	for _, rank := range doubled {
		reached += rank
		for s := reached; s >= 0; s-- {
			p := probability[s] / 2
			if s >= rank {
				p += probability[s-rank] / 2
			}
			probability[s] = p
		}
	}
	r.PValues = tails(probability, plus)
	return r
}

// A RankSum is the result of [MannWhitney].
type RankSum struct {
	PValues
	// U is the number of pairs (a, b) with a > b, those with a = b counted half.
	U float64
}

// MannWhitney returns the exact rank-sum test of the hypothesis that two
// independent samples have one distribution. Equal values share their mean rank.
// A one-sided p-value is a share of all ways to deal the observed ranks to samples
// of these sizes: of those whose rank sum is as far out as the observed one, or
// farther. The two-sided p-value is twice the smaller of both, at most 1.
//
// With N values in all, n of them in the smaller sample, it takes time O(n·N³) and
// memory O(n·N²). Use [MannWhitneyNormal] for more than a few hundred values.
func MannWhitney(a, b []float64) RankSum {
	r, doubled, _ := rankSum(a, b)
	few, sum := len(a), 0
	for _, rank := range doubled[:len(a)] {
		sum += rank
	}
	total := 0
	for _, rank := range doubled {
		total += rank
	}
	swapped := len(b) < len(a)
	if swapped {
		few, sum = len(b), total-sum
	}
	const most = 1 << 27 // numbers, a gigabyte
	if few+1 > most/(total+1) {
		panic(fmt.Sprintf("stats: MannWhitney: samples of %d and %d values need more than a gigabyte: use MannWhitneyNormal", len(a), len(b)))
	}
	// ways[k][s] is the number of ways to choose k ranks of sum s, as a share of
	// all ways to choose k of the ranks seen so far, so that no number overflows.
	ways := make([][]float64, few+1)
	for k := range ways {
		ways[k] = make([]float64, total+1)
	}
	ways[0][0] = 1
	for seen, rank := range doubled {
		for k := min(few, seen+1); k >= 1; k-- {
			// Of all choices of k among seen+1 ranks, k/(seen+1) have the last one.
			with := float64(k) / float64(seen+1)
			for s := total; s >= 0; s-- {
				p := ways[k][s] * (1 - with)
				if s >= rank {
					p += ways[k-1][s-rank] * with
				}
				ways[k][s] = p
			}
		}
	}
	r.PValues = tails(ways[few], sum)
	if swapped {
		r.Greater, r.Less = r.Less, r.Greater
	}
	return r
}

// MannWhitneyNormal returns [MannWhitney] with p-values of the normal
// approximation, corrected for ties and for continuity, in time O(N log N).
func MannWhitneyNormal(a, b []float64) RankSum {
	r, _, ties := rankSum(a, b)
	na, nb := float64(len(a)), float64(len(b))
	n := na + nb
	deviation := math.Sqrt(na * nb / 12 * (n + 1 - ties/(n*(n-1))))
	tail := func(u float64) float64 { // P(U ≥ u)
		if deviation == 0 {
			return 1
		}
		return distuv.UnitNormal.Survival((u - na*nb/2 - 0.5) / deviation)
	}
	r.Greater, r.Less = tail(r.U), tail(na*nb-r.U)
	r.TwoSided = min(1, 2*min(r.Greater, r.Less))
	return r
}

// rankSum returns U, the ranks of both samples as [doubledRanks] does, and
// Σ t³−t over the groups of t equal values.
func rankSum(a, b []float64) (r RankSum, doubled []int, ties float64) {
	check("first sample", a, 1)
	check("second sample", b, 1)
	all := slices.Concat(a, b)
	doubled = doubledRanks(all)
	sum := 0
	for _, rank := range doubled[:len(a)] {
		sum += rank
	}
	na := float64(len(a))
	r.U = float64(sum)/2 - na*(na+1)/2
	slices.Sort(all)
	for from := 0; from < len(all); {
		to := from + 1
		for to < len(all) && all[to] == all[from] {
			to++
		}
		t := float64(to - from)
		ties += t*t*t - t
		from = to
	}
	return r, doubled, ties
}

// doubledRanks returns twice the rank of each value, counted from 1, where equal
// values share the mean of their ranks.
func doubledRanks(x []float64) []int {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		switch {
		case x[i] < x[j]:
			return -1
		case x[i] > x[j]:
			return 1
		}
		return 0
	})
	doubled := make([]int, len(x))
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && x[order[to]] == x[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			doubled[i] = from + 1 + to // the first rank from+1 plus the last one to
		}
		from = to
	}
	return doubled
}

// tails returns the p-values of an observed sum. probability[s] is that of sum s.
func tails(probability []float64, observed int) PValues {
	var p PValues
	for s, v := range probability {
		if s >= observed {
			p.Greater += v
		}
		if s <= observed {
			p.Less += v
		}
	}
	p.Greater, p.Less = min(1, p.Greater), min(1, p.Less)
	p.TwoSided = min(1, 2*min(p.Greater, p.Less))
	return p
}
