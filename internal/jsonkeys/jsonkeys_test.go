package jsonkeys

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRepeated(t *testing.T) {
	for document, want := range map[string]string{
		`{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}`: "",
		`{"a":1,"b":2,"A":3}`:                       "A",
		`{"a":{"x":[1,{"y":1,"y":{}}]}}`:            "y",
		`[{"k":"k"},{"k":null,"k":[]}]`:             "k",
		`"a"`:                                       "",
		``:                                          "",
		`{"a":1,"a"`:                                "a",
		`{"a" 1`:                                    "",
	} {
		key, ok := Repeated([]byte(document))
		require.Equal(t, want, key, document)
		require.Equal(t, want != "", ok, document)
	}
}

func FuzzRepeated(f *testing.F) {
	f.Add([]byte(`{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4,"A":5}]}`))
	f.Add([]byte(`[[{}]]`))
	f.Fuzz(func(t *testing.T, document []byte) {
		// What is marshalled has no key twice, and another one beside is found.
		var value any
		if json.Unmarshal(document, &value) != nil {
			Repeated(document)
			return
		}
		text, err := json.Marshal(map[string]any{"value": value})
		require.NoError(t, err)
		again := append(text[:len(text)-1:len(text)-1], `,"VALUE":1}`...)
		_, ok := Repeated(again)
		require.True(t, ok)
	})
}
