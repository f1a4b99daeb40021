package fashionmnist

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/topogen/topogen/data"
)

const (
	trainImages = "train-images-idx3-ubyte"
	trainLabels = "train-labels-idx1-ubyte"
	testImages  = "t10k-images-idx3-ubyte"
	testLabels  = "t10k-labels-idx1-ubyte"
)

// Load reads the four files of the data set from a folder, under their official
// names, with or without ".gz":
//
//	train-images-idx3-ubyte.gz  train-labels-idx1-ubyte.gz
//	t10k-images-idx3-ubyte.gz   t10k-labels-idx1-ubyte.gz
//
// It takes sets of any size. A file that is missing, damaged, or does not fit the
// others is an error that names the file and what is wrong with it.
func Load(dir string) (*data.Sets, error) {
	train, err := loadSet(dir, trainImages, trainLabels)
	if err != nil {
		return nil, err
	}
	test, err := loadSet(dir, testImages, testLabels)
	if err != nil {
		return nil, err
	}
	source, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("data folder %s: %w", dir, err)
	}
	return &data.Sets{
		Train: train, Test: test, Source: source, Unit: true,
		Note: fmt.Sprintf("%d training and %d test images from %s", train.Len(), test.Len(), source),
	}, nil
}

func loadSet(dir, images, labels string) (*data.Bytes, error) {
	var pixels, classes []uint8
	for _, part := range []struct {
		name string
		read func(io.Reader) ([]uint8, error)
		into *[]uint8
	}{
		{images, readImages, &pixels},
		{labels, readLabels, &classes},
	} {
		f, err := openEither(dir, part.name)
		if err != nil {
			return nil, err
		}
		*part.into, err = part.read(f)
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name(), err)
		}
	}
	if n := len(pixels) / Pixels; n != len(classes) {
		return nil, fmt.Errorf("data folder %s: %s holds %d images, but %s holds %d labels", dir, images, n, labels, len(classes))
	}
	return newSet(pixels, classes), nil
}

// openEither opens name.gz in dir, else name.
func openEither(dir, name string) (*os.File, error) {
	f, err := os.Open(filepath.Join(dir, name+".gz"))
	if errors.Is(err, fs.ErrNotExist) {
		f, err = os.Open(filepath.Join(dir, name))
	}
	if errors.Is(err, fs.ErrNotExist) {
		if info, dirErr := os.Stat(dir); dirErr != nil {
			return nil, fmt.Errorf("data folder %s does not exist", dir)
		} else if !info.IsDir() {
			return nil, fmt.Errorf("data folder %s is not a folder", dir)
		}
		return nil, fmt.Errorf("data folder %s has neither %s.gz nor %[2]s", dir, name)
	}
	return f, err
}
