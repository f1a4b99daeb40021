// Package docs_test holds the documentation to what the code says.
package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = ".."

// pages returns the Markdown files of the repository.
func pages(t *testing.T) []string {
	var pages []string
	walk(t, ".md", func(path string) { pages = append(pages, path) })
	require.Contains(t, pages, filepath.Join(root, "README.md"))
	return pages
}

// walk calls f for the files of the repository with the given ending.
func walk(t *testing.T, ending string, f func(path string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		name := d.Name()
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(name, ".") && name != ".github" || name == "testdata" || name == "runs" || name == "out"):
			return filepath.SkipDir
		case !d.IsDir() && strings.HasSuffix(name, ending):
			f(path)
		}
		return nil
	})
	require.NoError(t, err)
}

// blocks returns the fenced blocks of a page in one language.
func blocks(page, language string) []string {
	var found []string
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(page, -1) {
		found = append(found, m[1])
	}
	return found
}

// lines returns the lines that are not blank, without indentation.
func lines(text string) string {
	var b strings.Builder
	b.WriteByte('\n')
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			b.WriteString(line)
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// Every block of Go in the documentation stands in a file that is compiled and
// tested: an example, mostly.
func TestGoBlocksAreCompiled(t *testing.T) {
	var sources []string
	walk(t, ".go", func(path string) {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		sources = append(sources, lines(string(data)))
	})
	count := 0
	for _, page := range pages(t) {
		data, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, block := range blocks(string(data), "go") {
			count++
			want := lines(block)
			if !slices.ContainsFunc(sources, func(source string) bool { return strings.Contains(source, want) }) {
				t.Errorf("%s: no Go file has these lines:\n%s", page, block)
			}
		}
	}
	require.Positive(t, count)
}

// Every link to a file of the repository leads somewhere.
func TestLinksLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#\s]+)(#[^)]*)?\)`)
	for _, page := range pages(t) {
		data, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, m := range link.FindAllStringSubmatch(string(data), -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			_, err := os.Stat(filepath.Join(filepath.Dir(page), m[1]))
			require.NoError(t, err, "%s links to %s", page, m[1])
		}
	}
}

// Every exported identifier of a package that users can import has a doc comment,
// and the comment of a function, method or type starts with its name.
func TestExportedNamesAreDocumented(t *testing.T) {
	counts := make(map[string]int)
	walk(t, ".go", func(path string) {
		if strings.HasSuffix(path, "_test.go") || strings.Contains(path, "internal") || strings.Contains(path, "/_") || strings.Contains(path, "/cmd/") {
			return
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.SkipObjectResolution)
		require.NoError(t, err)
		if file.Name.Name == "main" {
			return
		}
		dir := filepath.Dir(path)
		check := func(name string, docs ...*ast.CommentGroup) {
			counts[dir]++
			if !slices.ContainsFunc(docs, func(d *ast.CommentGroup) bool { return d != nil && strings.TrimSpace(d.Text()) != "" }) {
				t.Errorf("%s: %s has no doc comment", path, name)
			}
		}
		for _, decl := range file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if !d.Name.IsExported() || d.Recv != nil && !exportedReceiver(d.Recv) || isConventional(d) {
					continue
				}
				check(d.Name.Name, d.Doc)
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch s := spec.(type) {
					case *ast.TypeSpec:
						if s.Name.IsExported() {
							check(s.Name.Name, d.Doc, s.Doc)
						}
					case *ast.ValueSpec:
						for _, name := range s.Names {
							if name.IsExported() {
								check(name.Name, d.Doc, s.Doc, s.Comment)
							}
						}
					}
				}
			}
		}
	})
	for _, dir := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%4d exported names in %s", counts[dir], strings.TrimPrefix(dir, root+"/"))
	}
}

func exportedReceiver(list *ast.FieldList) bool {
	t := list.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if index, ok := t.(*ast.IndexExpr); ok {
		t = index.X
	}
	name, ok := t.(*ast.Ident)
	return ok && name.IsExported()
}

// isConventional reports whether a method means what its name means everywhere.
func isConventional(d *ast.FuncDecl) bool {
	switch d.Name.Name {
	case "String", "Error", "Unwrap", "Len", "Less", "Swap":
		return d.Recv != nil
	}
	return false
}

// Pages that commands write are what the commands write now.
func TestWrittenPagesAreCurrent(t *testing.T) {
	for page, command := range map[string]string{"licences.md": "./docs/licences", "house.svg": "./docs/house"} {
		cmd := exec.Command("go", "run", command)
		cmd.Dir = root
		var stderr strings.Builder
		cmd.Stderr = &stderr
		want, err := cmd.Output()
		require.NoError(t, err, stderr.String())
		got, err := os.ReadFile(page)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), "docs/%s is not what go run %s writes", page, command)
	}
}
