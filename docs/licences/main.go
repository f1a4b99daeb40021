// Command licences lists the modules that the programs of this repository link, with
// the licences found in them, as a Markdown page on standard output.
//
//	go run ./docs/licences > docs/licences.md
//
// A test keeps the page current. The program recognizes a licence by sentences
// that only this licence has. A file that it does not recognize is an error, so that a
// person reads the file.
package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

// A module is a dependency as the go command names it.
type module struct {
	Path, Version, Dir string
}

func run(w io.Writer) error {
	modules, err := linked()
	if err != nil {
		return err
	}
	fmt.Fprint(w, `# Licences

What the programs link, and under which licences. This page is written by
`+"`go run ./docs/licences`"+`; a test keeps it current. Tests link testify (MIT) besides.

| module | version | licence |
|---|---|---|
`)
	for _, m := range modules {
		names, err := licences(m)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "| %s | %s | %s |\n", m.Path, m.Version, strings.Join(names, "; "))
	}
	return nil
}

// linked returns the modules that the programs' packages come from, with every build
// tag that adds some.
func linked() ([]module, error) {
	seen := make(map[string]module)
	for _, tags := range []string{"", "cuda"} {
		cmd := exec.Command("go", "list", "-deps", "-e", "-tags", tags, "-f", `{{with .Module}}{{.Path}}	{{.Version}}	{{.Dir}}	{{.Main}}{{"\n"}}{{end}}`, "./cmd/...")
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		for line := range strings.Lines(string(out)) {
			f := strings.Split(strings.TrimSpace(line), "\t")
			if len(f) == 4 && f[3] != "true" {
				seen[f[0]] = module{Path: f[0], Version: f[1], Dir: f[2]}
			}
		}
	}
	var modules []module
	for _, m := range seen {
		modules = append(modules, m)
	}
	slices.SortFunc(modules, func(a, b module) int { return strings.Compare(a.Path, b.Path) })
	return modules, nil
}

// known tells licences by a sentence of their texts. A licence stands above those whose
// sentence its text contains, too.
var known = []struct{ name, sentence string }{
	{"Apache-2.0", "Apache License Version 2.0"},
	{"OFL-1.1", "SIL OPEN FONT LICENSE"},
	{"CC-BY-4.0", "Creative Commons Attribution 4.0 International Public License"},
	{"CC-BY-3.0", "Creative Commons Attribution 3.0"},
	{"FTL (or GPL-2.0)", "Use of the Freetype-Go software is subject to your choice"},
	{"Unlicense", "free and unencumbered software released into the public domain"},
	{"BSD-3-Clause", "endorse or promote products derived from"},
	{"BSD-2-Clause", "Redistributions in binary form must reproduce"},
	{"MIT", "Permission is hereby granted, free of charge, to any person obtaining a copy"},
}

// without holds, for each module that has no licence file, what the page says of it.
var without = map[string]string{
	"github.com/barnex/cuda5": "none stated (linked with the tag cuda alone)",
}

// licences returns the names of the licences in a module's folder.
func licences(m module) ([]string, error) {
	if name, ok := without[m.Path]; ok {
		return []string{name}, nil
	}
	if m.Dir == "" {
		return nil, fmt.Errorf("module %s is not downloaded: run go mod download", m.Path)
	}
	entries, err := os.ReadDir(m.Dir)
	if err != nil {
		return nil, err
	}
	var names []string
	files := 0
	for _, e := range entries {
		upper := strings.ToUpper(e.Name())
		if e.IsDir() || !strings.HasPrefix(upper, "LICEN") && !strings.HasPrefix(upper, "COPYING") && !strings.HasPrefix(upper, "UNLICENSE") {
			continue
		}
		data, err := os.ReadFile(filepath.Join(m.Dir, e.Name()))
		if err != nil {
			return nil, err
		}
		if len(data) < 200 && strings.Contains(string(data), "://") {
			continue // the address of a licence that another file holds
		}
		text := strings.ToLower(strings.Join(strings.Fields(string(data)), " "))
		files++
		found := ""
		for _, k := range known {
			if strings.Contains(text, strings.ToLower(k.sentence)) {
				found = k.name
				break
			}
		}
		if found == "" {
			return nil, fmt.Errorf("module %s: %s is a licence that this program does not know: read it and add it", m.Path, e.Name())
		}
		if !slices.Contains(names, found) {
			names = append(names, found)
		}
	}
	if files == 0 {
		return nil, fmt.Errorf("module %s has no licence file: read its terms and add them", m.Path)
	}
	return names, nil
}
