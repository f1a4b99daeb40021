// Package jsonkeys finds keys that a JSON object has twice, which encoding/json accepts: the
// last value wins, in silence.
package jsonkeys

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Repeated returns the first key that an object in a document has twice, at any depth. As
// encoding/json matches names of fields, it ignores the case of letters. It reads a
// document that is not JSON up to the first error.
func Repeated(document []byte) (key string, ok bool) {
	d := json.NewDecoder(bytes.NewReader(document))
	type object struct {
		keys  map[string]bool // nil for an array
		value bool            // the next token is a value, not a key
	}
	var open []object
	for {
		token, err := d.Token()
		if err != nil {
			return "", false
		}
		delim, isDelim := token.(json.Delim)
		if k := len(open) - 1; k >= 0 && open[k].keys != nil && delim != '}' {
			o := &open[k]
			if !o.value {
				key := token.(string)
				if o.keys[strings.ToLower(key)] {
					return key, true
				}
				o.keys[strings.ToLower(key)] = true
			}
			o.value = !o.value
		}
		switch {
		case isDelim && delim == '{':
			open = append(open, object{keys: make(map[string]bool)})
		case isDelim && delim == '[':
			open = append(open, object{})
		case isDelim:
			open = open[:len(open)-1]
		}
	}
}
