package study

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEmit(t *testing.T) {
	a := JobArray{Name: "circle", Dir: "/studies/circle", Shards: 16, Image: "example/study:1", Claim: "studies"}
	var k, s bytes.Buffer
	require.NoError(t, EmitKubernetes(&k, a))
	require.NoError(t, EmitSlurm(&s, a))
	for _, want := range []string{"completionMode: Indexed", "completions: 16", "backoffLimitPerIndex: 3", `command: ["study", "run", "-output", "/studies/circle", "-shards", "16", "-workers", "1"]`, `claimName: "studies"`} {
		require.Contains(t, k.String(), want)
	}
	require.Contains(t, s.String(), "#SBATCH --array=0-15\n")
	require.Contains(t, s.String(), "\nstudy run -output /studies/circle -shards 16 -workers 1 && exit\n")
	a.Plan, a.Dir, a.Tuning = "my plan.json", "/s", true
	s.Reset()
	require.NoError(t, EmitSlurm(&s, a))
	require.Contains(t, s.String(), "\nstudy run \"my plan.json\" -output /s -shards 16 -workers 1 -tuning && exit\n")
	a.Dir = `/x"; rm -rf /`
	require.ErrorContains(t, EmitSlurm(&s, a), "has a quote")
	require.ErrorContains(t, EmitKubernetes(&s, JobArray{Name: "n", Dir: "/d", Shards: 1}), "needs an image")
	require.ErrorContains(t, EmitSlurm(&s, JobArray{Name: "n", Dir: "/d"}), "an array of 0 shards")
}
