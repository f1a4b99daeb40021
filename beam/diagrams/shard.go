package diagrams

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"runtime"
	"slices"
	"sync"

	"github.com/topogen/topogen/internal/npy"
	"github.com/topogen/topogen/ph"
)

// A shard computes and writes the clouds whose names are assigned to it.
type shard struct {
	Options
	engines sync.Pool // of *ph.Engine
}

func (s *shard) ProcessElement(ctx context.Context, index int, names func(*string) bool) (Summary, error) {
	var list []string
	for name := ""; names(&name); {
		list = append(list, name)
	}
	slices.Sort(list)
	part := join(s.Output, partName(index, s.Shards))
	if sum, whole := s.done(ctx, part, list); whole {
		return sum, nil
	}
	var sum Summary
	var lines bytes.Buffer
	var rows npy.Array
	for r := range s.compute(ctx, list) {
		if r.vectors != nil {
			a, row := r.vectors.Array(), sum.Clouds-sum.Errors
			rows.Shape = append([]int{row + 1}, a.Shape...)
			rows.Values = append(rows.Values, a.Values...)
			r.Row = &row
		}
		line, err := json.Marshal(r)
		if err != nil {
			return sum, err
		}
		lines.Write(append(line, '\n'))
		sum.Clouds++
		if r.Error != "" {
			sum.Errors++
		}
	}
	if err := ctx.Err(); err != nil {
		return sum, err
	}
	if s.Vectors.Kind != "" {
		if rows.Shape == nil {
			rows.Shape = []int{0} // all clouds are errors
		}
		var data bytes.Buffer
		if err := npy.Write(&data, &rows); err != nil {
			return sum, err
		}
		if err := writeFile(ctx, part+".npy", data.Bytes()); err != nil {
			return sum, err
		}
	}
	// Write the records last: done takes them as the sign that the shard is whole.
	return sum, writeFile(ctx, part+".jsonl", lines.Bytes())
}

// compute yields the records of clouds in the order of names. Workers compute several at
// once, and no more than twice as many records wait to be yielded.
func (s *shard) compute(ctx context.Context, names []string) func(yield func(*record) bool) {
	workers := s.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return func(yield func(*record) bool) {
		ctx, cancel := context.WithCancel(ctx)
		var wg sync.WaitGroup
		defer wg.Wait()
		defer cancel()
		queue := make(chan chan *record, 2*workers)
		slots := make(chan struct{}, workers)
		wg.Go(func() {
			defer close(queue)
			for _, name := range names {
				slot := make(chan *record, 1)
				select {
				case <-ctx.Done():
					return
				case slots <- struct{}{}:
				}
				wg.Go(func() {
					slot <- s.record(ctx, name)
					<-slots
				})
				select {
				case <-ctx.Done():
					return
				case queue <- slot:
				}
			}
		})
		for slot := range queue {
			if !yield(<-slot) {
				return
			}
		}
	}
}

// engine returns an engine that no other goroutine has until release is called.
func (s *shard) engine() (e *ph.Engine, release func()) {
	e, ok := s.engines.Get().(*ph.Engine)
	if !ok {
		e = new(ph.Engine)
	}
	return e, func() { s.engines.Put(e) }
}

// done reports whether a file holds records of exactly the clouds of a list, and counts
// them.
func (s *shard) done(ctx context.Context, part string, names []string) (sum Summary, whole bool) {
	data, err := readFile(ctx, part+".jsonl")
	if err != nil {
		return sum, false
	}
	records := json.NewDecoder(bytes.NewReader(data))
	for {
		var r struct{ Cloud, Error string }
		switch err := records.Decode(&r); {
		case err == io.EOF:
			return sum, sum.Clouds == len(names)
		case err != nil || sum.Clouds == len(names) || r.Cloud != names[sum.Clouds]:
			return sum, false
		}
		sum.Clouds++
		if r.Error != "" {
			sum.Errors++
		}
	}
}
