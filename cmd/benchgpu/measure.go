package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/topogen/topogen/internal/roofline"
	"github.com/topogen/topogen/kernels/gpu"
)

// A timer is a driver that times kernels. While it is on, each call of Launch launches the
// kernel repeats times between two waits, and takes the mean time.
type timer struct {
	gpu.Driver
	on      bool
	repeats int
	fill    func() error             // repeats the latest call of Fill
	times   map[string]time.Duration // sum of the mean times, by kernel
	counts  map[string]int64         // number of calls of Launch, by kernel
}

// Fill fills memory, and remembers the call so that Launch can repeat it.
func (t *timer) Fill(s gpu.Stream, dst gpu.Pointer, word uint32, count int) error {
	t.fill = func() error { return t.Driver.Fill(s, dst, word, count) }
	return t.fill()
}

// Launch launches a kernel. While the timer is on, it launches the kernel repeatedly and
// adds the mean time to times. The kernel lunes appends to a list, so repeated launches
// append the same records again. Launch then repeats the latest Fill, which emptied the
// list, and launches lunes once more.
func (t *timer) Launch(s gpu.Stream, k gpu.Kernel, grid, block gpu.Dim, sharedBytes int, args []gpu.Arg) error {
	if !t.on {
		return t.Driver.Launch(s, k, grid, block, sharedBytes, args)
	}
	if err := t.Driver.Sync(s); err != nil {
		return err
	}
	start := time.Now()
	for range t.repeats {
		if err := t.Driver.Launch(s, k, grid, block, sharedBytes, args); err != nil {
			return err
		}
	}
	if err := t.Driver.Sync(s); err != nil {
		return err
	}
	t.times[k.Name()] += time.Since(start) / time.Duration(t.repeats)
	t.counts[k.Name()]++
	if k.Name() != "lunes" {
		return nil // repeated launches of other kernels change at most numbers, as adam does
	}
	if err := t.fill(); err != nil {
		return err
	}
	return t.Driver.Launch(s, k, grid, block, sharedBytes, args)
}

// A row is a line of the table.
type row struct {
	name                string
	launches            int64
	measured, predicted time.Duration // predicted is 0 if unknown
	peer                []string      // times of another implementation in µs: fp32 and TF32, or bf16
	note                string
}

// measure times all workloads and prints the table.
func measure(device string, batch, repeats int, peerFile string) error {
	peers, err := readPeer(peerFile)
	if err != nil {
		return err
	}
	driver, err := open(device)
	if err != nil {
		return err
	}
	p := driver.Properties()
	machine := roofline.Of(p)
	launch, err := launchTime(driver, repeats)
	if err != nil {
		return err
	}
	fmt.Printf("%s, sm_%d%d, %d multiprocessors; model: %.2f TB/s, %.2f T warp instructions a second; a launch takes %.2f µs\n",
		p.Name, p.Major, p.Minor, p.Multiprocessors, machine.Bandwidth/1e12, machine.IssueRate/1e12, micros(launch))
	fmt.Println("| what | launches | measured, µs | predicted, µs | ratio | PyTorch fp32 (bf16), µs | PyTorch TF32, µs | note |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	var failed []error
	for _, w := range workloads(batch) {
		if w.half && p.Major < 8 {
			continue
		}
		rows, err := measureWorkload(device, w, machine, repeats)
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", w.name, err))
			continue
		}
		rows[0].peer = peers[w.name]
		for _, r := range rows {
			r.judge(launch)
			fmt.Println(r)
		}
	}
	return errors.Join(failed...)
}

