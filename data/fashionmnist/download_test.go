package fashionmnist

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/data/idx"
)

// A mirror serves files and can be made to misbehave.
type mirror struct {
	*httptest.Server
	files map[string][]byte
	want  []remoteFile

	mu       sync.Mutex
	requests []string // "name" or "name range"

	// breakOff, if positive, is the number of bytes after which every answer ends.
	breakOff int
	// ignoreRange answers with the whole file always.
	ignoreRange bool
	// before is called with each request.
	before func(w http.ResponseWriter, r *http.Request) (handled bool)
}

func newMirror(t *testing.T) *mirror {
	m := &mirror{files: map[string][]byte{}}
	train, test := Draw(20, 1), Draw(5, 2)
	for _, f := range []struct {
		name string
		data []byte
	}{
		{idx.TrainImages, imageFile(Side, train.Values)}, {idx.TrainLabels, labelFile(labels(train))},
		{idx.TestImages, imageFile(Side, test.Values)}, {idx.TestLabels, labelFile(labels(test))},
	} {
		m.files[f.name+".gz"] = zipped(f.data)
		sum, wide := md5.Sum(m.files[f.name+".gz"]), sha256.Sum256(m.files[f.name+".gz"])
		m.want = append(m.want, remoteFile{f.name + ".gz", sums{hex.EncodeToString(sum[:]), hex.EncodeToString(wide[:])}})
	}
	m.Server = httptest.NewServer(m)
	t.Cleanup(m.Close)
	return m
}

func (m *mirror) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := filepath.Base(r.URL.Path)
	m.mu.Lock()
	m.requests = append(m.requests, strings.TrimSpace(name+" "+r.Header.Get("Range")))
	breakOff, before := m.breakOff, m.before
	m.mu.Unlock()
	if before != nil && before(w, r) {
		return
	}
	data, ok := m.files[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	start, status := 0, http.StatusOK
	if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &start); err == nil && !m.ignoreRange {
		if start >= len(data) {
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
			return
		}
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", start, len(data)-1, len(data)))
		status = http.StatusPartialContent
	} else {
		start = 0
	}
	rest := data[start:]
	w.Header().Set("Content-Length", fmt.Sprint(len(rest)))
	w.WriteHeader(status)
	if breakOff > 0 && len(rest) > breakOff {
		w.Write(rest[:breakOff])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	w.Write(rest)
}

func (m *mirror) options(t *testing.T) DownloadOptions {
	return DownloadOptions{URL: m.URL + "/data/", Dir: filepath.Join(t.TempDir(), "deep", "cache")}
}

