package fashionmnist

import (
	"fmt"

	"github.com/topogen/topogen/data"
	"github.com/topogen/topogen/data/idx"
)

// Load reads the four files of the data set from a folder, as [idx.Load] does, and
// checks that its images are of 28×28 pixels.
func Load(dir string) (*data.Sets, error) {
	sets, err := idx.Load(dir, ClassNames())
	if err != nil {
		return nil, err
	}
	if shape := sets.Train.Shape(); shape[1] != Side || shape[2] != Side {
		return nil, fmt.Errorf("data folder %s: the images have %d×%d pixels, those of FashionMNIST %d×%[4]d", dir, shape[1], shape[2], Side)
	}
	return sets, nil
}