// measureWorkload returns the row of a workload, and rows for its kernels if it has more
// than two. The row of the workload predicts the sum of the kernels' least times; for a
// workload that is too large to simulate, it predicts the time at the peak rate.
func measureWorkload(device string, w workload, m roofline.Machine, repeats int) ([]row, error) {
	whole := row{name: w.name}
	var kernels []roofline.Kernel
	if w.flops > 0 {
		// A multiply-add instruction of a warp is 64 floating-point operations, a mma 4096.
		seconds := w.flops / 64 / m.IssueRate
		if w.half {
			seconds = w.flops / 4096 / m.ProductRate
		}
		whole.predicted = time.Duration(seconds * float64(time.Second))
	} else {
		var err error
		if kernels, err = roofline.Count(m.Multiprocessors, func(dev *gpu.Device) (func() error, error) {
			run, err := w.prepare(dev)
			if err == nil {
				err = run() // not counted: the first run also computes what later runs reuse
			}
			return run, err
		}, w.options()...); err != nil {
			return nil, err
		}
	}
	driver, err := open(device)
	if err != nil {
		return nil, err
	}
	t := &timer{Driver: driver, repeats: repeats, times: map[string]time.Duration{}, counts: map[string]int64{}}
	err = w.times(t, 2, func(run func() error) error {
		start := time.Now()
		for range repeats {
			if err := run(); err != nil {
				return err
			}
		}
		if err := t.SyncAll(); err != nil {
			return err
		}
		whole.measured = time.Since(start) / time.Duration(repeats)
		t.on = true
		err := run()
		t.on = false
		return err
	})
	if err != nil {
		return nil, err
	}
	rows := []row{whole}
	m.Sort(kernels)
	for _, k := range kernels {
		rows[0].predicted += m.Least(k)
		rows[0].launches += k.Launches
		r := row{name: "· " + k.Name, launches: t.counts[k.Name], measured: t.times[k.Name], predicted: m.Least(k)}
		if r.launches != k.Launches {
			r.note = fmt.Sprintf("%d launches predicted; ", k.Launches)
		}
		rows = append(rows, r)
	}
	if len(rows) <= 3 {
		rows = rows[:1] // a product is one kernel, or two with combine: the first row is enough
	}
	return rows, nil
}

// judge sets the note of a row whose measured time differs from the prediction by more than
// a factor of two. launch is the time of an empty launch.
func (r *row) judge(launch time.Duration) {
	switch ratio := float64(r.measured) / float64(r.predicted); {
	case r.predicted == 0:
	case ratio > 2 && r.measured < time.Duration(2*float64(launch)*float64(max(1, r.launches))):
		r.note += "launch-bound"
	case ratio > 2:
		r.note += fmt.Sprintf("SLOWER than predicted by %.1f", ratio)
	case ratio < 0.5:
		r.note += fmt.Sprintf("FASTER than predicted by %.1f: the model is wrong", 1/ratio)
	}
}

// String formats the row as a line of a table.
func (r row) String() string {
	ratio := ""
	if r.predicted > 0 {
		ratio = fmt.Sprintf("%.2f", float64(r.measured)/float64(r.predicted))
	}
	peer := append(slices.Clone(r.peer), "", "")
	return fmt.Sprintf("| %s | %d | %.1f | %.2f | %s | %s | %s | %s |", r.name, r.launches, micros(r.measured), micros(r.predicted), ratio, peer[0], peer[1], r.note)
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// launchTime returns the mean time of a launch whose kernel processes one element.
func launchTime(driver gpu.Driver, repeats int) (time.Duration, error) {
	w := workload{prepare: func(dev *gpu.Device) (func() error, error) {
		b := dev.Alloc(1)
		dev.Fill(b, 1)
		return func() error { dev.Affine(b, b, 1, 0, 0); return nil }, nil
	}}
	var mean time.Duration
	err := w.times(driver, 2, func(run func() error) error {
		n := max(1, 20*repeats)
		start := time.Now()
		for range n {
			if err := run(); err != nil {
				return err
			}
		}
		err := driver.SyncAll()
		mean = time.Since(start) / time.Duration(n)
		return err
	})
	return mean, err
}

// readPeer reads a CSV file with the times of another implementation in µs, and returns them
// by workload. A line holds the name of a workload and its times. Without a file name it
// returns no times.
func readPeer(name string) (map[string][]string, error) {
	peers := map[string][]string{}
	if name == "" {
		return peers, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	lines, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for i, line := range lines {
		for _, text := range line[1:] {
			if _, err := strconv.ParseFloat(strings.TrimSpace(text), 64); err != nil {
				return nil, fmt.Errorf("%s: line %d: %q is not a time", name, i+1, text)
			}
		}
		peers[line[0]] = line[1:]
	}
	return peers, nil
}
