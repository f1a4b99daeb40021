// Command house draws the packages of this module and their imports as SVG, on
// standard output. A package stands above all that it imports, so that every arrow
// points down. Arrows that a longer path implies are left out.
//
//	go run ./docs/house > docs/house.svg
package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "house:", err)
		os.Exit(1)
	}
}

func run(w io.Writer) error {
	list := exec.Command("go", "list", "-f", `{{.Module.Path}} {{.ImportPath}} {{join .Imports " "}}`, "./...")
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		return fmt.Errorf("go list: %w", err)
	}
	rooms := make(map[string]*room)
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		module, pkg := fields[0]+"/", fields[1]
		if !strings.HasPrefix(pkg, module) {
			continue
		}
		from := named(rooms, roomOf(strings.TrimPrefix(pkg, module)))
		for _, imported := range fields[2:] {
			if !strings.HasPrefix(imported, module) {
				continue
			}
			to := named(rooms, roomOf(strings.TrimPrefix(imported, module)))
			if to != from && !slices.Contains(from.uses, to) {
				from.uses = append(from.uses, to)
			}
		}
	}
	for name, r := range rooms {
		if hidden(name) {
			delete(rooms, name)
			for _, other := range rooms {
				other.uses = slices.DeleteFunc(other.uses, func(u *room) bool { return u == r })
			}
		}
	}
	_, err = io.WriteString(w, draw(rooms))
	return err
}

// hidden reports whether a package is left out: what serves tests, programs or
// files alone says nothing about how the module is built.
func hidden(name string) bool {
	return strings.HasPrefix(name, "internal/") || strings.HasPrefix(name, "docs") || strings.HasPrefix(name, "examples") ||
		strings.HasSuffix(name, "test") || strings.HasPrefix(name, "kernels/cuda/") || name == "kernels/ptxsim/syntax"
}

// A room is a package with the internal packages that only it uses.
type room struct {
	name string
	uses []*room
	row  int // what depth returned, 0 before; the lowest row is 1
	x, y int
}

func named(rooms map[string]*room, name string) *room {
	if rooms[name] == nil {
		rooms[name] = &room{name: name}
	}
	return rooms[name]
}

// roomOf returns the package whose room an internal package is part of.
func roomOf(pkg string) string {
	if owner, _, internal := strings.Cut(pkg, "/internal/"); internal {
		return owner
	}
	return pkg
}

// depth returns the number of rooms on the longest chain of imports that starts at r.
func (r *room) depth() int {
	if r.row == 0 {
		for _, u := range r.uses {
			r.row = max(r.row, u.depth())
		}
		r.row++
	}
	return r.row
}

// reaches reports whether a chain of imports leads from r to the other room.
func (r *room) reaches(other *room) bool {
	return r == other || slices.ContainsFunc(r.uses, func(u *room) bool { return u.reaches(other) })
}

// middle returns the mean place of the packages that r uses, so that rows sorted by
// it cross few arrows.
func (r *room) middle() int {
	if len(r.uses) == 0 {
		return 0
	}
	sum := 0
	for _, u := range r.uses {
		sum += u.x
	}
	return sum / len(r.uses)
}

const boxWidth, boxHeight, gapX, gapY, margin = 124, 26, 14, 58, 20

func draw(rooms map[string]*room) string {
	rows := make(map[int][]*room)
	highest, widest := 0, 0
	for _, r := range rooms {
		rows[r.depth()] = append(rows[r.depth()], r)
		highest = max(highest, r.row)
	}
	for _, row := range rows {
		slices.SortFunc(row, func(a, b *room) int { return strings.Compare(a.name, b.name) })
		widest = max(widest, len(row))
	}
	width := 2*margin + widest*(boxWidth+gapX) - gapX
	height := 2*margin + highest*(boxHeight+gapY) - gapY
	for k := 1; k <= highest; k++ { // from below
		row := rows[k]
		slices.SortStableFunc(row, func(a, b *room) int { return a.middle() - b.middle() })
		left := (width - len(row)*(boxWidth+gapX) + gapX) / 2
		for i, r := range row {
			r.x, r.y = left+i*(boxWidth+gapX), margin+(highest-k)*(boxHeight+gapY)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">
<rect width="100%%" height="100%%" fill="#fff"/>
<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="6" markerHeight="6" orient="auto"><path d="M0 0L8 4L0 8z" fill="#8a8a8a"/></marker></defs>
`, width, height)
	names := make([]string, 0, len(rooms))
	for name := range rooms {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		r := rooms[name]
		uses := slices.Clone(r.uses)
		slices.SortFunc(uses, func(a, b *room) int { return strings.Compare(a.name, b.name) })
		for _, u := range uses {
			implied := slices.ContainsFunc(uses, func(v *room) bool { return v != u && v.reaches(u) })
			if !implied {
				fmt.Fprintf(&b, `<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="#8a8a8a" marker-end="url(#head)"/>`+"\n",
					r.x+boxWidth/2, r.y+boxHeight, u.x+boxWidth/2, u.y)
			}
		}
	}
	for _, name := range names {
		r := rooms[name]
		fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" rx="4" fill="%s" stroke="#444"/><text x="%d" y="%d" text-anchor="middle">%s</text>`+"\n",
			r.x, r.y, boxWidth, boxHeight, color(name), r.x+boxWidth/2, r.y+17, name)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// color tells the areas of the module apart.
func color(name string) string {
	area, _, _ := strings.Cut(name, "/")
	switch area {
	case "cmd", "examples":
		return "#f4f4f4"
	case "ph":
		return "#d5ecf8"
	case "kernels", "device":
		return "#fbe3c8"
	case "topoloss":
		return "#f3dbe8"
	case "internal":
		return "#e8e8e8"
	}
	return "#d8f0e6"
}
