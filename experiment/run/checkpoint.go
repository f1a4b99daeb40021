package run

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"

	"github.com/topogen/topogen/nn/safetensors"
)

// checkpointFile holds tensors, and the number of steps among its metadata.
const checkpointFile = "checkpoint.safetensors"

// WriteCheckpoint writes what a run needs to go on after a number of steps, with a
// checksum.
func (f *Folder) WriteCheckpoint(steps int, c *safetensors.File) error {
	if c.Metadata == nil {
		c.Metadata = make(map[string]string)
	}
	c.Metadata["steps"] = strconv.Itoa(steps)
	c.Seal()
	return safetensors.WriteFile(f.Path(checkpointFile), c)
}

// ReadCheckpoint returns what [Folder.WriteCheckpoint] wrote last, nil if there is
// none. A checkpoint that is damaged is an error, and so is one after more steps
// than the given most.
func (f *Folder) ReadCheckpoint(most int) (steps int, c *safetensors.File, err error) {
	path := f.Path(checkpointFile)
	c, err = safetensors.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil, nil
	}
	if err != nil {
		return 0, nil, err
	}
	steps, err = strconv.Atoi(c.Metadata["steps"])
	switch {
	case err != nil || steps < 0:
		return 0, nil, fmt.Errorf("%s: its number of steps is %q", path, c.Metadata["steps"])
	case !c.Sealed():
		return 0, nil, fmt.Errorf("%s has no checksum: it is damaged, or of an earlier version of this program", path)
	case steps > most:
		return 0, nil, fmt.Errorf("the run has made %d steps already, more than the %d asked for", steps, most)
	}
	return steps, c, nil
}