// requireWhole checks that the folder holds the four files and nothing else.
func (m *mirror) requireWhole(t *testing.T, dir string) {
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, len(m.files))
	for name, want := range m.files {
		got, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestDownload(t *testing.T) {
	m := newMirror(t)
	o := m.options(t)
	last := map[string][2]int64{}
	o.Progress = func(file string, done, total int64) {
		require.GreaterOrEqual(t, done, last[file][0])
		last[file] = [2]int64{done, total}
	}
	dir, err := download(context.Background(), o, m.want)
	require.NoError(t, err)
	require.Equal(t, o.Dir, dir)
	m.requireWhole(t, dir)
	for name, data := range m.files {
		require.Equal(t, [2]int64{int64(len(data)), int64(len(data))}, last[name], name)
	}
	data, err := Load(dir)
	require.NoError(t, err)
	require.Equal(t, 20, data.Train.Len())

	// A second call asks for nothing; a spoilt file is fetched again.
	o.Progress = nil
	n := len(m.requests)
	_, err = download(context.Background(), o, m.want)
	require.NoError(t, err)
	require.Len(t, m.requests, n)
	require.NoError(t, os.WriteFile(filepath.Join(dir, idx.TestLabels+".gz"), []byte("spoilt"), 0o666))
	_, err = download(context.Background(), o, m.want)
	require.NoError(t, err)
	require.Equal(t, []string{idx.TestLabels + ".gz"}, m.requests[n:])
	m.requireWhole(t, dir)
}

func TestDownloadGoesOnAfterInterruption(t *testing.T) {
	m := newMirror(t)
	o := m.options(t)
	m.breakOff = 1500
	dir, err := download(context.Background(), o, m.want)
	require.NoError(t, err, "every connection breaks off, but each brings bytes")
	m.requireWhole(t, dir)
	require.Equal(t, idx.TrainImages+".gz", m.requests[0])
	require.Equal(t, idx.TrainImages+".gz bytes=1500-", m.requests[1])
	require.Equal(t, idx.TrainImages+".gz bytes=3000-", m.requests[2])
}

func TestDownloadResumesInTheNextCall(t *testing.T) {
	m := newMirror(t)
	o := m.options(t)
	down := false
	m.breakOff = 1500
	m.before = func(w http.ResponseWriter, r *http.Request) bool {
		if down {
			panic(http.ErrAbortHandler)
		}
		down = true
		return false
	}
	_, err := download(context.Background(), o, m.want)
	require.ErrorContains(t, err, "downloading "+m.URL+"/data/"+idx.TrainImages+".gz")
	require.NoFileExists(t, filepath.Join(o.Dir, idx.TrainImages+".gz"))
	part, err := os.ReadFile(filepath.Join(o.Dir, idx.TrainImages+".gz.part"))
	require.NoError(t, err)
	require.Equal(t, m.files[idx.TrainImages+".gz"][:1500], part)

	m.mu.Lock()
	m.before, m.breakOff, m.requests = nil, 0, nil
	m.mu.Unlock()
	dir, err := download(context.Background(), o, m.want)
	require.NoError(t, err)
	m.requireWhole(t, dir)
	require.Equal(t, idx.TrainImages+".gz bytes=1500-", m.requests[0])
}

func TestDownloadWithoutRanges(t *testing.T) {
	m := newMirror(t)
	m.ignoreRange = true
	o := m.options(t)
	require.NoError(t, os.MkdirAll(o.Dir, 0o777))
	name := idx.TrainImages + ".gz"
	require.NoError(t, os.WriteFile(filepath.Join(o.Dir, name+".part"), m.files[name][:100], 0o666))
	dir, err := download(context.Background(), o, m.want)
	require.NoError(t, err)
	m.requireWhole(t, dir)
}

// What an earlier call left behind need not be the beginning of this file.
func TestDownloadStartsOverWherePartIsWrong(t *testing.T) {
	for _, test := range []struct {
		name string
		part func(whole []byte) []byte
	}{
		{"other bytes", func(whole []byte) []byte { return make([]byte, 100) }},
		{"too long", func(whole []byte) []byte { return append(whole[:len(whole):len(whole)], 1, 2, 3) }},
		{"complete", func(whole []byte) []byte { return whole }},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := newMirror(t)
			o := m.options(t)
			require.NoError(t, os.MkdirAll(o.Dir, 0o777))
			name := idx.TrainImages + ".gz"
			require.NoError(t, os.WriteFile(filepath.Join(o.Dir, name+".part"), test.part(m.files[name]), 0o666))
			dir, err := download(context.Background(), o, m.want)
			require.NoError(t, err)
			m.requireWhole(t, dir)
		})
	}
}

func TestDownloadRefusesWrongSum(t *testing.T) {
	m := newMirror(t)
	o := m.options(t)
	name := idx.TestImages + ".gz"
	m.files[name] = []byte("not what was published") // MD5 a7bbfc26f084ba5ee3bc3bfaf2d6d735
	_, err := download(context.Background(), o, m.want)
	require.ErrorContains(t, err, name)
	require.ErrorContains(t, err, "has the MD5 sum a7bbfc26f084ba5ee3bc3bfaf2d6d735, published is "+m.want[2].md5)
	require.NoFileExists(t, filepath.Join(o.Dir, name))
	require.NoFileExists(t, filepath.Join(o.Dir, name+".part"))
}

func TestDownloadCancelled(t *testing.T) {
	m := newMirror(t)
	o := m.options(t)
	ctx, cancel := context.WithCancel(context.Background())
	m.before = func(w http.ResponseWriter, r *http.Request) bool {
		w.Header().Set("Content-Length", "100000")
		w.Write(make([]byte, 1000))
		w.(http.Flusher).Flush()
		<-r.Context().Done() // the client gives up
		return true
	}
	o.Progress = func(file string, done, total int64) {
		if done >= 1000 {
			cancel()
		}
	}
	_, err := download(ctx, o, m.want)
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, m.requests, 1)
	require.NoFileExists(t, filepath.Join(o.Dir, idx.TrainImages+".gz"))
}

