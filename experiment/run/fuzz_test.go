package run

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/nn/safetensors"
)

// FuzzReadCheckpoint: a checkpoint is read as it was written or refused, and never makes
// the one before unreadable.
func FuzzReadCheckpoint(f *testing.F) {
	sealed := func(metadata map[string]string) []byte {
		c := state(3)
		c.Metadata = metadata
		c.Seal()
		var b bytes.Buffer
		require.NoError(f, safetensors.Write(&b, c))
		return b.Bytes()
	}
	good := sealed(map[string]string{"format": checkpointFormat, "steps": "3", "run.rate": "0.5"})
	f.Add(good)
	f.Add(good[:len(good)-3])
	f.Add(sealed(map[string]string{"format": checkpointFormat, "steps": "-3"}))
	f.Add(sealed(map[string]string{"format": checkpointFormat, "steps": "99999999999999999999"}))
	f.Add(sealed(map[string]string{"format": "1", "steps": "3"}))
	f.Add([]byte("\x02\x00\x00\x00\x00\x00\x00\x00{}"))
	folder, err := Create(f.TempDir(), config{})
	require.NoError(f, err)
	f.Cleanup(func() { folder.Close() })
	before := sealed(map[string]string{"format": checkpointFormat, "steps": "2", "run.rate": "0.5"})
	require.NoError(f, os.WriteFile(folder.Path(checkpointBefore), before, 0o600))
	f.Fuzz(func(t *testing.T, data []byte) {
		require.NoError(t, os.WriteFile(folder.Path(checkpointFile), data, 0o600))
		steps, c, note, err := folder.ReadCheckpoint(9, Facts{"rate": "0.5"})
		switch {
		case err != nil: // it is whole, but of another run, or its steps are not a number
			require.NotEmpty(t, err.Error())
		case note != "":
			require.Equal(t, 2, steps)
		default:
			require.GreaterOrEqual(t, steps, 0)
			require.True(t, c.Sealed())
		}
	})
}

// FuzzResumeMetrics: a table is cut back to whole rows of numbers, or refused.
func FuzzResumeMetrics(f *testing.F) {
	f.Add([]byte("step,loss\n1,2\n2,\n3,+Inf\n"), uint8(2))
	f.Add([]byte("step,loss\n1,2\n2,0x"), uint8(2))
	f.Add([]byte("step,loss\r\n1,2\n"), uint8(1))
	f.Add([]byte(""), uint8(0))
	folder, err := Create(f.TempDir(), config{})
	require.NoError(f, err)
	f.Cleanup(func() { folder.Close() })
	f.Fuzz(func(t *testing.T, table []byte, rows uint8) {
		require.NoError(t, os.WriteFile(folder.Path("m.csv"), table, 0o600))
		m, err := folder.ResumeMetrics("m.csv", []string{"step", "loss"}, int(rows), sumOf(table, int(rows)))
		if err != nil {
			return
		}
		require.Len(t, m.Rows, int(rows))
		require.NoError(t, m.Append([]float64{1, 2}))
		require.NoError(t, m.Close())
		sum := m.Checksum()
		m, err = folder.ResumeMetrics("m.csv", []string{"step", "loss"}, int(rows)+1, sum)
		require.NoError(t, err)
		require.Len(t, m.Rows, int(rows)+1, sum)
		require.NoError(t, m.Close())
	})
}

// sumOf returns the checksum of the heading and the first rows of a table.
func sumOf(table []byte, rows int) string {
	lines := bytes.SplitAfter(table, []byte("\n"))
	text := bytes.Join(lines[:min(rows+1, len(lines))], nil)
	sum := sha256.Sum256(bytes.ReplaceAll(text, []byte("\n"), []byte(",")))
	return hex.EncodeToString(sum[:])
}
