// Benchpeers times this project's work beside that of the Python packages that
// do the same, where they are installed, in turns within one run, and writes a
// table of medians as Markdown. Nothing else of the project needs Python. The
// original, Topo-GEN, is found if PYTHONPATH has a checkout of it.
//
//	benchpeers -python path/to/python3 -rounds 15
package main

import (
	"bufio"
	"context"
	_ "embed"
	"flag"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/topogen/topogen/internal/cli"
)

//go:embed peers.py
var script string

func main() { cli.Main("benchpeers", program) }

const synopsis = `Benchpeers times this project beside PyTorch, Topo-GEN, giotto-ph, ripser.py,
gudhi, POT, persim, torch-topological, RTD-AE, prdc, dcor, scikit-learn, scipy and
pyDRMetrics, whichever are installed, in turns, and prints a table of medians. Topo-GEN
and RTD-AE are found if PYTHONPATH names checkouts of them.`

func program(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("benchpeers", flag.ContinueOnError)
	python := flags.String("python", "python3", "`interpreter` that has the peers")
	rounds := flags.Int("rounds", 15, "`times` that each is timed")
	only := flags.String("only", "", "time only work whose title matches a regular `expression`")
	if err := cli.Parse(flags, args, synopsis, stdout); err != nil {
		return err
	}
	if *rounds < 1 {
		return cli.Usagef("-rounds is %d, must be at least 1", *rounds)
	}
	wanted, err := regexp.Compile(*only)
	if err != nil {
		return cli.Usagef("-only: %w", err)
	}
	peers, err := startPeers(ctx, *python)
	if err != nil {
		return err
	}
	defer peers.stop()
	ours, done := works()
	defer done()
	fmt.Fprintln(stdout, "| work | topogen, ms | peer | peer, ms | ratio |\n|---|---|---|---|---|")
	for _, c := range comparisons {
		if ctx.Err() != nil {
			return cli.ErrInterrupted
		}
		if !wanted.MatchString(c.title) {
			continue
		}
		run := ours[c.work]
		var mine, theirs []float64
		var absent string
		rounds := *rounds
		if c.slow {
			rounds = min(rounds, 3)
		}
		for range rounds {
			for start := time.Now(); time.Since(start) < warmUp; {
				run()
			}
			start := time.Now()
			for range c.repeats {
				run()
			}
			mine = append(mine, time.Since(start).Seconds()/float64(c.repeats))
			seconds, err := peers.time(c.ask, c.repeats)
			if err != nil {
				absent = err.Error()
				break
			}
			theirs = append(theirs, seconds)
		}
		if absent != "" {
			fmt.Fprintf(stderr, "%s with %s: %s\n", c.title, c.peer, absent)
			continue
		}
		a, b := median(mine), median(theirs)
		fmt.Fprintf(stdout, "| %s | %.3g | %s | %.3g | %.1f |\n", c.title, 1000*a, c.peer, 1000*b, b/a)
	}
	return nil
}

// warmUp is how long each program does the work before it is timed. For that long the threads
// of the other, which worked before, may spin and wait for work, and caches hold its data.
const warmUp = 200 * time.Millisecond

