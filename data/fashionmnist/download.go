package fashionmnist

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/topogen/topogen/data/idx"
)

// OfficialURL is where the authors of FashionMNIST publish its files.
const OfficialURL = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"

// A remoteFile is a file of the data set and its checksums.
type remoteFile struct {
	name string
	sums
}

// Sums are checksums of one file, in hexadecimal.
type sums struct{ md5, sha256 string }

// The README of the data set publishes the MD5 sums. The SHA-256 sums are computed from the
// files with these MD5 sums.
var officialFiles = []remoteFile{
	{idx.TrainImages + ".gz", sums{
		"8d4fb7e6c68d591d4c3dfef9ec88bf0d",
		"3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
	}},
	{idx.TrainLabels + ".gz", sums{
		"25c81989df183df01b3e8a0aad5dffbe",
		"a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
	}},
	{idx.TestImages + ".gz", sums{
		"bef4ecab320f06d8554ea6380940ec79",
		"346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
	}},
	{idx.TestLabels + ".gz", sums{
		"bb300cfdad3c16e7a12a480ee83cd310",
		"67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
	}},
}

const (
	// maxFile is the largest size of a download in bytes. It is more than twice the size of
	// the largest file: a longer one is another file, and must not fill the disk.
	maxFile = 64 << 20
	// A download fails if it receives fewer than leastBytes in a time of stallLimit, unless
	// the file ends.
	stallLimit = 30 * time.Second
	leastBytes = 32 << 10
	// maxTries bounds how often one file is asked for. The pauses between grow
	// from firstPause, each twice the one before, to maxPause.
	maxTries   = 8
	firstPause = 250 * time.Millisecond
	maxPause   = 15 * time.Second
)

// A DownloadError is a failure of the network or of the server.
type DownloadError struct {
	Address string // the address of the file, without a password
	Err     error
}

func (e *DownloadError) Error() string { return "downloading " + e.Address + ": " + e.Err.Error() }
func (e *DownloadError) Unwrap() error { return e.Err }

// DownloadOptions say where to download from and to. The zero value means the
// official files into the user's cache folder, quietly.
type DownloadOptions struct {
	// URL is the address of the folder that holds the four files, a mirror's
	// perhaps; [OfficialURL] if empty.
	URL string
	// Dir is the folder to download to, [CacheDir] if empty.
	Dir string
	// Progress, if set, is called as the bytes of a file arrive. total is 0
	// where the server does not tell.
	Progress func(file string, done, total int64)
	// Client makes the requests, http.DefaultClient if nil.
	Client *http.Client
}

func (o DownloadOptions) dir() (string, error) {
	if o.Dir != "" {
		return o.Dir, nil
	}
	return CacheDir()
}

// CacheDir returns the folder that Download fetches to: topogen/fashionmnist in
// [os.UserCacheDir].
func CacheDir() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no cache folder: %w", err)
	}
	return filepath.Join(base, "topogen", "fashionmnist"), nil
}

// Download fetches the four files of FashionMNIST (30 MB) and returns the folder
// they are in. Files that are there already, whole, are not fetched again.
//
// If the connection breaks off after some bytes, Download continues where it stopped, up to
// eight times for a file, with growing pauses. If it gives up, the next call continues. A
// file gets its final name only when it is complete and has the known checksums, so that
// other programs never see a partial or wrong file. Failures of the network are a
// [DownloadError].
func Download(ctx context.Context, options DownloadOptions) (dir string, err error) {
	return download(ctx, options, officialFiles)
}

func download(ctx context.Context, o DownloadOptions, files []remoteFile) (string, error) {
	dir, err := o.dir()
	if err != nil {
		return "", err
	}
	if o.URL == "" {
		o.URL = OfficialURL
	}
	base, err := url.Parse(o.URL)
	if err != nil || (base.Scheme != "http" && base.Scheme != "https") || base.Host == "" {
		address := o.URL
		if err == nil {
			address = base.Redacted()
		} else if _, host, ok := strings.Cut(address, "@"); ok {
			address = "…@" + host // a password may stand before
		}
		return "", fmt.Errorf("download address %.200q: want http:// or https:// and a host", address)
	}
	if o.Client == nil {
		o.Client = http.DefaultClient
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", fmt.Errorf("download folder: %w", err)
	}
	for _, file := range files {
		t := transfer{
			client:   o.Client,
			address:  base.JoinPath(file.name),
			path:     filepath.Join(dir, file.name),
			sums:     file.sums,
			stall:    stallLimit,
			pause:    firstPause,
			progress: func(done, total int64) {},
		}
		if o.Progress != nil {
			t.progress = func(done, total int64) { o.Progress(file.name, done, total) }
		}
		if err := t.run(ctx); err != nil {
			if ctx.Err() != nil {
				err = ctx.Err()
			}
			return "", &DownloadError{t.address.Redacted(), err}
		}
	}
	return dir, nil
}

// A transfer fetches one file.
type transfer struct {
	client   *http.Client
	address  *url.URL
	path     string
	sums     sums
	stall    time.Duration // the time in which leastBytes must arrive
	pause    time.Duration // the pause before the second try
	progress func(done, total int64)
}

