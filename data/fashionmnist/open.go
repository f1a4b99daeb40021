package fashionmnist

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/topogen/topogen/data"
)

// DefaultTrain is the number of training images of the specification "embedded". The test
// set has a sixth of that number, as in FashionMNIST itself.
const DefaultTrain = 24000

// maxEmbedded is the largest number of training images that Open draws. Each takes 784 bytes.
const maxEmbedded = 600_000

// Open returns the data that a specification names:
//
//	auto         the real data set where the cache folder has it, else embedded
//	embedded     images drawn by this package, see [Embedded]
//	embedded:n   the same with n training images
//	download     the real data set, fetched into the cache folder first where needed
//	a folder     the files in it, see [Load]
//
// The Note of the result says in one line which data these are and, if auto found no real
// images, how to get them. The options apply to download. Their Dir, by default the cache
// folder, applies to auto, too.
func Open(ctx context.Context, spec string, options DownloadOptions) (*data.Sets, error) {
	kind, count, counted := strings.Cut(spec, ":")
	switch {
	case spec == "":
		return nil, fmt.Errorf("no data named: want auto, embedded, embedded:n, download or a folder")
	case spec == "auto":
		dir, err := options.dir()
		if err != nil {
			return Embedded(DefaultTrain), nil
		}
		if !complete(dir) {
			sets := Embedded(DefaultTrain)
			sets.Note += fmt.Sprintf("; real FashionMNIST is not in %s yet: the data source \"download\" fetches it, once, 30 MB", dir)
			return sets, nil
		}
		return Load(dir)
	case spec == "embedded":
		return Embedded(DefaultTrain), nil
	case kind == "embedded" && counted:
		n, err := strconv.Atoi(count)
		if err != nil || n < 1 || n > maxEmbedded {
			return nil, fmt.Errorf("data %q: want embedded:n with a number n of training images from 1 to %d", spec, maxEmbedded)
		}
		return Embedded(n), nil
	case spec == "download":
		dir, err := Download(ctx, options)
		if err != nil {
			return nil, err
		}
		return Load(dir)
	}
	if _, err := os.Stat(spec); err != nil {
		return nil, fmt.Errorf("data %q is neither an existing folder nor one of auto, embedded, embedded:n, download", spec)
	}
	return Load(spec)
}

// complete reports whether a folder has all official files.
func complete(dir string) bool {
	for _, file := range officialFiles {
		if _, err := os.Stat(filepath.Join(dir, file.name)); err != nil {
			return false
		}
	}
	return true
}
