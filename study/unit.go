package study

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// A Part says which data a unit is measured on.
type Part string

// The parts. A unit never trains on the part that it is measured on.
const (
	Validation Part = "validation" // of tuning seeds
	Test       Part = "test"       // of reporting seeds
)

// A Unit is one run: an arm with one seed. Units with equal settings, seed and
// part are the same run, whatever their arms are called.
type Unit struct {
	Arm      string   `json:"-"`
	Settings Settings `json:"settings"`
	Seed     uint64   `json:"seed"`
	Part     Part     `json:"part"`
}

// Hash returns 32 hexadecimal digits that name the unit: those of its settings in
// canonical form, its seed and its part.
func (u Unit) Hash() string {
	// Marshal sorts the keys of settings. Compact removes white space in their values.
	data, err := json.Marshal(u)
	if err != nil {
		panic(fmt.Sprintf("study: unit of %s: %v", u.Arm, err)) // Parse admits valid JSON only
	}
	var canonical bytes.Buffer
	if err := json.Compact(&canonical, data); err != nil {
		panic(fmt.Sprintf("study: unit of %s: %v", u.Arm, err))
	}
	sum := sha256.Sum256(canonical.Bytes())
	return hex.EncodeToString(sum[:16])
}

// A Runner runs units.
type Runner interface {
	// Check returns an error if the settings make no configuration.
	Check(u Unit) error
	// Run trains and measures. It may write files into dir, pictures perhaps, and
	// uses one processor. A cancelled run returns the error of ctx.
	Run(ctx context.Context, u Unit, dir string) (*Outcome, error)
}

// SamplesFile is the name of a picture of samples that a [Runner] may write. The report shows
// one for each arm.
const SamplesFile = "samples.png"

// An Outcome holds the measurements of a unit's run. It must not depend on the machine that ran
// the unit, or on how long that took.
type Outcome struct {
	// Metrics by name; a value that is not finite is missing.
	Metrics map[string]float64 `json:"metrics"`
	// Curves are measurements during the run. Their values are finite.
	Curves []Curve `json:"curves,omitempty"`
}

// A Curve is a series of measurements at steps of training, one for each step.
type Curve struct {
	Name   string    `json:"name"`
	Steps  []int     `json:"steps"`
	Values []float64 `json:"values"`
}

// Units returns the units of all arms, each seed of an arm after another: those of
// the reporting seeds, or of the tuning seeds.
func (p *Plan) Units(part Part) []Unit {
	seeds := p.Seeds.Reporting
	if part == Validation {
		seeds = p.Seeds.Tuning
	}
	var units []Unit
	for _, a := range p.expand() {
		for _, seed := range seeds {
			units = append(units, Unit{Arm: a.Name, Settings: p.merged(a), Seed: seed, Part: part})
		}
	}
	return units
}

// Shard returns the part of units that the machine with the given index, from 0,
// of count machines runs: every count-th. It panics unless 0 ≤ index < count.
func Shard(units []Unit, index, count int) []Unit {
	if index < 0 || index >= count {
		panic(fmt.Sprintf("study: shard %d of %d", index, count))
	}
	var some []Unit
	for i := index; i < len(units); i += count {
		some = append(some, units[i])
	}
	return some
}
