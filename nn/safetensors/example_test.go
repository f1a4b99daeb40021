package safetensors_test

import (
	"bytes"
	"fmt"

	"github.com/topogen/topogen/nn/safetensors"
)

func Example() {
	var file bytes.Buffer
	err := safetensors.Write(&file, &safetensors.File{
		Tensors:  []safetensors.Tensor{{Name: "fc.weight", Shape: []int{2, 2}, Values: []float32{1, 2, 3, 4}}},
		Metadata: map[string]string{"format": "pt"},
	})
	if err != nil {
		panic(err)
	}
	f, err := safetensors.Read(&file)
	if err != nil {
		panic(err)
	}
	fmt.Println(f.Tensor("fc.weight").Shape, f.Tensor("fc.weight").Values, f.Metadata["format"])
	// Output: [2 2] [1 2 3 4] pt
}