func (t *transfer) run(ctx context.Context) error {
	if sum, err := fileSums(t.path); err == nil && sum == t.sums {
		return nil
	}
	part := t.path + ".part"
	before, err := os.Stat(part)
	resumed := err == nil && before.Size() > 0
	if err := t.receiveAll(ctx, part); err != nil {
		return err
	}
	sum, err := fileSums(part)
	if err != nil {
		return err
	}
	if sum != t.sums {
		if err := os.Remove(part); err != nil {
			return err
		}
		if resumed { // the part that an earlier call left may be of another file: begin again
			return t.run(ctx)
		}
		if sum.md5 != t.sums.md5 {
			return fmt.Errorf("the file has the MD5 sum %s, published is %s: it was discarded; try again, or another mirror", sum.md5, t.sums.md5)
		}
		return fmt.Errorf("the file has the SHA-256 sum %s, known is %s: it was discarded; try again, or another mirror", sum.sha256, t.sums.sha256)
	}
	return os.Rename(part, t.path)
}

// receiveAll requests the missing rest of the file part until it is complete. It makes at
// most maxTries requests. It gives up earlier if a request brings no bytes.
func (t *transfer) receiveAll(ctx context.Context, part string) error {
	pause := t.pause
	for try := 1; ; try++ {
		received, err := t.receive(ctx, part)
		if err == nil {
			return nil
		}
		var broken *brokenOff
		if ctx.Err() != nil || received == 0 || !errors.As(err, &broken) {
			return err
		}
		if try == maxTries {
			return fmt.Errorf("%w; given up after %d tries, the next call goes on with what has come", err, try)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
		pause = min(2*pause, maxPause)
	}
}

// brokenOff is the error of a connection that ended before the file did.
type brokenOff struct{ err error }

func (e *brokenOff) Error() string { return "the connection broke off: " + e.err.Error() }
func (e *brokenOff) Unwrap() error { return e.err }

// receive requests the missing rest of the file part and appends it, until the end of the
// file or an error. It returns the number of bytes that it received.
func (t *transfer) receive(ctx context.Context, part string) (received int64, err error) {
	f, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o666)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	have, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, err
	}

	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stall := time.AfterFunc(t.stall, func() {
		cancel(fmt.Errorf("the server sent less than %d bytes in %v", leastBytes, t.stall))
	})
	defer stall.Stop()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, t.address.String(), nil)
	if err != nil {
		return 0, err
	}
	// The sums are of the compressed files, so the client must not unpack them.
	request.Header.Set("Accept-Encoding", "identity")
	if have > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	response, err := t.client.Do(request)
	if err != nil {
		return 0, reason(ctx, err)
	}
	defer response.Body.Close()

	switch {
	case response.StatusCode == http.StatusPartialContent &&
		strings.HasPrefix(response.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", have)):
	case response.StatusCode == http.StatusOK: // the whole file, whatever was asked for
		if err := f.Truncate(0); err != nil {
			return 0, err
		}
		have = 0
	case response.StatusCode == http.StatusRequestedRangeNotSatisfiable && have > 0:
		return 0, nil // the part is complete; run checks its checksums
	default:
		return 0, fmt.Errorf("the server answered %.80q", response.Status)
	}

	var total int64
	if response.ContentLength >= 0 {
		total = have + response.ContentLength
	}
	if total > maxFile {
		return 0, fmt.Errorf("the server offers %d bytes, more than any file of FashionMNIST has", total)
	}
	var stretch int64 // bytes since the timer was set
	body := &countingReader{response.Body, func(n int) {
		received += int64(n)
		if stretch += int64(n); stretch >= leastBytes {
			stall.Reset(t.stall)
			stretch = 0
		}
		t.progress(have+received, total)
	}}
	t.progress(have, total)
	if _, err = io.Copy(f, io.LimitReader(body, maxFile-have+1)); err != nil {
		return received, reason(ctx, err)
	}
	if have+received > maxFile {
		return received, errors.Join(
			fmt.Errorf("the server sent more than %d bytes, more than any file of FashionMNIST has", int64(maxFile)),
			os.Remove(part))
	}
	return received, f.Sync()
}

// reason returns why ctx was cancelled, if it was, else err.
func reason(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// A countingReader reports the number of bytes of each Read, and marks errors of the
// connection.
type countingReader struct {
	io.Reader
	count func(n int)
}

func (r *countingReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if n > 0 {
		r.count(n)
	}
	if err != nil && err != io.EOF {
		err = &brokenOff{err}
	}
	return n, err
}

func fileSums(path string) (sums, error) {
	f, err := os.Open(path)
	if err != nil {
		return sums{}, err
	}
	defer f.Close()
	m, s := md5.New(), sha256.New()
	if _, err := io.Copy(io.MultiWriter(m, s), f); err != nil {
		return sums{}, err
	}
	return sums{hex.EncodeToString(m.Sum(nil)), hex.EncodeToString(s.Sum(nil))}, nil
}
