package run

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// A Report is a page about a run: sections of text, tables and pictures.
// The page contains its pictures and refers to no other file.
type Report struct {
	Title    string
	Lead     string // one paragraph under the title
	Sections []Section
}

// A Section of a report. All parts but the heading are optional. The report leaves a section
// out that has nothing but a heading.
type Section struct {
	Heading  string
	Text     string
	Table    Table
	Pictures []Picture
}

// A Table has a head and rows of as many cells.
type Table struct {
	Head []string
	Rows [][]string
}

// A Picture is a PNG or GIF file of the output folder.
type Picture struct{ File, Caption string }

//go:embed report.tmpl
var reportText string

var reportTemplate = template.Must(template.New("report").Parse(reportText))

// WriteReport writes the page as report.html.
func (f *Folder) WriteReport(r Report) error {
	type picture struct {
		Picture
		URL template.URL
	}
	type section struct {
		Section
		Pictures []picture
	}
	page := struct {
		Report
		Sections []section
	}{Report: r}
	for _, s := range r.Sections {
		if s.Text == "" && len(s.Table.Head) == 0 && len(s.Pictures) == 0 {
			continue
		}
		filled := section{Section: s}
		for _, p := range s.Pictures {
			data, err := os.ReadFile(f.Path(p.File))
			if err != nil {
				return fmt.Errorf("report: %w", err)
			}
			kind := strings.TrimPrefix(filepath.Ext(p.File), ".")
			url := "data:image/" + kind + ";base64," + base64.StdEncoding.EncodeToString(data)
			filled.Pictures = append(filled.Pictures, picture{p, template.URL(url)})
		}
		page.Sections = append(page.Sections, filled)
	}
	return f.Write("report.html", func(w io.Writer) error { return reportTemplate.Execute(w, page) })
}
