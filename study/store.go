package study

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/topogen/topogen/internal/atomicfile"
)

// A Store is the folder of a study:
//
//	plan.json                  the plan
//	units/HASH/unit.json       settings and seed of a unit that is done
//	units/HASH/outcome.json    its metrics and curves
//	units/HASH/cost.json       its time, which differs from machine to machine
//	units/HASH/samples.png     a picture, if the runner drew one
//	units/HASH.lock            held while a process runs the unit
//
// A unit's folder appears whole: a process fills a folder of another name, and renames it.
type Store struct{ dir string }

// Create makes the folder of a study, or opens it if it holds the same plan.
// Another plan is refused. Several processes may create one study at once.
func Create(dir string, p *Plan) (*Store, error) {
	s := &Store{dir}
	switch err := s.holds(p); {
	case err == nil:
		return s, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("study: %w", err)
	}
	for _, e := range entries {
		// Another process may be writing the plan, to a temporary file whose name contains planFile.
		if e.Name() != unitsFolder && !strings.Contains(e.Name(), planFile) {
			return nil, fmt.Errorf("study: folder %s holds something else: choose a new or empty one", dir)
		}
	}
	if err := os.MkdirAll(s.path(unitsFolder), 0o777); err != nil {
		return nil, fmt.Errorf("study: %w", err)
	}
	if err := writeFile(s.path(planFile), encode(p)); err != nil {
		return nil, err
	}
	return s, s.holds(p)
}

// holds returns nil if the folder holds plan p, and otherwise says what it holds.
func (s *Store) holds(p *Plan) error {
	found, err := s.Plan()
	switch {
	case err != nil:
		return err
	case found.Version != p.Version:
		return fmt.Errorf("study: %s: the version of its settings is %d, but here it is %d, and equal settings mean other runs: choose another folder", s.path(planFile), found.Version, p.Version)
	case string(encode(found)) != string(encode(p)):
		return fmt.Errorf("study: %s holds another plan: choose another folder", s.path(planFile))
	}
	return nil
}

// Open opens the folder of a study.
func Open(dir string) (*Store, error) {
	s := &Store{dir}
	if _, err := s.Plan(); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("study: folder %s holds no study (no %s in it)", dir, planFile)
	} else if err != nil {
		return nil, err
	}
	return s, nil
}

const (
	planFile    = "plan.json"
	unitsFolder = "units"
	unitFile    = "unit.json"
	outcomeFile = "outcome.json"
	costFile    = "cost.json"
)

// Path returns the study's folder.
func (s *Store) Path() string { return s.dir }

func (s *Store) path(parts ...string) string {
	return filepath.Join(append([]string{s.dir}, parts...)...)
}

// Plan reads the plan.
func (s *Store) Plan() (*Plan, error) {
	f, err := os.Open(s.path(planFile))
	if err != nil {
		return nil, fmt.Errorf("study: %w", err)
	}
	defer f.Close()
	p, err := Parse(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.path(planFile), err)
	}
	return p, nil
}

// Done reports whether a unit is done: whether its outcome is in the store.
func (s *Store) Done(u Unit) bool {
	_, err := os.Stat(s.path(unitsFolder, u.Hash(), outcomeFile))
	return err == nil
}

// Outcome reads the outcome of a unit. It returns nil and no error if the unit is not done.
func (s *Store) Outcome(u Unit) (*Outcome, error) {
	o := new(Outcome)
	if found, err := s.read(u, outcomeFile, o); err != nil || !found {
		return nil, err
	}
	return o, nil
}

// A Cost is the time that a unit took.
type Cost struct {
	Seconds float64 `json:"seconds"`
}

// Cost reads the cost of a unit, 0 if it is not known.
func (s *Store) Cost(u Unit) (Cost, error) {
	var c Cost
	_, err := s.read(u, costFile, &c)
	return c, err
}

// Samples returns the path of a unit's picture, empty if there is none.
func (s *Store) Samples(u Unit) string {
	path := s.path(unitsFolder, u.Hash(), SamplesFile)
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

func (s *Store) read(u Unit, name string, into any) (found bool, err error) {
	path := s.path(unitsFolder, u.Hash(), name)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		return false, fmt.Errorf("study: unit %s with seed %d: %s: %w; remove its folder to run it again", u.Arm, u.Seed, path, err)
	}
	return true, nil
}

// begin makes an empty folder for a unit to run in, removing what a killed process
// left there. The caller holds the unit's lock.
func (s *Store) begin(u Unit) (dir string, err error) {
	dir = s.path(unitsFolder, u.Hash()+".partial")
	if err := os.RemoveAll(dir); err != nil {
		return "", fmt.Errorf("study: %w", err)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", fmt.Errorf("study: %w", err)
	}
	return dir, nil
}

// finish writes the outcome and the cost of a unit into the folder that begin made, and renames
// the folder to its final name.
func (s *Store) finish(u Unit, dir string, o *Outcome, c Cost) error {
	if o == nil {
		return fmt.Errorf("study: unit %s with seed %d: its runner returned no outcome", u.Arm, u.Seed)
	}
	clean := Outcome{Metrics: make(map[string]float64), Curves: o.Curves}
	for name, v := range o.Metrics {
		if isFinite(v) {
			clean.Metrics[name] = v
		}
	}
	for _, curve := range o.Curves {
		if len(curve.Steps) != len(curve.Values) {
			return fmt.Errorf("study: unit %s with seed %d: curve %s has %d steps and %d values", u.Arm, u.Seed, curve.Name, len(curve.Steps), len(curve.Values))
		}
		for i, v := range curve.Values {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("study: unit %s with seed %d: curve %s is %v at step %d", u.Arm, u.Seed, curve.Name, v, curve.Steps[i])
			}
		}
	}
	for _, f := range []struct {
		name  string
		value any
	}{{unitFile, u}, {costFile, c}, {outcomeFile, clean}} {
		if err := writeFile(filepath.Join(dir, f.name), encode(f.value)); err != nil {
			return err
		}
	}
	if err := os.Rename(dir, s.path(unitsFolder, u.Hash())); err != nil {
		return fmt.Errorf("study: %w", err)
	}
	return nil
}

// encode returns indented JSON with a newline at its end. Maps come in the order
// of their keys, so equal values have equal bytes.
func encode(v any) []byte {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic(fmt.Sprintf("study: encoding %T: %v", v, err))
	}
	return append(data, '\n')
}

func writeFile(path string, data []byte) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}
