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

// WriteCheckpoint writes what a run needs to go on after a number of steps.
func (f *Folder) WriteCheckpoint(steps int, c *safetensors.File) error {
	if c.Metadata == nil {
		c.Metadata = make(map[string]string)
	}
	c.Metadata["steps"] = strconv.Itoa(steps)
	return safetensors.WriteFile(f.Path(checkpointFile), c)
}

// ReadCheckpoint returns what [Folder.WriteCheckpoint] wrote last, nil if there is
// none. That a run has made more steps than the given most is an error.
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
	case steps > most:
		return 0, nil, fmt.Errorf("the run has made %d steps already, more than the %d asked for", steps, most)
	}
	return steps, c, nil
}
