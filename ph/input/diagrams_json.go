package input

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/topogen/topogen/ph"
)

// startsJSON reports whether a text begins with [ or {, apart from white space.
func startsJSON(in *bufio.Reader) bool {
	begin, _ := in.Peek(512)
	begin = bytes.TrimSpace(bytes.TrimPrefix(begin, []byte(byteOrderMark)))
	return len(begin) > 0 && (begin[0] == '[' || begin[0] == '{')
}

// readDiagramsJSON reads a list of diagrams, or an object that has such a list under the key
// "diagrams".
func readDiagramsJSON(r io.Reader) ([]ph.Diagram, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte(byteOrderMark))))
	var document json.RawMessage
	if err := decoder.Decode(&document); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errors.New("there are bytes after the diagrams")
	}
	if document[0] == '{' {
		if document, err = listOf(document); err != nil {
			return nil, err
		}
	}
	var list []ph.Diagram
	if err := json.Unmarshal(document, &list); err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, errors.New("no diagrams")
	}
	return byDegree(list)
}

// listOf returns the value of the key "diagrams" of an object.
func listOf(object json.RawMessage) (list json.RawMessage, err error) {
	decoder := json.NewDecoder(bytes.NewReader(object))
	if _, err := decoder.Token(); err != nil {
		return nil, err
	}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, err
		}
		if !strings.EqualFold(fmt.Sprint(key), "diagrams") {
			continue
		}
		if list != nil {
			return nil, fmt.Errorf("the object has the key %q twice", key)
		}
		list = value
	}
	if list == nil {
		return nil, errors.New(`the object has no "diagrams"`)
	}
	return list, nil
}

// byDegree returns diagrams in the order of their degrees. It adds an empty diagram for each
// degree that is missing.
func byDegree(list []ph.Diagram) ([]ph.Diagram, error) {
	var diagrams []ph.Diagram
	named := make(map[int]bool)
	for _, d := range list {
		switch {
		case d.Degree > maxDegree:
			return nil, fmt.Errorf("a diagram of degree %d: want at most %d", d.Degree, maxDegree)
		case named[d.Degree]:
			return nil, fmt.Errorf("two diagrams of degree %d", d.Degree)
		}
		named[d.Degree] = true
		for len(diagrams) <= d.Degree {
			diagrams = append(diagrams, ph.Diagram{Degree: len(diagrams)})
		}
		diagrams[d.Degree] = d
	}
	return diagrams, nil
}
