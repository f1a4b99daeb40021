// Package images reads folders of pictures as data sets.
//
//	sets, err := images.Load(ctx, "photographs", images.Options{Side: 32})
//
// Pictures are PNG, JPEG or GIF files of any size, in the folder or in folders
// below it. Each is cut to a square in its middle and resized. Where pictures lie in
// folders of their own, each folder is a class. Folders train and test, where both
// are there, hold the training set and the test set; else a sixth of the pictures,
// drawn at random, are the test set.
package images

import (
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // formats that image.Decode knows
	_ "image/jpeg"
	_ "image/png"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/image/draw"

	"github.com/topogen/topogen/data"
)

// Colour says which channels pictures have.
type Colour string

// The colours. Auto is Grey if no picture has a colour, else RGB.
const (
	Auto Colour = ""
	Grey Colour = "grey"
	RGB  Colour = "rgb"
)

// Options say how pictures are converted. With the zero value, pictures keep their size if
// all are squares of the same size of at most 64×64 pixels. Else they are resized to 32×32.
// Colours are kept.
type Options struct {
	Side   int // height and width in pixels; 0 stands for the choice above
	Colour Colour
}

const (
	defaultSide = 32
	// maxKept is the largest side that Options{} keeps.
	maxKept = 64
	maxSide = 1024
	// maxPixels is the largest number of pixels of a picture. The header of a small file can
	// claim any size.
	maxPixels = 1 << 28
	testShare = 1. / 6
	splitSeed = 0x696d61676573 // "images"
)

// A file is a picture in the folder.
type file struct {
	path  string // relative to the folder
	class string // "" for none
}

// Load reads the pictures in the folder dir. An error names the first picture that
// cannot be read, in the order of their names.
func Load(ctx context.Context, dir string, o Options) (*data.Sets, error) {
	if o.Side < 0 || o.Side > maxSide {
		return nil, fmt.Errorf("pictures of side %d: want 1 to %d pixels, or 0 to choose", o.Side, maxSide)
	}
	switch o.Colour {
	case Auto, Grey, RGB:
	default:
		return nil, fmt.Errorf("no colour %q: choose %s or %s", o.Colour, Grey, RGB)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	train, test, err := find(dir)
	if err != nil {
		return nil, err
	}
	all := append(slices.Clone(train), test...)
	pictures, err := readAll(ctx, dir, all, &o)
	if err != nil {
		return nil, err
	}
	set := pack(all, pictures, o)
	first, second := data.AllIndices(len(train)), data.AllIndices(len(all))[len(train):]
	if len(test) == 0 {
		second, first = data.Split(len(all), testShare, splitSeed)
	}
	sets := &data.Sets{Train: set.Pick(first), Test: set.Pick(second), Source: dir, Unit: true}
	word := "in colour"
	if o.Colour == Grey {
		word = "in grey"
	}
	sets.Note = fmt.Sprintf("%d training and %d test pictures of %d×%[3]d pixels %s from %s", len(first), len(second), o.Side, word, dir)
	if set.Class != nil {
		sets.Note += fmt.Sprintf(", %d classes", len(set.Class.Names))
	}
	return sets, nil
}

// In reports whether there is a picture in the folder dir or below.
func In(dir string) bool {
	found := errors.New("found")
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && isPicture(path) {
			return found
		}
		return nil
	})
	return errors.Is(err, found)
}

func isPicture(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".png", ".jpg", ".jpeg", ".gif":
		return !strings.HasPrefix(filepath.Base(path), ".")
	}
	return false
}

// find lists the pictures in the folders train and test of dir. Unless both folders are there,
// it returns all pictures of dir as train.
func find(dir string) (train, test []file, err error) {
	if isFolder(filepath.Join(dir, "train")) && isFolder(filepath.Join(dir, "test")) {
		if train, err = list(dir, "train"); err == nil {
			test, err = list(dir, "test")
		}
		if err == nil && (len(train) == 0 || len(test) == 0) {
			err = fmt.Errorf("folder %s: there are %d pictures in train and %d in test", dir, len(train), len(test))
		}
		return train, test, err
	}
	train, err = list(dir, ".")
	if err == nil && len(train) == 0 {
		err = fmt.Errorf("folder %s holds no PNG, JPEG or GIF pictures", dir)
	}
	return train, nil, err
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// list lists the pictures in a folder of dir and below, in the order of their names. The
// class of a picture is the name of the first folder below, on the way to the picture.
func list(dir, folder string) ([]file, error) {
	var files []file
	root := filepath.Join(dir, folder)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !isPicture(path) {
			return err
		}
		below, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		class := ""
		if first, _, nested := strings.Cut(filepath.ToSlash(below), "/"); nested {
			class = first
		}
		files = append(files, file{filepath.Join(folder, below), class})
		return nil
	})
	return files, err
}

