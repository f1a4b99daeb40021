package main

import (
	"encoding/json"
	"io"

	"github.com/topogen/topogen/internal/atomicfile"
	"github.com/topogen/topogen/internal/cli/vectors"
	"github.com/topogen/topogen/internal/npy"
)

// writeVectors writes vectors as JSON, or as an array whose first axis is the degree, to a
// file in NumPy's format, "-" for standard output.
func writeVectors(stdout io.Writer, v *vectors.Vectors, file string) error {
	switch file {
	case "":
		return json.NewEncoder(stdout).Encode(v)
	case "-":
		return npy.Write(stdout, v.Array())
	}
	return atomicfile.Write(file, func(w io.Writer) error { return npy.Write(w, v.Array()) })
}
