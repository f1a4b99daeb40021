package docs_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// allowed names, for each area of the module, the areas that it may import besides
// itself and internal. Areas that are not here may import any.
var allowed = map[string][]string{
	"kernels":  {},
	"ph":       {},
	"stats":    {},
	"data":     {"ph"},
	"device":   {"kernels"},
	"autograd": {"kernels"},
	"nn":       {"autograd", "kernels"},
	"topoloss": {"autograd", "kernels", "ph"},
	"models":   {"autograd", "kernels", "nn", "data"},
	"metrics":  {"autograd", "kernels", "ph", "topoloss"},
	"viz":      {"ph", "data"},
	"study":    {"stats", "viz"},
}

// Imports point down: no package of a lower area knows one of a higher.
func TestImportsPointDown(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.Module.Path}} {{.ImportPath}} {{len .CgoFiles}} {{.Name}} {{join .Imports " "}}`, "../...").Output()
	require.NoError(t, err)
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		module := fields[0] + "/"
		pkg := strings.TrimPrefix(fields[1], module)
		if fields[2] != "0" {
			require.True(t, strings.HasPrefix(pkg, "kernels/cuda"), "%s uses cgo, only kernels/cuda may", pkg)
		}
		area, _, _ := strings.Cut(pkg, "/")
		if strings.HasSuffix(pkg, "test") {
			continue // suites that hold several layers to their contracts
		}
		program := fields[3] == "main" || strings.HasPrefix(pkg, "internal/cli")
		for _, imported := range fields[4:] {
			if imported == "flag" && !program {
				// The terms of a list are a flag.Value; that interface needs no import.
				t.Errorf("%s imports flag: the library knows no flags", pkg)
			}
			to, ours := strings.CutPrefix(imported, module)
			if !ours {
				continue
			}
			below, _, _ := strings.Cut(to, "/")
			areas, limited := allowed[area]
			if !limited || below == area || below == "internal" {
				continue
			}
			require.Contains(t, areas, below, "%s imports %s", pkg, to)
		}
	}
}
