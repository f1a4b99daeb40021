// Package kubernetes_test checks the Kubernetes job that study writes against the types of the
// Kubernetes API. It is in this module so that the main one does not depend on them.
package kubernetes_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	"sigs.k8s.io/yaml"

	"github.com/topogen/topogen/study"
)

func TestJobDecodesStrictly(t *testing.T) {
	var manifest bytes.Buffer
	a := study.JobArray{Name: "circle", Plan: "circle", Dir: "/studies/circle", Shards: 48, Image: "registry.example/study:1", Claim: "studies"}
	require.NoError(t, study.EmitKubernetes(&manifest, a))
	var job batchv1.Job
	require.NoError(t, yaml.UnmarshalStrict(manifest.Bytes(), &job))

	require.Equal(t, "batch/v1", job.APIVersion)
	require.Equal(t, "Job", job.Kind)
	require.Equal(t, "circle", job.Name)
	require.Equal(t, batchv1.IndexedCompletion, *job.Spec.CompletionMode)
	require.EqualValues(t, 48, *job.Spec.Completions)
	require.EqualValues(t, 48, *job.Spec.Parallelism)
	require.EqualValues(t, 3, *job.Spec.BackoffLimitPerIndex)
	pod := job.Spec.Template.Spec
	require.EqualValues(t, "Never", pod.RestartPolicy, "backoffLimitPerIndex needs it")
	require.Len(t, pod.Containers, 1)
	require.Equal(t, append([]string{"study"}, a.Args()...), pod.Containers[0].Command)
	require.Equal(t, "1", pod.Containers[0].Resources.Requests.Cpu().String())
	require.Equal(t, pod.Volumes[0].Name, pod.Containers[0].VolumeMounts[0].Name)
	require.Equal(t, a.Dir, pod.Containers[0].VolumeMounts[0].MountPath)
	require.Equal(t, a.Claim, pod.Volumes[0].PersistentVolumeClaim.ClaimName)

	// The decoder is strict: a field that the API lacks is an error.
	wrong := bytes.Replace(manifest.Bytes(), []byte("completions:"), []byte("completion:"), 1)
	require.Error(t, yaml.UnmarshalStrict(wrong, &job))
}