// comparisons are the rows of the table: what is timed, by the title of the row, the name of
// our function in works, the name of the peer, and what to ask the peer's program for.
var comparisons = []struct {
	title, work, peer, ask string
	repeats                int
	slow                   bool // the peer is, so that few rounds must do
}{
	{"a step of the VAE, batch 128", "vae", "PyTorch", "vae", 3, false},
	{"the same with the default topological losses", "vae/default", "Topo-GEN", "vae/default", 1, false},
	{"the same with all seven", "vae/all", "Topo-GEN", "vae/all", 1, true},
	{"a step of the VAE in half precision (bf16)", "vae/bf16", "PyTorch, autocast", "vae/bf16", 3, false},
	{"all seven losses of two batches in R^784, diagrams given, forward and backward", "losses/all", "Topo-GEN", "losses/all", 1, true},
	{"`bottleneck0` alone", "losses/bottleneck0", "Topo-GEN", "losses/bottleneck0", 1, false},
	{"`bottleneck1`", "losses/bottleneck1", "Topo-GEN", "losses/bottleneck1", 5, false},
	{"`entropy0`", "losses/entropy0", "Topo-GEN", "losses/entropy0", 5, false},
	{"`entropy1`", "losses/entropy1", "Topo-GEN", "losses/entropy1", 5, false},
	{"`dsigma0`", "losses/dsigma0", "Topo-GEN", "losses/dsigma0", 1, true},
	{"`dsigma1`", "losses/dsigma1", "Topo-GEN", "losses/dsigma1", 1, false},
	{"`density`", "losses/density", "Topo-GEN", "losses/density", 1, false},
	{"signature loss of 128 points of R^784, forward and backward", "signature784", "torch-topological", "signature784/torch-topological", 5, false},
	{"signature loss of 128 points of the plane, forward and backward", "signature2", "torch-topological", "signature2/torch-topological", 5, false},
	{"Wasserstein losses in degrees 0 and 1 of 128 points of R^784, forward and backward", "wasserstein784", "torch-topological", "wasserstein784/torch-topological", 3, false},
	{"Wasserstein losses in degrees 0 and 1 of 128 points of the plane, forward and backward", "wasserstein2", "torch-topological", "wasserstein2/torch-topological", 3, false},
	{"RTD of 128 points of R^784, forward and backward", "rtd784", "RTD-AE with giotto-ph, 2 threads", "rtd784/RTD-AE", 3, false},
	{"RTD of 128 points of the plane, forward and backward", "rtd2", "RTD-AE with giotto-ph, 2 threads", "rtd2/RTD-AE", 3, false},
	{"matrix product 512³", "gemm", "PyTorch", "gemm", 20, false},
	{"matrix product 512³ in half precision (bf16)", "gemm/bf16", "PyTorch, autocast", "gemm/bf16", 20, false},
	{"the same, 512³ in half precision (bf16)", "gemm/bf16", "PyTorch, operands in bf16 before", "gemm/bf16/before", 20, false},
	{"linear 128×3136→256, forward", "linear", "PyTorch", "linear", 20, false},
	{"convolution 32→64 k4s2 of 128×14×14, with ReLU", "conv", "PyTorch", "conv", 10, false},
	{"the same, forward and all gradients", "convgrad", "PyTorch", "convgrad", 5, false},
	{"distances and persistence in degrees 0 and 1, 128 points in R¹⁰", "rips", "giotto-ph, 2 threads, with generators", "rips/giotto-ph", 10, false},
	{"the same", "rips", "ripser.py, without generators", "rips/ripser.py", 10, false},
	{"the same of 128 points in R^784", "rips784", "giotto-ph, 2 threads, with generators", "rips784/giotto-ph", 10, false},
	{"persistence in degrees 0 and 1 of 2000 points in the square", "square", "giotto-ph, 2 threads, with generators", "square/giotto-ph", 1, false},
	{"the same", "square", "ripser.py, without generators", "square/ripser.py", 1, false},
	{"persistence up to degree 2 of 192 points of the 3-sphere", "sphere", "giotto-ph, 2 threads, with generators", "sphere/giotto-ph", 1, false},
	{"the same", "sphere", "ripser.py, without generators", "sphere/ripser.py", 1, false},
	{"bottleneck distance in degree 1 of 128 points in R¹⁰", "bottleneck", "gudhi, exact", "bottleneck/gudhi", 10, false},
	{"the same", "bottleneck", "persim", "bottleneck/persim", 3, false},
	{"Wasserstein distance of order and norm 2, of 400 points", "wasserstein", "gudhi with POT", "wasserstein/gudhi", 3, false},
	{"sliced Wasserstein distance of the same, 50 directions", "sliced", "gudhi", "sliced/gudhi", 10, false},
	{"precision, recall, density, coverage of 1000 points in R^784 against 1000", "metrics/prdc", "prdc", "metrics/prdc", 1, false},
	{"energy distance of the same", "metrics/energy", "dcor", "metrics/energy", 1, false},
	{"MMD of the same", "metrics/mmd", "scikit-learn", "metrics/mmd", 1, false},
	{"1-nearest-neighbor test of the same", "metrics/1nn", "scikit-learn", "metrics/1nn", 1, false},
	{"MTopDiv, both directions, of 300 against 300", "metrics/mtopdiv", "ripser.py, as MTopDiv's own code", "metrics/mtopdiv", 1, true},
	{"trustworthiness, continuity, MRRE of 1000 points in R^784 and their images in R²", "metrics/trust", "scikit-learn, the first two", "metrics/trust", 1, false},
	{"the same", "metrics/trust", "pyDRMetrics", "metrics/trust/drmetrics", 1, true},
	{"distance correlation of the same", "metrics/correlation", "dcor", "metrics/correlation", 1, false},
	{"rank correlation of their distances", "metrics/spearman", "scipy", "metrics/spearman", 1, true},
	{"ridge classifier of 500 points in R^784 on 500", "metrics/linear500", "scikit-learn", "metrics/linear500", 3, false},
	{"ridge classifier of 2000 points in R^784 on 2000", "metrics/linear2000", "scikit-learn", "metrics/linear2000", 1, false},
	{"ridge classifier of 5000 points in R^784 on 5000", "metrics/linear5000", "scikit-learn", "metrics/linear5000", 1, false},
	{"median distance of 2000 points in R^784", "metrics/median", "scikit-learn and numpy", "metrics/median", 1, false},
	{"Fréchet distance of 1000 points in R^784 from 1000", "metrics/frechet", "scipy, as pytorch-fid", "metrics/frechet", 1, true},
	{"all scores of 1000 samples in R^784 against 1000", "metrics/samples", "prdc, dcor, scikit-learn and scipy, one after the other", "metrics/samples", 1, true},
	{"silhouette of 1000 points in R^784", "metrics/silhouette", "scikit-learn", "metrics/silhouette", 1, false},
	{"10-nearest-neighbor accuracy of the same", "metrics/knn", "scikit-learn", "metrics/knn", 1, false},
	{"RMSE and stress of the distances of the same and of images in R²", "metrics/rmse", "scikit-learn and numpy", "metrics/rmse", 1, false},
	{"accuracy of 5000 triplets of the same", "metrics/triplets", "numpy", "metrics/triplets", 1, false},
	{"all scores of 1000 points in R^784 and their images in R²", "metrics/embedding", "scikit-learn, dcor and numpy, one after the other", "metrics/embedding", 1, true},
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}

// peerProcess is the interpreter that times the peers.
type peerProcess struct {
	cmd     *exec.Cmd
	ask     io.WriteCloser
	answers *bufio.Scanner
}

func startPeers(ctx context.Context, python string) (*peerProcess, error) {
	cmd := exec.CommandContext(ctx, python, "-c", script)
	ask, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	answers, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, cli.Usagef("no Python to ask (%v): name one with -python", err)
	}
	return &peerProcess{cmd, ask, bufio.NewScanner(answers)}, nil
}

// time returns the seconds that the peer took for one repeat.
func (p *peerProcess) time(name string, repeats int) (float64, error) {
	if _, err := fmt.Fprintln(p.ask, name, repeats); err != nil {
		return 0, err
	}
	if !p.answers.Scan() {
		return 0, fmt.Errorf("the Python process ended")
	}
	answer := p.answers.Text()
	if why, ok := strings.CutPrefix(answer, "absent "); ok {
		return 0, fmt.Errorf("%s", why)
	}
	return strconv.ParseFloat(answer, 64)
}

func (p *peerProcess) stop() {
	p.ask.Close()
	_ = p.cmd.Wait() // its exit says nothing that its answers did not
}
