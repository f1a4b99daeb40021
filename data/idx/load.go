package idx

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/topogen/topogen/data"
)

// Names of the four files of a data set.
const (
	TrainImages = "train-images-idx3-ubyte"
	TrainLabels = "train-labels-idx1-ubyte"
	TestImages  = "t10k-images-idx3-ubyte"
	TestLabels  = "t10k-labels-idx1-ubyte"
)

// folders are the places in a data folder where the files may lie, the last ones
// as torchvision lays them out.
var folders = [...]string{".", "raw", "MNIST/raw", "FashionMNIST/raw", "KMNIST/raw"}

// In reports whether the folder dir holds a file of images of such a data set.
func In(dir string) bool {
	f, err := open(dir, TrainImages)
	if err == nil {
		f.Close()
	}
	return err == nil
}

// Load reads the four files of a data set from a folder:
//
//	train-images-idx3-ubyte.gz  train-labels-idx1-ubyte.gz
//	t10k-images-idx3-ubyte.gz   t10k-labels-idx1-ubyte.gz
//
// It also takes names without ".gz", with a dot for the dash before "idx" as Kaggle
// has them, and files in a folder raw, MNIST/raw, FashionMNIST/raw or KMNIST/raw as
// torchvision lays them out. Sets may have any size, and images any height and
// width. A file that is missing, damaged, or does not fit the others is an error
// that names the file and what is wrong with it.
//
// Classes have the given names; without names each is called by its number.
func Load(dir string, names []string) (*data.Sets, error) {
	train, err := loadSet(dir, TrainImages, TrainLabels, names)
	if err != nil {
		return nil, err
	}
	test, err := loadSet(dir, TestImages, TestLabels, names)
	if err != nil {
		return nil, err
	}
	if fmt.Sprint(train.Dims) != fmt.Sprint(test.Dims) {
		return nil, fmt.Errorf("data folder %s: training images have shape %v, test images %v", dir, train.Dims, test.Dims)
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

func loadSet(dir, imagesName, labelsName string, names []string) (*data.Bytes, error) {
	f, err := open(dir, imagesName)
	if err != nil {
		return nil, err
	}
	pixels, height, width, err := Images(f)
	f.Close()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name(), err)
	}
	if f, err = open(dir, labelsName); err != nil {
		return nil, err
	}
	labels, err := Labels(f)
	f.Close()
	if err == nil && names != nil {
		err = checkLabels(labels, len(names))
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name(), err)
	}
	set := &data.Bytes{Dims: []int{1, height, width}, Values: pixels, Class: classes(labels, names)}
	if n := set.Len(); n != len(labels) {
		return nil, fmt.Errorf("data folder %s: %s holds %d images, but %s holds %d labels", dir, imagesName, n, labelsName, len(labels))
	}
	return set, nil
}

// checkLabels returns an error that names the first label that is not a class.
func checkLabels(labels []uint8, classes int) error {
	for i, label := range labels {
		if int(label) >= classes {
			return fmt.Errorf("label %d is %d, want 0 to %d", i, label, classes-1)
		}
	}
	return nil
}

// classes returns the labels of a set. Without names, each class from 0 to the
// largest label is called by its number.
func classes(labels []uint8, names []string) *data.Labels {
	class := &data.Labels{Classes: make([]int, len(labels)), Names: names}
	for i, label := range labels {
		class.Classes[i] = int(label)
		for names == nil && len(class.Names) <= int(label) {
			class.Names = append(class.Names, strconv.Itoa(len(class.Names)))
		}
	}
	return class
}

// open opens a file of a data set under the first of its names that exists.
func open(dir, name string) (*os.File, error) {
	for _, folder := range folders {
		for _, name := range []string{name + ".gz", name, strings.Replace(name, "-idx", ".idx", 1) + ".gz", strings.Replace(name, "-idx", ".idx", 1)} {
			path := filepath.Join(dir, folder, name)
			if info, err := os.Stat(path); err != nil || info.IsDir() {
				continue
			}
			f, err := os.Open(path)
			if !errors.Is(err, fs.ErrNotExist) {
				return f, err
			}
		}
	}
	if info, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("data folder %s does not exist", dir)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("data folder %s is not a folder", dir)
	}
	return nil, fmt.Errorf("data folder %s has neither %s.gz nor %[2]s", dir, name)
}

// LoadImages reads one file of images, without labels.
func LoadImages(path string) (*data.Bytes, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	pixels, height, width, err := Images(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &data.Bytes{Dims: []int{1, height, width}, Values: pixels}, nil
}
