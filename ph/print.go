package ph

import (
	"fmt"
	"strconv"
)

// String returns an edge as "4-3", a vertex or a pixel as "5", and no cell as "none".
func (e Cell) String() string {
	switch {
	case e == noCell:
		return "none"
	case e.U == e.V:
		return strconv.Itoa(int(e.U))
	}
	return fmt.Sprintf("%d-%d", e.U, e.V)
}

// Format prints the bar as the interval in which its class is alive, [0.3, 0.5) or
// [0.4, ∞). Width and precision apply to each number, as in %.3v or %8.3f. The verb %+v
// adds the pairing.
func (b Bar) Format(s fmt.State, verb rune) {
	number, ok := numberFormat(s, verb)
	if !ok {
		fmt.Fprintf(s, "%%!%c(ph.Bar=%v)", verb, b)
		return
	}
	if s.Flag('#') {
		fmt.Fprintf(s, "ph.Bar{Birth:%#v, Death:%#v, BirthCell:%#v, DeathCell:%#v}", b.Birth, b.Death, b.BirthCell, b.DeathCell)
		return
	}
	if b.Essential() {
		fmt.Fprintf(s, "["+number+", ∞)", b.Birth)
	} else {
		fmt.Fprintf(s, "["+number+", "+number+")", b.Birth, b.Death)
	}
	if !s.Flag('+') {
		return
	}
	fmt.Fprintf(s, " from %v", b.BirthCell)
	if !b.Essential() {
		fmt.Fprintf(s, " to %v", b.DeathCell)
	}
}

// Format prints the diagram on one line. With %+v it prints each bar on a line of its own,
// with its pairing. Numbers are formatted as in [Bar.Format].
func (d Diagram) Format(s fmt.State, verb rune) {
	if _, ok := numberFormat(s, verb); !ok {
		fmt.Fprintf(s, "%%!%c(ph.Diagram=%v)", verb, d)
		return
	}
	if s.Flag('#') {
		fmt.Fprintf(s, "ph.Diagram{Degree:%d, Bars:%#v}", d.Degree, d.Bars)
		return
	}
	fmt.Fprintf(s, "degree %d:", d.Degree)
	if len(d.Bars) == 0 {
		fmt.Fprint(s, " no bars")
	}
	between := " "
	if s.Flag('+') {
		between = "\n  "
	}
	for _, b := range d.Bars {
		fmt.Fprint(s, between)
		b.Format(s, verb)
	}
}

// numberFormat returns the format of a number, with the width and the precision of s. It
// reports false if the verb does not format numbers.
func numberFormat(s fmt.State, verb rune) (format string, ok bool) {
	switch verb {
	case 'v', 's':
		verb = 'g'
	case 'e', 'E', 'f', 'F', 'g', 'G':
	default:
		return "", false
	}
	format = "%"
	if width, ok := s.Width(); ok {
		format += strconv.Itoa(width)
	}
	if precision, ok := s.Precision(); ok {
		format += "." + strconv.Itoa(precision)
	}
	return format + string(verb), true
}