// readAll reads pictures at the size that o asks for. If o leaves side or colour open,
// readAll chooses them and sets the fields of o.
func readAll(ctx context.Context, dir string, files []file, o *Options) ([]*image.RGBA, error) {
	if o.Side == 0 {
		if err := o.chooseSide(dir, files); err != nil {
			return nil, err
		}
	}
	pictures := make([]*image.RGBA, len(files))
	errs := make([]error, len(files))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(files) || ctx.Err() != nil {
					return
				}
				pictures[i], errs[i] = read(filepath.Join(dir, files[i].path), o.Side)
			}
		})
	}
	workers.Wait()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	if o.Colour == Auto {
		o.Colour = Grey
		if slices.ContainsFunc(pictures, hasColour) {
			o.Colour = RGB
		}
	}
	return pictures, nil
}

// chooseSide sets o.Side to the side of the pictures if all are squares of the same size, of
// at most maxKept pixels. Else it sets a default.
func (o *Options) chooseSide(dir string, files []file) error {
	o.Side = defaultSide
	side := 0
	for _, f := range files {
		config, err := readConfig(filepath.Join(dir, f.path))
		if err != nil {
			return err
		}
		if config.Width != config.Height || config.Width > maxKept || side != 0 && config.Width != side {
			return nil
		}
		side = config.Width
	}
	o.Side = side
	return nil
}

func readConfig(path string) (image.Config, error) {
	f, err := os.Open(path)
	if err != nil {
		return image.Config{}, err
	}
	defer f.Close()
	config, _, err := image.DecodeConfig(f)
	switch {
	case err != nil:
		return config, fmt.Errorf("%s: not a picture that can be read: %w", path, err)
	case config.Width < 1 || config.Height < 1:
		return config, fmt.Errorf("%s: the picture has no pixels", path)
	case config.Width > maxPixels/config.Height:
		return config, fmt.Errorf("%s: the picture has %d×%d pixels, at most %d are read", path, config.Width, config.Height, maxPixels)
	}
	return config, nil
}

// read reads a picture, cuts it to a square in its middle and resizes that. What
// is transparent becomes white.
func read(path string, side int) (*image.RGBA, error) {
	if _, err := readConfig(path); err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	picture, _, err := image.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("%s: not a picture that can be read: %w", path, err)
	}
	b := picture.Bounds()
	n := min(b.Dx(), b.Dy())
	square := image.Rect(0, 0, n, n).Add(b.Min).Add(image.Pt((b.Dx()-n)/2, (b.Dy()-n)/2))
	out := image.NewRGBA(image.Rect(0, 0, side, side))
	draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
	if n == side {
		draw.Draw(out, out.Rect, picture, square.Min, draw.Over)
	} else {
		draw.CatmullRom.Scale(out, out.Rect, picture, square, draw.Over, nil)
	}
	return out, nil
}

// hasColour reports whether the channels of some pixel differ by more than JPEG's rounding
// errors of a grey pixel.
func hasColour(m *image.RGBA) bool {
	for p := m.Pix; len(p) > 0; p = p[4:] {
		if max(p[0], p[1], p[2])-min(p[0], p[1], p[2]) > 8 {
			return true
		}
	}
	return false
}

// pack returns pictures as planes of bytes, channels first.
func pack(files []file, pictures []*image.RGBA, o Options) *data.Bytes {
	size := o.Side * o.Side
	set := &data.Bytes{Dims: []int{3, o.Side, o.Side}}
	if o.Colour == Grey {
		set.Dims[0] = 1
	}
	for _, m := range pictures {
		if o.Colour == RGB {
			for channel := range 3 {
				for i := range size {
					set.Values = append(set.Values, m.Pix[4*i+channel])
				}
			}
			continue
		}
		for i := range size {
			r, g, b := float64(m.Pix[4*i]), float64(m.Pix[4*i+1]), float64(m.Pix[4*i+2])
			set.Values = append(set.Values, uint8(math.Round(0.299*r+0.587*g+0.114*b))) // BT.601's luma
		}
	}
	set.Class = classes(files)
	return set
}

// classes returns the classes of pictures, in the order of their names; nil if
// there are fewer than two.
func classes(files []file) *data.Labels {
	var names []string
	for _, f := range files {
		names = append(names, f.class)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) < 2 {
		return nil
	}
	l := &data.Labels{Names: names, Classes: make([]int, len(files))}
	for i, f := range files {
		l.Classes[i], _ = slices.BinarySearch(names, f.class)
	}
	return l
}
