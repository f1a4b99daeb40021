package run

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"

	"github.com/topogen/topogen/internal/atomicfile"
	"github.com/topogen/topogen/nn/safetensors"
)

// A checkpoint is a safetensors file. Its metadata hold the version of the format, the
// number of steps, the facts that identify the run, and its checksum. A folder keeps the
// last two checkpoints. WriteCheckpoint writes a new one to checkpointNext, renames
// checkpointFile to checkpointBefore, and then checkpointNext to checkpointFile.
const (
	checkpointFile   = "checkpoint.safetensors"
	checkpointBefore = "checkpoint-before.safetensors"
	checkpointNext   = "checkpoint-next.safetensors"

	checkpointFormat = "3"

	formatKey  = "format"
	stepsKey   = "steps"
	factPrefix = "run."
)

// Facts identify a run. They are the names and values of the settings that must not change
// when the run resumes.
type Facts map[string]string

// longFact is a length in bytes. The checksum of a longer value replaces the value.
const longFact = 200

// FactsOf returns the fields of a configuration under their names in JSON, without those
// named in changeable.
func FactsOf(config any, changeable ...string) (Facts, error) {
	text, err := json.Marshal(config)
	if err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, err
	}
	facts := make(Facts)
	for name, value := range fields {
		if slices.Contains(changeable, name) {
			continue
		}
		facts[name] = string(value)
		if len(value) > longFact {
			sum := sha256.Sum256(value)
			facts[name] = "sha256 " + hex.EncodeToString(sum[:])
		}
	}
	return facts, nil
}

// WriteCheckpoint writes the state c of a run with the given facts after a number of steps.
// It adds steps and facts to the metadata of c. A value that is not finite is an error,
// which names the value. Then WriteCheckpoint writes nothing.
func (f *Folder) WriteCheckpoint(steps int, facts Facts, c *safetensors.File) error {
	for _, t := range c.Tensors {
		for i, v := range t.Values {
			if v-v != 0 {
				return fmt.Errorf("after step %d, value %d of %s is %v: the state is not saved; resume from the last checkpoint, perhaps with a lower learning rate", steps, i, t.Name, v)
			}
		}
	}
	if c.Metadata == nil {
		c.Metadata = make(map[string]string)
	}
	c.Metadata[formatKey], c.Metadata[stepsKey] = checkpointFormat, strconv.Itoa(steps)
	for name, value := range facts {
		c.Metadata[factPrefix+name] = value
	}
	c.Seal()
	if err := safetensors.WriteFile(f.Path(checkpointNext), c); err != nil {
		return err
	}
	err := os.Rename(f.Path(checkpointFile), f.Path(checkpointBefore))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("checkpoint: %w", err)
	}
	if err := os.Rename(f.Path(checkpointNext), f.Path(checkpointFile)); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return atomicfile.SyncFolder(f.path)
}

// ReadCheckpoint returns the last checkpoint of [Folder.WriteCheckpoint], nil if there is
// none. If the last one is damaged or missing, it returns the checkpoint before, and a note
// for the user that says so. It is an error if the checkpoint has other facts, or was written
// after more steps than most.
func (f *Folder) ReadCheckpoint(most int, facts Facts) (steps int, c *safetensors.File, note string, err error) {
	c, err = f.readCheckpoint(checkpointFile)
	if c == nil {
		before, beforeErr := f.readCheckpoint(checkpointBefore)
		switch {
		case before == nil && beforeErr != nil && err != nil:
			return 0, nil, "", errors.Join(err, beforeErr)
		case before == nil && err != nil:
			return 0, nil, "", err
		case before == nil && beforeErr != nil:
			return 0, nil, "", beforeErr
		case before == nil:
			return 0, nil, "", nil
		case err == nil:
			err = fmt.Errorf("%s is missing", f.Path(checkpointFile))
		}
		c, note = before, fmt.Sprintf("%v; going on from the checkpoint before, %s", err, checkpointBefore)
	}
	steps, err = strconv.Atoi(c.Metadata[stepsKey])
	switch {
	case err != nil || steps < 0:
		return 0, nil, "", fmt.Errorf("%s: its number of steps is %q", f.Path(checkpointFile), c.Metadata[stepsKey])
	case steps > most:
		return 0, nil, "", fmt.Errorf("the run has made %d steps already, more than the %d asked for", steps, most)
	}
	return steps, c, note, f.compare(c, facts)
}

// readCheckpoint reads the checkpoint of the given file name and checks that it is whole.
// It returns nil and no error if there is no such file.
func (f *Folder) readCheckpoint(name string) (*safetensors.File, error) {
	path := f.Path(name)
	c, err := safetensors.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if got := c.Metadata[formatKey]; got != checkpointFormat {
		return nil, fmt.Errorf("%s: it has the format %q, this program reads %q", path, got, checkpointFormat)
	}
	if !c.Sealed() {
		return nil, fmt.Errorf("%s: it has no checksum: it is damaged", path)
	}
	return c, nil
}

// compare returns an error that names the first fact that differs.
func (f *Folder) compare(c *safetensors.File, facts Facts) error {
	for _, name := range slices.Sorted(maps.Keys(facts)) {
		there, ok := c.Metadata[factPrefix+name]
		if ok && there == facts[name] {
			continue
		}
		if !ok {
			there = "missing"
		}
		return fmt.Errorf("%s: it is of another run: %s is %.80s there, %.80s here", f.Path(checkpointFile), name, there, facts[name])
	}
	return nil
}
