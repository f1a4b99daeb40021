package input

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/topogen/topogen/ph"
)

// readDiagramsDIPHA reads a persistence diagram in DIPHA's format: three integers, the magic
// number, the type 2 and the number of bars, then for each bar its degree, an integer, its
// birth and its death. The degree k of an essential class is written as −k−1. All numbers
// have 64 bits, the lowest byte first.
func readDiagramsDIPHA(in io.Reader) ([]ph.Diagram, error) {
	var header [3]int64
	if err := binary.Read(in, binary.LittleEndian, &header); err != nil {
		return nil, noMore(err, "the header of a DIPHA file is 24 bytes long")
	}
	switch {
	case header[1] != diphaDiagram:
		return nil, otherDIPHA(header[1], diphaDiagram)
	case header[2] < 0:
		return nil, fmt.Errorf("a DIPHA file of %d bars", header[2])
	}
	diagrams := []ph.Diagram{{}}
	var entry [24]byte
	for i := range header[2] {
		if _, err := io.ReadFull(in, entry[:]); err != nil {
			return nil, noMore(err, "it ends in bar %d of %d", i, header[2])
		}
		degree := int64(binary.LittleEndian.Uint64(entry[:]))
		birth := math.Float64frombits(binary.LittleEndian.Uint64(entry[8:]))
		death := math.Float64frombits(binary.LittleEndian.Uint64(entry[16:]))
		if degree < 0 {
			degree, death = -degree-1, math.Inf(1)
		}
		switch {
		case degree > maxDegree:
			return nil, fmt.Errorf("bar %d has the degree %d: want at most %d", i, degree, maxDegree)
		case birth-birth != 0 || math.IsNaN(death) || death < birth:
			return nil, fmt.Errorf("bar %d is born at %v and dies at %v: want a finite birth and a death that is no less", i, birth, death)
		}
		for len(diagrams) <= int(degree) {
			diagrams = append(diagrams, ph.Diagram{Degree: len(diagrams)})
		}
		none := ph.Cell{U: -1, V: -1}
		diagrams[degree].Bars = append(diagrams[degree].Bars, ph.Bar{Birth: birth, Death: death, BirthCell: none, DeathCell: none})
	}
	if n, err := in.Read(entry[:1]); n > 0 || err != io.EOF {
		return nil, fmt.Errorf("there is more after the %d bars", header[2])
	}
	for _, d := range diagrams {
		slices.SortStableFunc(d.Bars, func(a, b ph.Bar) int { return cmp.Compare(a.Death, b.Death) })
	}
	return diagrams, nil
}

// WriteDIPHA writes persistence diagrams as one file in DIPHA's format, which [ReadDiagrams]
// reads. An essential bar has its birth in the place of the death, too.
func WriteDIPHA(w io.Writer, diagrams []ph.Diagram) error {
	count := 0
	for _, d := range diagrams {
		count += len(d.Bars)
	}
	out := binary.LittleEndian.AppendUint64(nil, diphaMagic)
	out = binary.LittleEndian.AppendUint64(out, diphaDiagram)
	out = binary.LittleEndian.AppendUint64(out, uint64(count))
	for _, d := range diagrams {
		for _, b := range d.Bars {
			degree, death := int64(d.Degree), b.Death
			if b.Essential() {
				degree, death = -degree-1, b.Birth
			}
			out = binary.LittleEndian.AppendUint64(out, uint64(degree))
			out = binary.LittleEndian.AppendUint64(out, math.Float64bits(b.Birth))
			out = binary.LittleEndian.AppendUint64(out, math.Float64bits(death))
		}
	}
	_, err := w.Write(out)
	return err
}