func TestDownloadSaysWhatIsWrong(t *testing.T) {
	m := newMirror(t)
	o := m.options(t)
	delete(m.files, idx.TestLabels+".gz")
	_, err := download(context.Background(), o, m.want)
	require.EqualError(t, err, "downloading "+m.URL+"/data/"+idx.TestLabels+".gz: the server answered \"404 Not Found\"")

	m.before = func(w http.ResponseWriter, r *http.Request) bool {
		w.Header().Set("Content-Length", fmt.Sprint(maxFile+1))
		return true
	}
	o = m.options(t)
	_, err = download(context.Background(), o, m.want)
	require.ErrorContains(t, err, "offers 67108865 bytes")

	for _, address := range []string{"ftp://host/", "nonsense", "http://", "http://[::1"} {
		o.URL = address
		_, err = Download(context.Background(), o)
		require.ErrorContains(t, err, "want http:// or https:// and a host", address)
	}
	_, err = Download(context.Background(), DownloadOptions{Dir: filepath.Join(t.TempDir(), "a\x00b")})
	require.ErrorContains(t, err, "download folder")
}

func TestDownloadEndsWhenServerStalls(t *testing.T) {
	m := newMirror(t)
	m.before = func(w http.ResponseWriter, r *http.Request) bool {
		<-r.Context().Done()
		return true
	}
	tr := &transfer{client: http.DefaultClient, address: m.address(t), stall: time.Millisecond, progress: func(int64, int64) {}}
	_, err := tr.receive(context.Background(), filepath.Join(t.TempDir(), "part"))
	require.EqualError(t, err, "the server sent less than 32768 bytes in 1ms")
}

// address returns the address of a file of the mirror.
func (m *mirror) address(t *testing.T) *url.URL {
	t.Helper()
	address, err := url.Parse(m.URL + "/" + idx.TrainImages + ".gz")
	require.NoError(t, err)
	return address
}

// TestDownloadGivesUp: a server that closes early is not asked for ever, and one that
// sends a byte now and then is not waited for.
func TestDownloadGivesUp(t *testing.T) {
	m := newMirror(t)
	m.before = func(w http.ResponseWriter, r *http.Request) bool {
		w.Header().Set("Content-Length", "100000")
		w.Write([]byte("x"))
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	tr := &transfer{client: http.DefaultClient, address: m.address(t), stall: time.Minute, pause: time.Microsecond, progress: func(int64, int64) {}}
	err := tr.receiveAll(t.Context(), filepath.Join(t.TempDir(), "part"))
	require.ErrorContains(t, err, "given up after 8 tries")
	require.Len(t, m.requests, 8)

	m.before = func(w http.ResponseWriter, r *http.Request) bool {
		w.Header().Set("Content-Length", "100000")
		for r.Context().Err() == nil {
			w.Write([]byte("x"))
			w.(http.Flusher).Flush()
			time.Sleep(time.Millisecond)
		}
		return true
	}
	tr.stall = 20 * time.Millisecond
	err = tr.receiveAll(t.Context(), filepath.Join(t.TempDir(), "part"))
	require.ErrorContains(t, err, "the server sent less than 32768 bytes in 20ms")
}

// TestDownloadShowsNoSecret: neither a password nor what a server makes of the terminal.
func TestDownloadShowsNoSecret(t *testing.T) {
	m := newMirror(t)
	o := m.options(t)
	o.URL = strings.Replace(o.URL, "http://", "http://user:secret@", 1)
	m.before = func(w http.ResponseWriter, r *http.Request) bool {
		w.WriteHeader(http.StatusTeapot)
		return true
	}
	_, err := download(t.Context(), o, m.want)
	var failure *DownloadError
	require.ErrorAs(t, err, &failure)
	require.NotContains(t, err.Error(), "secret")
	for _, address := range []string{"ftp://user:secret@host/", "http://user:secret@", "http://user:secret@[::1"} {
		o.URL = address
		_, err = Download(t.Context(), o)
		require.NotContains(t, err.Error(), "secret")
	}
}
